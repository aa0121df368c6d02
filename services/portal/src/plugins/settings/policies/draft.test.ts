import { describe, expect, it } from 'vitest';
import type { Policies, PolicyRole } from '../../../api/policies';
import { errorsOfRole, roleStates, withoutRole, withRole } from './draft';

const role = (name: string, description = ''): PolicyRole => ({
  name,
  description,
  rules: [],
  subjects: [],
});

const policies: Policies = {
  version: 1,
  document: { roles: [role('a'), role('b'), role('c')] },
  draft: {
    revision: 1,
    basedOn: 1,
    document: { roles: [role('a'), role('b', 'x'), role('d')] },
    changedAt: '',
    changedBy: '',
  },
};

describe('the draft', () => {
  it('tells which roles are new, changed and removed', () => {
    const told = roleStates(policies).map(one => [one.role.name, one.state]);
    expect(told).toEqual([
      ['a', 'live'],
      ['b', 'changed'],
      ['d', 'new'],
      ['c', 'removed'],
    ]);
  });

  it('takes a role in the place of the former one, also under another name', () => {
    const changed = withRole(policies.document, role('z'), 'b');
    expect(changed.roles.map(({ name }) => name)).toEqual(['a', 'z', 'c']);
    const added = withRole(policies.document, role('z'));
    expect(added.roles.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'z']);
    expect(withoutRole(added, 'a').roles).toHaveLength(3);
  });

  it('finds the problems of the role at hand', () => {
    const mine = role('z');
    const document = withRole(policies.document, mine);
    const fields = { 'roles.3.name': 'Wrong', 'roles.0.name': 'Other' };
    expect(errorsOfRole(fields, document, mine)).toEqual({ name: 'Wrong' });
  });
});
