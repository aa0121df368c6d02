import { useApi } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Checkbox, Select } from '@backstage/ui';
import { useMemo, useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';
import { asFailure } from '../../../api/failure';
import {
  policiesApiRef,
  type PermissionCatalogue,
  type Policies,
  type PolicyRole,
  type PolicyRule,
} from '../../../api/policies';
import type { Member } from '../../../api/types';
import { focusFirstError } from '../../../ui/focusFirstError';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { RowsEditor } from '../../../ui/RowsEditor';
import { Status } from '../../../ui/Status';
import { SuggestInput } from '../../../ui/SuggestInput';
import { TagsInput } from '../../../ui/TagsInput';
import { TextInput } from '../../../ui/TextInput';
import { ConditionEditor } from './ConditionEditor';
import { emptyRule, readCondition, words, writeCondition } from './criteria';
import { errorsOfRole, withRole } from './draft';
import { permissionSuggestions, standingOf } from './known';

const emptyPolicyRule: PolicyRule = { permission: '', effect: 'allow' };

interface RuleProps {
  rule: PolicyRule;
  at: number;
  catalogue: PermissionCatalogue;
  errors: Readonly<Record<string, string>>;
  onChange: (rule: PolicyRule) => void;
}

function RuleCondition({ rule, at, catalogue, errors, onChange }: RuleProps) {
  const known = catalogue.permissions.find(
    ({ name }) => name === rule.permission,
  );
  const condition = readCondition(rule.condition);
  const pluginId = condition?.pluginId ?? known?.conditionPluginId;
  const resourceType = condition?.resourceType ?? known?.resourceType;
  const problem = errors[`rules.${at}.condition`];
  if (!pluginId || !resourceType) {
    return problem ? <p className="pro-field-error">{problem}</p> : null;
  }
  const rules = catalogue.rules.filter(
    one => one.pluginId === pluginId && one.resourceType === resourceType,
  );
  const set = (conditions: typeof emptyRule) =>
    onChange({
      ...rule,
      condition: writeCondition({ pluginId, resourceType, conditions }),
    });
  return (
    <div className="policies-condition">
      <Checkbox
        isSelected={condition !== undefined}
        onChange={only =>
          only ? set(emptyRule) : onChange({ ...rule, condition: undefined })
        }
      >
        Only under a condition
      </Checkbox>
      {condition && rules.length > 0 && (
        <ConditionEditor
          criteria={condition.conditions}
          rules={rules}
          onChange={set}
        />
      )}
      {condition && rules.length === 0 && (
        <p className="pro-quiet pro-any-break">
          {words(condition.conditions)}. Its rules are not known here now, so it
          stays as it is.
        </p>
      )}
      {problem && (
        <p className="pro-field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** Whose the permission is, and what it is about. */
function PermissionNote(props: {
  catalogue: PermissionCatalogue;
  name: string;
}) {
  const standing = standingOf(props.catalogue, props.name);
  switch (standing?.is) {
    case 'known':
      return (
        <p className="pro-quiet">
          {[`Of ${standing.title}`, standing.about].filter(Boolean).join(' · ')}
        </p>
      );
    case 'gone':
      return (
        <Status tone="warning">
          Of a plugin that is not installed. The rule stays, and holds when the
          plugin comes.
        </Status>
      );
    case 'unclear':
      return (
        <Status tone="quiet">
          Perhaps of a plugin that did not tell its permissions yet.
        </Status>
      );
    default:
      return null;
  }
}

function RuleFields(props: RuleProps) {
  const { rule, at, catalogue, errors, onChange } = props;
  const suggestions = useMemo(
    () => permissionSuggestions(catalogue),
    [catalogue],
  );
  return (
    <div className="policies-rule">
      <div className="pro-form-row">
        <SuggestInput
          label="Permission"
          value={rule.permission}
          onChange={permission => onChange({ ...rule, permission })}
          suggestions={suggestions}
          error={errors[`rules.${at}.permission`]}
        />
        <Select
          label="Effect"
          options={[
            { id: 'allow', label: 'Allow' },
            { id: 'deny', label: 'Deny' },
          ]}
          value={rule.effect}
          onChange={key =>
            (key === 'allow' || key === 'deny') &&
            onChange({ ...rule, effect: key })
          }
        />
      </div>
      <PermissionNote catalogue={catalogue} name={rule.permission} />
      <RuleCondition {...props} />
    </div>
  );
}

/** Finds a member by name, so that nobody needs to know their ref. */
function AddMember(props: {
  members: readonly Member[];
  subjects: readonly string[];
  onAdd: (ref: string) => void;
}) {
  const others = props.members.filter(
    ({ role, userEntityRef }) =>
      role !== 'admin' && !props.subjects.includes(userEntityRef),
  );
  if (others.length === 0) return null;
  return (
    <Select
      label="Add a member"
      placeholder="Choose a member"
      search={{ placeholder: 'Find by name' }}
      options={others.map(({ userEntityRef, name }) => ({
        id: userEntityRef,
        label: name,
        description: userEntityRef,
      }))}
      value={null}
      onChange={key => typeof key === 'string' && props.onAdd(key)}
    />
  );
}

/** Subjects' problems, whose places are in a list, in one line. */
function subjectsError(
  errors: Readonly<Record<string, string>>,
): string | undefined {
  const [first] = Object.entries(errors).filter(([path]) =>
    path.startsWith('subjects'),
  );
  return first?.[1];
}

function useRoleForm(policies: Policies, start: PolicyRole, isNew: boolean) {
  const api = useApi(policiesApiRef);
  const navigate = useNavigate();
  const [role, setRole] = useState(start);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setErrors({});
    setProblem(undefined);
    const document = policies.draft?.document ?? policies.document;
    const before = isNew ? undefined : start.name;
    const changed = withRole(document, role, before);
    try {
      await api.setDraft(policies.draft?.revision ?? 0, changed);
      navigate('/settings/roles');
    } catch (thrown) {
      const failure = asFailure(thrown);
      const own = errorsOfRole(failure.fields, changed, role);
      setErrors(own);
      if (Object.keys(own).length === 0) setProblem(failure.message);
      setBusy(false);
    }
  };
  return { role, setRole, errors, problem, busy, save };
}

/** Edits one role in the draft. */
export function RoleForm(props: {
  policies: Policies;
  catalogue: PermissionCatalogue;
  members: readonly Member[];
  start: PolicyRole;
  isNew: boolean;
}) {
  const { catalogue } = props;
  const { role, setRole, errors, problem, busy, save } = useRoleForm(
    props.policies,
    props.start,
    props.isNew,
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    void save().then(() => focusFirstError(form));
  };
  return (
    <form className="pro-stack" onSubmit={submit} noValidate>
      {problem && <Problem>{problem}</Problem>}
      <Panel title="The role">
        <div className="pro-form">
          <TextInput
            label="Name"
            placeholder="release-managers"
            value={role.name}
            onChange={name => setRole({ ...role, name })}
            error={errors['name']}
          />
          <TextInput
            label="Description"
            value={role.description ?? ''}
            onChange={description => setRole({ ...role, description })}
            error={errors['description']}
          />
          <TagsInput
            label="Who has it"
            description="People and groups by their refs (user:default/jane, group:default/team-a), or a built-in role: viewer, member, maintainer"
            tags={role.subjects}
            onChange={subjects => setRole({ ...role, subjects })}
            error={subjectsError(errors)}
          />
          <AddMember
            members={props.members}
            subjects={role.subjects}
            onAdd={ref =>
              setRole({ ...role, subjects: [...role.subjects, ref] })
            }
          />
        </div>
      </Panel>
      <Panel
        title="Rules"
        introduction="A deny wins over every allow. Allows for people and groups add to their built-in role; allows for a built-in role replace what it comes with."
      >
        <RowsEditor
          legend="Rules"
          hidesLegend
          item="rule"
          rows={role.rules}
          empty={emptyPolicyRule}
          onChange={rules => setRole({ ...role, rules })}
        >
          {(rule, change, at) => (
            <RuleFields
              rule={rule}
              at={at}
              catalogue={catalogue}
              errors={errors}
              onChange={change}
            />
          )}
        </RowsEditor>
        {catalogue.silent.length > 0 && (
          <p className="pro-quiet">
            The permissions of these are not known now:{' '}
            {catalogue.silent.join(', ')}. Plugins tell them when they first
            start. Type a name to use one.
          </p>
        )}
      </Panel>
      <div className="pro-actions">
        <Button type="submit" variant="primary" isPending={busy}>
          Save in the draft
        </Button>
        <ButtonLink href="/settings/roles" variant="secondary">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}
