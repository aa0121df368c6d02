import type {
  Policies,
  PolicyDocument,
  PolicyRole,
} from '../../../api/policies';

export const emptyRole: PolicyRole = {
  name: '',
  description: '',
  rules: [],
  subjects: [],
};

/** What is being edited: the draft, or what holds while there is none. */
export function edited(policies: Policies): PolicyDocument {
  return policies.draft?.document ?? policies.document;
}

/** The document with a role in place of the one named `before`, or added at its end. */
export function withRole(
  document: PolicyDocument,
  role: PolicyRole,
  before?: string,
): PolicyDocument {
  const { roles } = document;
  const at = roles.findIndex(({ name }) => name === before);
  if (at < 0) return { roles: [...roles, role] };
  return { roles: roles.map((old, n) => (n === at ? role : old)) };
}

export function withoutRole(
  document: PolicyDocument,
  name: string,
): PolicyDocument {
  return { roles: document.roles.filter(role => role.name !== name) };
}

/** The problems of one role, by their path inside it. */
export function errorsOfRole(
  fields: Readonly<Record<string, string>>,
  document: PolicyDocument,
  role: PolicyRole,
): Record<string, string> {
  const prefix = `roles.${document.roles.indexOf(role)}.`;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, problem]) => [path.slice(prefix.length), problem]),
  );
}

export type RoleState = 'live' | 'new' | 'changed' | 'removed';

/** Every role of what holds and of the draft, and how they differ. */
export function roleStates(
  policies: Policies,
): { role: PolicyRole; state: RoleState }[] {
  const live = new Map(policies.document.roles.map(role => [role.name, role]));
  const shown = edited(policies).roles.map(role => {
    const before = live.get(role.name);
    live.delete(role.name);
    const same = JSON.stringify(before) === JSON.stringify(role);
    const state: RoleState = !before ? 'new' : same ? 'live' : 'changed';
    return { role, state };
  });
  const gone = [...live.values()].map(role => ({
    role,
    state: 'removed' as const,
  }));
  return [...shown, ...gone];
}
