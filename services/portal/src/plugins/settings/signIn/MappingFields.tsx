import { Select } from '@backstage/ui';
import type { FieldErrors } from '../../../api/fieldPath';
import type { GroupRule, ProviderSettings, RoleRule } from '../../../api/types';
import { RowsEditor } from '../../../ui/RowsEditor';
import { TextInput } from '../../../ui/TextInput';
import { isRole, roleOptions } from '../roles';

interface Part {
  settings: ProviderSettings;
  errors: FieldErrors;
  onChange: (settings: ProviderSettings) => void;
}

const nobody = 'none';
const roles = roleOptions.map(({ id, label }) => ({ id, label }));

function FieldProblem({ text }: { text: string | undefined }) {
  if (!text) return null;
  return (
    <p className="pro-field-error" role="alert">
      {text}
    </p>
  );
}

function RoleFields({ settings, errors, onChange }: Part) {
  const mapping = settings.roles;
  const set = (changed: Partial<ProviderSettings['roles']>) =>
    onChange({ ...settings, roles: { ...mapping, ...changed } });
  return (
    <>
      <RowsEditor<RoleRule>
        legend="Roles"
        hint="The first rule that holds gives the role. A claim that is a list holds when one of its values does; dots lead into nested claims."
        item="role rule"
        rows={mapping.rules ?? []}
        empty={{ claim: 'groups', value: '', role: 'member' }}
        onChange={rules => set({ rules })}
      >
        {(rule, change) => (
          <>
            <TextInput
              label="Claim"
              value={rule.claim}
              onChange={claim => change({ ...rule, claim })}
            />
            <TextInput
              label="Value"
              value={rule.value}
              onChange={value => change({ ...rule, value })}
            />
            <Select
              label="Role"
              options={roles}
              value={rule.role}
              onChange={key => isRole(key) && change({ ...rule, role: key })}
            />
          </>
        )}
      </RowsEditor>
      <FieldProblem text={errors['settings.roles.rules']} />
      <Select
        label="Everybody else"
        options={[{ id: nobody, label: 'Does not get in' }, ...roles]}
        value={mapping.otherwise ?? nobody}
        onChange={key => set({ otherwise: isRole(key) ? key : null })}
      />
      <FieldProblem text={errors['settings.roles.otherwise']} />
      <label className="signin-choice">
        <input
          type="checkbox"
          checked={mapping.everySignIn}
          onChange={event => set({ everySignIn: event.target.checked })}
        />
        <span>
          Set the role again at every sign-in
          <small>
            The provider has the last word; what was changed under Members is
            overwritten. The last administrator stays one.
          </small>
        </span>
      </label>
    </>
  );
}

function GroupFields({ settings, errors, onChange }: Part) {
  return (
    <>
      <RowsEditor<GroupRule>
        legend="Groups"
        hint="Beside the groups that the catalog knows. With * each value of the claim becomes a group; {value} stands for it."
        item="group rule"
        rows={settings.groups ?? []}
        empty={{ claim: 'groups', value: '*', group: 'group:default/{value}' }}
        onChange={groups => onChange({ ...settings, groups })}
      >
        {(rule, change) => (
          <>
            <TextInput
              label="Claim"
              value={rule.claim}
              onChange={claim => change({ ...rule, claim })}
            />
            <TextInput
              label="Value"
              value={rule.value}
              onChange={value => change({ ...rule, value })}
            />
            <TextInput
              label="Group"
              value={rule.group}
              onChange={group => change({ ...rule, group })}
            />
          </>
        )}
      </RowsEditor>
      <FieldProblem text={errors['settings.groups']} />
    </>
  );
}

const resolvers = [
  { id: 'mail', label: 'The user with the same verified mail address' },
  { id: 'annotation', label: 'The user with an annotation' },
  { id: 'name', label: 'The user whose name a claim says' },
];

function EntityFields({ settings, errors, onChange }: Part) {
  const { resolver } = settings;
  const claim = resolver.by === 'mail' ? 'sub' : resolver.claim;
  const set = (changed: ProviderSettings['resolver']) =>
    onChange({ ...settings, resolver: changed });
  const annotation =
    resolver.by === 'annotation' ? resolver.annotation : 'example.com/user-id';
  return (
    <>
      <Select
        label="Which user of the catalog somebody is"
        options={resolvers}
        value={resolver.by}
        onChange={key => {
          if (key === 'annotation') set({ by: key, annotation, claim });
          else if (key === 'name') set({ by: key, claim });
          else set({ by: 'mail' });
        }}
      />
      {resolver.by === 'annotation' && (
        <TextInput
          label="Annotation"
          value={resolver.annotation}
          onChange={text => set({ ...resolver, annotation: text })}
          error={errors['settings.resolver.annotation']}
        />
      )}
      {resolver.by !== 'mail' && (
        <TextInput
          label="Claim"
          description="Choose one that people cannot change for themselves."
          value={resolver.claim}
          onChange={text => set({ ...resolver, claim: text })}
          error={errors['settings.resolver.claim']}
        />
      )}
      <Select
        label="When there is none"
        options={[
          {
            id: 'nameAfterMail',
            label: 'They get in, named after their mail address',
          },
          { id: 'refuse', label: 'They do not get in' },
        ]}
        value={settings.unmatched}
        onChange={key =>
          onChange({
            ...settings,
            unmatched: key === 'refuse' ? 'refuse' : 'nameAfterMail',
          })
        }
      />
    </>
  );
}

const choices = [
  {
    key: 'createMembers',
    label: 'People who are no members yet become some',
    hint: 'With the role that the rules give. Otherwise only people who were invited get in.',
  },
  {
    key: 'linkByMail',
    label: 'Members with the same mail address are the same people',
    hint: 'Only when the provider says that it has verified the address. Whoever can set mail addresses at the provider can then become any of your members.',
  },
  {
    key: 'acceptUnverifiedMail',
    label: 'New members may come with an unverified mail address',
    hint: 'For providers that do not say. It never links members or finds users of the catalog.',
  },
] as const;

/** What a provider's words mean here. */
export function MappingFields(props: Part) {
  const { settings, onChange } = props;
  return (
    <>
      <RoleFields {...props} />
      <GroupFields {...props} />
      <EntityFields {...props} />
      <fieldset className="signin-choices">
        <legend>Membership</legend>
        {choices.map(({ key, label, hint }) => (
          <label key={key} className="signin-choice">
            <input
              type="checkbox"
              checked={settings[key]}
              onChange={event =>
                onChange({ ...settings, [key]: event.target.checked })
              }
            />
            <span>
              {label}
              <small>{hint}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </>
  );
}
