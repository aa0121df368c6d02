import { useApi } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Checkbox, TextAreaField } from '@backstage/ui';
import { useMemo, useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';
import {
  catalogSettingsApiRef,
  type RelationRule,
} from '../../../api/catalogSettings';
import { asFailure } from '../../../api/failure';
import { unshownErrors, type FieldErrors } from '../../../api/fieldPath';
import { focusFirstError } from '../../../ui/focusFirstError';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { RowsEditor } from '../../../ui/RowsEditor';
import { TagsInput } from '../../../ui/TagsInput';
import { TextInput } from '../../../ui/TextInput';
import { parseYaml } from '../../../ui/yamlText';
import { errorAt } from '../../managedEntities/draft';
import { customForm } from '../../managedEntities/schemaFields';
import {
  emptyRule,
  kindErrors,
  serverErrors,
  toDefinition,
  type KindDraft,
} from './kindDraft';

interface PartProps {
  draft: KindDraft;
  errors: FieldErrors;
  onChange: (draft: KindDraft) => void;
}

function Rule(props: {
  rule: RelationRule;
  at: number;
  errors: FieldErrors;
  onChange: (rule: RelationRule) => void;
}) {
  const { rule, at, errors, onChange } = props;
  const text = (
    name: 'field' | 'type' | 'reverse' | 'targetKind',
    label: string,
    placeholder: string,
  ) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={rule[name] ?? ''}
      onChange={value => onChange({ ...rule, [name]: value })}
      error={errors[`relations.${at}.${name}`] ?? undefined}
    />
  );
  return (
    <>
      {text('field', 'Field', 'spec.owner')}
      {text('type', 'Relation', 'ownedBy')}
      {text('reverse', 'And back', 'ownerOf')}
      {text('targetKind', 'Only this kind', 'any')}
      <Checkbox
        isSelected={rule.multiple ?? false}
        onChange={multiple => onChange({ ...rule, multiple })}
      >
        May be a list
      </Checkbox>
    </>
  );
}

function Schema({ draft, errors, onChange }: PartProps) {
  return (
    <div className="pro-field">
      <TextAreaField
        label="JSON schema of the entity"
        description="What an entity of this kind must look like, below what all entities have. JSON or YAML."
        className="pro-mono-area"
        rows={18}
        value={draft.schema}
        onChange={schema => onChange({ ...draft, schema })}
        isInvalid={Boolean(errors['schema'])}
        validationBehavior="aria"
      />
      {errors['schema'] && (
        <p className="pro-field-error" role="alert">
          {errors['schema']}
        </p>
      )}
    </div>
  );
}

const inputWords = {
  text: 'text',
  longText: 'long text',
  number: 'number',
  boolean: 'yes or no',
  choice: 'one of a list',
  suggested: 'text',
  ref: 'another entity',
  refs: 'other entities',
  texts: 'list of texts',
  yaml: 'YAML',
};

/** What the form for entities of the kind will ask, live. */
function Preview({ draft }: { draft: KindDraft }) {
  const fields = useMemo(() => {
    if ('problem' in parseYaml(draft.schema)) return [];
    const { kind } = draft;
    return customForm({
      kind,
      builtIn: false,
      allowed: true,
      ...toDefinition(draft),
    }).fields;
  }, [draft]);
  if (fields.length === 0) {
    return (
      <p className="pro-quiet">
        The form asks for name, title and tags only: the schema describes no
        properties below spec.
      </p>
    );
  }
  return (
    <dl className="pro-facts">
      {fields.map(field => (
        <div key={field.path.join('.')} className="kind-field">
          <dt>
            {field.label}
            {field.required && <span title="Must be filled in"> *</span>}
          </dt>
          <dd>{inputWords[field.input.as]}</dd>
        </div>
      ))}
    </dl>
  );
}

const isShown = (path: string) =>
  /^(kind|title|schema|apiVersions.*|relations\.\d+\.(field|type|reverse|targetKind))$/.test(
    path,
  );

function useKindForm(start: KindDraft) {
  const settings = useApi(catalogSettingsApiRef);
  const navigate = useNavigate();
  const [draft, setDraft] = useState(start);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problems, setProblems] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    const found = kindErrors(draft);
    setErrors(found);
    setProblems([]);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await settings.setKind(draft.kind.trim(), toDefinition(draft));
      navigate('/settings/kinds');
    } catch (thrown) {
      const failure = asFailure(thrown);
      const named = serverErrors(failure, draft);
      setErrors(named);
      const any = Object.keys(named).length > 0;
      setProblems(any ? unshownErrors(named, isShown) : [failure.message]);
      setBusy(false);
    }
  };
  const change = (changed: KindDraft) => {
    setDraft(changed);
    setErrors({});
  };
  return { draft, change, errors, problems, busy, save };
}

/** Defines a kind: its name, its schema, its relations. */
export function KindForm(props: { start: KindDraft; isNew: boolean }) {
  const { draft, change, errors, problems, busy, save } = useKindForm(
    props.start,
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    void save().then(() => focusFirstError(form));
  };
  return (
    <form className="pro-stack" onSubmit={submit} noValidate>
      <Panel title="The kind">
        <div className="pro-form">
          <TextInput
            label="Kind"
            name="kind"
            description="As it stands in files. It cannot be changed later."
            placeholder="Machine"
            isDisabled={!props.isNew}
            value={draft.kind}
            onChange={kind => change({ ...draft, kind })}
            error={errors['kind']}
          />
          <TextInput
            label="Title"
            name="title"
            description="What people read instead of the kind."
            value={draft.title}
            onChange={title => change({ ...draft, title })}
            error={errors['title']}
          />
          <TagsInput
            label="Versions"
            description="What apiVersion may be; without one, anything."
            tags={draft.apiVersions}
            onChange={apiVersions => change({ ...draft, apiVersions })}
            error={errorAt(errors, ['apiVersions'])}
          />
        </div>
      </Panel>
      <Panel title="Schema">
        <Schema draft={draft} errors={errors} onChange={change} />
      </Panel>
      <Panel title="Relations">
        <RowsEditor<RelationRule>
          legend="Fields that name other entities"
          hint="Each makes a relation from the entity to the one that is named, and one back."
          item="relation"
          rows={draft.relations}
          empty={emptyRule}
          onChange={relations => change({ ...draft, relations })}
        >
          {(rule, changeRule, at) => (
            <Rule rule={rule} at={at} errors={errors} onChange={changeRule} />
          )}
        </RowsEditor>
      </Panel>
      <Panel title="What the form will ask">
        <Preview draft={draft} />
      </Panel>
      {problems.length > 0 && <Problem>{problems.join(' ')}</Problem>}
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          {props.isNew ? 'Define kind' : 'Save kind'}
        </Button>
        <ButtonLink variant="secondary" href="/settings/kinds">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}
