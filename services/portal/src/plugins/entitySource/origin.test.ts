import type { Entity } from '@backstage/catalog-model';
import { expect, test } from 'vitest';
import { shortValue, valueAt } from './origin';

const entity: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'x',
    tags: ['a', 'b'],
    annotations: { 'acme.org/pager': 'team-a' },
  },
};

test.each([
  ['metadata.name', 'x'],
  ['/metadata/tags/1', 'b'],
  ['metadata.tags[1]', 'b'],
  ['metadata.annotations.acme.org/pager', 'team-a'],
  ['/metadata/annotations/acme.org~1pager', 'team-a'],
  ['spec.owner', undefined],
])('%s is %s', (path, value) => {
  expect(valueAt(entity, path)).toBe(value);
});

test('long values are cut, objects are written in one line', () => {
  expect(shortValue({ a: 1 })).toBe('{"a":1}');
  expect(shortValue('x'.repeat(200))).toHaveLength(80);
});
