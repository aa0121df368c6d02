import type { Entity } from '@backstage/catalog-model';
import { expect, test } from 'vitest';
import { managedSet } from './managedSet';

test.each([
  ['managed:portal/component/default/web', 'portal'],
  ['managed:restored/group/team-a/ops', 'restored'],
  ['url:https://x.org/catalog-info.yaml', undefined],
  [undefined, undefined],
])('an entity at %s is of the set %s', (place, set) => {
  const entity: Entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: 'web',
      annotations: place ? { 'backstage.io/managed-by-location': place } : {},
    },
  };
  expect(managedSet(entity)).toBe(set);
});
