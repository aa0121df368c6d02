import { expect, test } from 'vitest';
import type { HeldRemoval } from '../../../api/removals';
import { byKind, heldShare, unnamed } from './heldWords';

const held: HeldRemoval = {
  id: '1',
  source: { kind: 'location', name: 'https://x.org/all.yaml' },
  heldAt: '2026-11-22T12:00:00Z',
  total: 4_000,
  removing: 1_200,
  percent: 30.04,
  entityRefs: Array.from({ length: 200 }, (_, n) => `component:default/c${n}`),
};

test('the share is told in numbers', () => {
  expect(heldShare(held)).toBe('1,200 of 4,000 entities (30 %)');
  expect(unnamed(held)).toBe(1_000);
});

test('what would go is sorted by kind', () => {
  expect(
    byKind(['component:default/b', 'api:default/x', 'component:default/a']),
  ).toEqual([
    ['api', ['api:default/x']],
    ['component', ['component:default/a', 'component:default/b']],
  ]);
});
