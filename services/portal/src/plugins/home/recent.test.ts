import { expect, test } from 'vitest';
import { entityOfPath, withVisit } from './recent';

test.each([
  ['/catalog/default/component/booking', 'component:default/booking'],
  ['/catalog/default/API/booking/definition', 'api:default/booking'],
  ['/catalog', undefined],
  ['/create/templates/default/new', undefined],
])('the entity at %s is %s', (path, ref) => {
  expect(entityOfPath(path)).toBe(ref);
});

test('the last visit comes first, once', () => {
  const visits = withVisit([{ entityRef: 'a' }, { entityRef: 'b' }], 'b');
  expect(visits).toEqual([{ entityRef: 'b' }, { entityRef: 'a' }]);
});

test('old visits are forgotten', () => {
  const many = Array.from({ length: 8 }, (_, i) => ({ entityRef: `e${i}` }));
  const visits = withVisit(many, 'new');
  expect(visits).toHaveLength(8);
  expect(visits.at(-1)).toEqual({ entityRef: 'e6' });
});
