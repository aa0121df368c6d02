import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { Checkbox, Select, TextAreaField } from '@backstage/ui';
import { useState } from 'react';
import { RowsEditor } from '../../ui/RowsEditor';
import { SuggestInput } from '../../ui/SuggestInput';
import { TextInput } from '../../ui/TextInput';
import { parseYaml, toYaml } from '../../ui/yamlText';
import { useLoad } from '../../ui/useLoad';
import { EntityRefInput } from './EntityRefInput';
import type { KindField } from './fields';

export interface FieldControlProps {
  kind: string;
  field: KindField;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string;
}

const asText = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(asText) : value ? [asText(value)] : [];

function labels({ field }: FieldControlProps) {
  return {
    label: field.label,
    description: field.hint,
    isRequired: field.required,
  };
}

/** Offers the values that other entities of the kind have in this field. */
function SuggestedControl(props: FieldControlProps) {
  const catalog = useApi(catalogApiRef);
  const facet = props.field.path.join('.');
  const { load } = useLoad(async () => {
    const { facets } = await catalog.getEntityFacets({
      facets: [facet],
      filter: { kind: props.kind },
    });
    return (facets[facet] ?? []).map(({ value }) => ({ id: value }));
  }, `${props.kind} ${facet}`);
  return (
    <SuggestInput
      {...labels(props)}
      value={asText(props.value)}
      onChange={props.onChange}
      suggestions={load.state === 'ready' ? load.value : []}
      error={props.error}
    />
  );
}

function LongTextControl(props: FieldControlProps) {
  return (
    <div className="pro-field">
      <TextAreaField
        {...labels(props)}
        className="pro-mono-area"
        rows={8}
        value={asText(props.value)}
        onChange={props.onChange}
        isInvalid={Boolean(props.error)}
        validationBehavior="aria"
      />
      {props.error && (
        <p className="pro-field-error" role="alert">
          {props.error}
        </p>
      )}
    </div>
  );
}

/** Anything that no simpler control suits, as YAML. */
function YamlControl(props: FieldControlProps) {
  const [text, setText] = useState(() => toYaml(props.value));
  const [problem, setProblem] = useState<string>();
  const change = (changed: string) => {
    setText(changed);
    const parsed = parseYaml(changed);
    setProblem('problem' in parsed ? parsed.problem : undefined);
    if ('value' in parsed) props.onChange(parsed.value ?? undefined);
  };
  const error = problem ?? props.error;
  return (
    <div className="pro-field">
      <TextAreaField
        {...labels(props)}
        secondaryLabel="YAML"
        className="pro-mono-area"
        rows={4}
        value={text}
        onChange={change}
        isInvalid={Boolean(error)}
        validationBehavior="aria"
      />
      {error && (
        <p className="pro-field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function ListControl(props: FieldControlProps & { kinds?: string[] }) {
  const { field, kinds } = props;
  return (
    <div className="pro-field">
      <RowsEditor
        legend={field.label}
        hint={field.hint}
        item={kinds ? 'reference' : 'value'}
        rows={asTexts(props.value)}
        empty=""
        onChange={props.onChange}
      >
        {(row, change, at) =>
          kinds ? (
            <EntityRefInput
              aria-label={`${field.label} ${at + 1}`}
              kinds={kinds}
              value={row}
              onChange={change}
            />
          ) : (
            <TextInput
              aria-label={`${field.label} ${at + 1}`}
              value={row}
              onChange={change}
            />
          )
        }
      </RowsEditor>
      {props.error && (
        <p className="pro-field-error" role="alert">
          {props.error}
        </p>
      )}
    </div>
  );
}

function NumberControl(props: FieldControlProps) {
  const change = (text: string) => {
    const number = Number(text);
    if (text.trim() === '') props.onChange(undefined);
    else props.onChange(Number.isNaN(number) ? text : number);
  };
  return (
    <TextInput
      {...labels(props)}
      inputMode="decimal"
      value={asText(props.value)}
      onChange={change}
      error={props.error}
    />
  );
}

function ChoiceControl(props: FieldControlProps & { options: string[] }) {
  return (
    <div className="pro-field">
      <Select
        {...labels(props)}
        options={props.options.map(option => ({ id: option, label: option }))}
        value={asText(props.value) || null}
        onChange={key => props.onChange(key === null ? undefined : String(key))}
        isInvalid={Boolean(props.error)}
      />
      {props.error && (
        <p className="pro-field-error" role="alert">
          {props.error}
        </p>
      )}
    </div>
  );
}

/** The control for one field of a kind. */
export function FieldControl(props: FieldControlProps) {
  const { input } = props.field;
  switch (input.as) {
    case 'suggested':
      return <SuggestedControl {...props} />;
    case 'longText':
      return <LongTextControl {...props} />;
    case 'yaml':
      return <YamlControl {...props} />;
    case 'number':
      return <NumberControl {...props} />;
    case 'choice':
      return <ChoiceControl {...props} options={input.options} />;
    case 'ref':
      return (
        <EntityRefInput
          {...labels(props)}
          kinds={input.kinds}
          value={asText(props.value)}
          onChange={props.onChange}
          error={props.error}
        />
      );
    case 'refs':
      return <ListControl {...props} kinds={input.kinds} />;
    case 'texts':
      return <ListControl {...props} />;
    case 'boolean':
      return (
        <Checkbox
          isSelected={props.value === true}
          onChange={checked => props.onChange(checked || undefined)}
        >
          {props.field.label}
        </Checkbox>
      );
    default:
      return (
        <TextInput
          {...labels(props)}
          value={asText(props.value)}
          onChange={props.onChange}
          error={props.error}
        />
      );
  }
}
