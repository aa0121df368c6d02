import { Select, TextAreaField } from '@backstage/ui';
import type { FieldErrors } from '../../api/fieldPath';
import { RowsEditor } from '../../ui/RowsEditor';
import { TagsInput } from '../../ui/TagsInput';
import { TextInput } from '../../ui/TextInput';
import { errorAt, getAt, ofKind, setAt, type Draft } from './draft';
import { FieldControl } from './FieldControl';
import type { KindForm } from './fields';

export interface EntityFormProps {
  forms: KindForm[];
  form?: KindForm;
  draft: Draft;
  errors: FieldErrors;
  /** Kind, name and namespace are who an entity is; they cannot be edited later. */
  isNew: boolean;
  onChange: (draft: Draft) => void;
}

interface LinkDraft {
  url: string;
  title?: string;
}

function text(draft: Draft, ...path: string[]): string {
  const value = getAt(draft, path);
  return typeof value === 'string' ? value : '';
}

function list<T>(draft: Draft, ...path: string[]): T[] {
  const value = getAt(draft, path);
  return Array.isArray(value) ? (value as T[]) : [];
}

function KindPicker({ forms, form, draft, isNew, onChange }: EntityFormProps) {
  return (
    <Select
      label="Kind"
      description={form?.hint}
      options={forms.map(({ kind, title }) => ({ id: kind, label: title }))}
      value={form?.kind ?? text(draft, 'kind')}
      isDisabled={!isNew}
      onChange={key => {
        const chosen = forms.find(({ kind }) => kind === key);
        if (chosen) onChange(ofKind(draft, chosen));
      }}
    />
  );
}

function Identity(props: EntityFormProps) {
  const { draft, errors, isNew, onChange } = props;
  const set = (name: string) => (value: string) =>
    onChange(setAt(draft, ['metadata', name], value || undefined));
  return (
    <>
      <div className="managed-pair">
        <TextInput
          label="Name"
          name="name"
          description="It cannot be changed later."
          isRequired
          isDisabled={!isNew}
          value={text(draft, 'metadata', 'name')}
          onChange={value =>
            onChange(setAt(draft, ['metadata', 'name'], value))
          }
          error={errors['metadata.name']}
        />
        <TextInput
          label="Namespace"
          name="namespace"
          description="Empty means default."
          placeholder="default"
          isDisabled={!isNew}
          value={text(draft, 'metadata', 'namespace')}
          onChange={set('namespace')}
          error={errors['metadata.namespace']}
        />
      </div>
      <TextInput
        label="Title"
        name="title"
        description="What people read instead of the name."
        value={text(draft, 'metadata', 'title')}
        onChange={set('title')}
        error={errors['metadata.title']}
      />
      <TextAreaField
        label="Description"
        rows={2}
        value={text(draft, 'metadata', 'description')}
        onChange={set('description')}
      />
    </>
  );
}

function LinksAndTags({ draft, errors, onChange }: EntityFormProps) {
  return (
    <>
      <RowsEditor<LinkDraft>
        legend="Links"
        item="link"
        rows={list<LinkDraft>(draft, 'metadata', 'links')}
        empty={{ url: '' }}
        onChange={rows => onChange(setAt(draft, ['metadata', 'links'], rows))}
      >
        {(row, change, at) => (
          <>
            <TextInput
              aria-label={`Address of link ${at + 1}`}
              placeholder="https://…"
              value={row.url}
              onChange={url => change({ ...row, url })}
              error={errorAt(errors, ['metadata', 'links', String(at), 'url'])}
            />
            <TextInput
              aria-label={`Title of link ${at + 1}`}
              placeholder="Title"
              value={row.title ?? ''}
              onChange={title => change({ ...row, title: title || undefined })}
              error={errorAt(errors, [
                'metadata',
                'links',
                String(at),
                'title',
              ])}
            />
          </>
        )}
      </RowsEditor>
      <TagsInput
        label="Tags"
        description="Enter or a comma adds a tag."
        tags={list<string>(draft, 'metadata', 'tags')}
        onChange={tags => onChange(setAt(draft, ['metadata', 'tags'], tags))}
        error={errorAt(errors, ['metadata', 'tags'])}
      />
    </>
  );
}

/** Paths whose errors the form shows beside a field. */
export function isShownInForm(form: KindForm | undefined) {
  return (path: string): boolean =>
    /^metadata\.(name|namespace|title|tags|links\.\d+\.(url|title))(\.|$)/.test(
      path,
    ) ||
    (form?.fields ?? []).some(field => errorAt({ [path]: 'x' }, field.path));
}

/** An entity, field by field. */
export function EntityForm(props: EntityFormProps) {
  const { form, draft, errors, onChange } = props;
  return (
    <div className="managed-form">
      <KindPicker {...props} />
      <Identity {...props} />
      {form?.fields.map(field => (
        <FieldControl
          key={`${form.kind} ${field.path.join('.')}`}
          kind={form.kind}
          field={field}
          value={getAt(draft, field.path)}
          onChange={value => onChange(setAt(draft, field.path, value))}
          error={errorAt(errors, field.path)}
        />
      ))}
      <LinksAndTags {...props} />
    </div>
  );
}
