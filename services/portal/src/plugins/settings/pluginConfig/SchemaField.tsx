import { Select } from '@backstage/ui';
import { useRef, useState, type ReactNode } from 'react';
import { RowsEditor } from '../../../ui/RowsEditor';
import { TextInput } from '../../../ui/TextInput';
import { below, hasErrorWithin, useForm, type FieldProps } from './fieldProps';
import { changedVariant, renamedRows, withMember } from './draft';
import {
  BooleanField,
  ChoiceField,
  NumberField,
  TextField,
  YamlField,
} from './ScalarField';
import { SecretField } from './SecretField';
import {
  isObject,
  shapeOf,
  suits,
  variantOf,
  whole,
  type Schema,
} from './schema';
import { hintOf, labelOf, variantLabel } from './words';

function Fold(props: {
  label: string;
  hint?: string;
  isOpen: boolean;
  error?: string;
  children: ReactNode;
}) {
  // Open from the beginning or by what happens inside; a person may close it.
  const [open, setOpen] = useState(props.isOpen);
  const [wasOpen, setWasOpen] = useState(props.isOpen);
  if (props.isOpen !== wasOpen) {
    setWasOpen(props.isOpen);
    if (props.isOpen) setOpen(true);
  }
  return (
    <details
      className="config-group"
      open={open}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>{props.label}</summary>
      <div className="config-group-body">
        {props.hint && <p className="pro-quiet">{props.hint}</p>}
        {props.error && (
          <p className="pro-field-error" role="alert">
            {props.error}
          </p>
        )}
        {open && props.children}
      </div>
    </details>
  );
}

/** The fields of a group, in the order in which the schema has them. */
export function Members(
  props: FieldProps & {
    only?: (name: string) => boolean;
    /** Groups that are open from the beginning. */
    opened?: readonly string[];
  },
) {
  const { root } = useForm();
  const { schema, path, value, onChange, only = () => true } = props;
  const required = new Set(schema.required);
  const members = isObject(value) ? value : {};
  const known = Object.entries(schema.properties ?? {}).map(
    ([name, raw]) => [name, whole(root, raw)] as const,
  );
  const others = Object.keys(members).filter(
    name => !known.some(([other]) => other === name) && only(name),
  );
  // The constant that tells a variant from others was chosen with it.
  const isSaid = (name: string, { const: constant }: Schema) =>
    constant !== undefined && members[name] === constant;
  return (
    <>
      {known
        .filter(([name, member]) => only(name) && !isSaid(name, member))
        .map(([name, member]) => (
          <SchemaField
            key={name}
            schema={member}
            label={labelOf(name, member)}
            path={below(path, name)}
            value={members[name]}
            isRequired={required.has(name) || undefined}
            startsOpen={props.opened?.includes(name)}
            onChange={changed => onChange(withMember(members, name, changed))}
          />
        ))}
      {others.length > 0 && (
        <p className="pro-quiet">
          Also set, and kept as it is:{' '}
          {others.map(name => (
            <code key={name} className="config-other">
              {name}
            </code>
          ))}{' '}
          Edit it in the text.
        </p>
      )}
    </>
  );
}

function GroupField(props: FieldProps) {
  const { errors } = useForm();
  const { label, path, value, hidesLabel, schema, onChange } = props;
  // A group of which nothing is set is not there; one that must be there stays.
  const change = (changed: unknown) => {
    const isEmpty = isObject(changed) && Object.keys(changed).length === 0;
    onChange(isEmpty && !props.isRequired && !hidesLabel ? undefined : changed);
  };
  const members = <Members {...props} onChange={change} />;
  if (hidesLabel) return <div className="config-item">{members}</div>;
  const isOpen =
    value !== undefined ||
    props.isRequired ||
    props.startsOpen ||
    hasErrorWithin(errors, path);
  return (
    <Fold
      label={label}
      hint={hintOf(schema)}
      isOpen={Boolean(isOpen)}
      error={errors[path]}
    >
      {members}
    </Fold>
  );
}

function ListField(props: FieldProps & { items: Schema }) {
  const { root, errors } = useForm();
  const { label, path, schema, value, onChange } = props;
  const item = whole(root, props.items);
  const shape = shapeOf(item);
  const holdsGroups = ['group', 'map', 'variants', 'list'].includes(shape.as);
  const rows: unknown[] = Array.isArray(value) ? value : [];
  return (
    <div className="pro-field">
      <RowsEditor
        legend={label}
        hint={hintOf(schema)}
        item="entry"
        rows={rows}
        empty={shape.as === 'group' ? {} : holdsGroups ? undefined : ''}
        onChange={changed =>
          onChange(changed.length > 0 || props.isRequired ? changed : undefined)
        }
      >
        {(row, change, at) => (
          <SchemaField
            schema={item}
            label={`${label} ${at + 1}`}
            path={below(path, at)}
            value={row}
            hidesLabel
            onChange={changed =>
              change(changed ?? (shape.as === 'group' ? {} : ''))
            }
          />
        )}
      </RowsEditor>
      {errors[path] && (
        <p className="pro-field-error" role="alert">
          {errors[path]}
        </p>
      )}
    </div>
  );
}

/** Entries with names of their own. */
function MapField(props: FieldProps & { values: Schema }) {
  const { root } = useForm();
  const { label, path, schema, value, onChange } = props;
  const values = whole(root, props.values);
  const told = useRef<unknown>(value);
  const [rows, setRows] = useState(() => Object.entries(value ?? {}));
  // What somebody else changed is taken over; names that are being written are not.
  if (told.current !== value) {
    told.current = value;
    setRows(Object.entries(value ?? {}));
  }
  const shape = shapeOf(values);
  const empty: unknown = shape.as === 'group' ? {} : '';
  const renamed = renamedRows(rows);
  const change = (changed: [string, unknown][]) => {
    setRows(changed);
    const { entries, problem } = renamedRows(changed);
    if (problem) return;
    const isEmpty = Object.keys(entries).length === 0 && !props.isRequired;
    told.current = isEmpty ? undefined : entries;
    onChange(told.current);
  };
  return (
    <div className="pro-field">
      <RowsEditor<[string, unknown]>
        legend={label}
        hint={hintOf(schema)}
        item="entry"
        rows={rows}
        empty={['', empty]}
        onChange={change}
      >
        {([name, inner], changeRow, at) => (
          <>
            <TextInput
              aria-label={`Name of ${label} ${at + 1}`}
              placeholder="Name"
              value={name}
              onChange={text => changeRow([text, inner])}
            />
            <SchemaField
              schema={values}
              label={`${label} ${at + 1}`}
              path={below(path, name)}
              value={inner}
              hidesLabel
              onChange={changed => changeRow([name, changed ?? empty])}
            />
          </>
        )}
      </RowsEditor>
      {renamed.problem && (
        <p className="pro-field-error" role="alert">
          {renamed.problem}
        </p>
      )}
    </div>
  );
}

/** One of several ways to say it. */
function VariantField(props: FieldProps & { branches: Schema[] }) {
  const { root } = useForm();
  const { label, schema, value, onChange, branches } = props;
  const kept = useRef(new Map<number, unknown>());
  const [picked, setPicked] = useState<number>();
  const found = variantOf(root, branches, value);
  // A person's choice counts as long as nothing is written that says otherwise.
  const at = picked ?? found;
  const branch = branches[at];
  const pick = (next: number) => {
    if (at >= 0) kept.current.set(at, value);
    setPicked(next < 0 ? undefined : next);
    const chosen = branches[next];
    const before = kept.current.get(next);
    onChange(chosen ? changedVariant(root, chosen, value, before) : undefined);
  };
  const inner = branch && whole(root, branch);
  return (
    <div className="config-variants">
      <Select
        {...(props.hidesLabel
          ? { 'aria-label': label }
          : { label, description: hintOf(schema) })}
        isRequired={props.isRequired}
        options={[
          { id: '-1', label: 'Not set' },
          ...branches.map((one, index) => ({
            id: String(index),
            label: variantLabel(root, one, index),
          })),
        ]}
        value={String(at)}
        onChange={key => pick(Number(key))}
      />
      {inner && (
        <SchemaField
          {...props}
          key={at}
          schema={inner}
          label={label}
          hidesLabel
          onChange={changed => {
            setPicked(at);
            onChange(changed);
          }}
        />
      )}
    </div>
  );
}

/** The field for one value; `props.schema` is whole. */
export function SchemaField(props: FieldProps) {
  const shape = shapeOf(props.schema);
  if (!suits(shape, props.value)) return <YamlField {...props} />;
  switch (shape.as) {
    case 'text':
      return <TextField {...props} />;
    case 'number':
      return <NumberField {...props} />;
    case 'boolean':
      return <BooleanField {...props} />;
    case 'choice':
      return <ChoiceField {...props} values={shape.options} />;
    case 'secret':
      return <SecretField {...props} />;
    case 'list':
      return <ListField {...props} items={shape.items} />;
    case 'group':
      return <GroupField {...props} />;
    case 'map':
      return <MapField {...props} values={shape.values} />;
    case 'variants':
      return <VariantField {...props} branches={shape.branches} />;
    default:
      return <YamlField {...props} />;
  }
}
