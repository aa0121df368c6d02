import { expect, test } from 'vitest';
import type { RolloutOrganization, RolloutRing } from '../api/types';
import {
  besideWords,
  canRevert,
  canStop,
  gateRows,
  isOpen,
  percent,
  planWords,
  ringWords,
  seconds,
  segments,
} from './words';

const ring: RolloutRing = {
  ring: 1,
  organizations: 10,
  steps: [
    { step: 'promoted', organizations: 4 },
    { step: 'skipped', organizations: 1 },
    { step: 'waiting', organizations: 3 },
    { step: 'watching', organizations: 1 },
    { step: 'checking', organizations: 1 },
  ],
};

test('a progress bar is made of whoever is equally far, and is whole', () => {
  const parts = segments(ring);
  expect(parts.map(({ kind, count }) => [kind, count])).toEqual([
    ['has', 4],
    ['under-way', 2],
    ['out', 1],
    ['waiting', 3],
  ]);
  expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(100);
});

test('a ring without anybody has an empty bar', () => {
  expect(segments({ ring: 0, organizations: 0, steps: [] })).toEqual([]);
});

test('a ring is told in the order of its steps', () => {
  expect(ringWords(ring)).toBe(
    '3 waiting, 1 being checked, 1 watched, 4 has it, 1 left out',
  );
});

function part(change: Partial<RolloutOrganization>): RolloutOrganization {
  return {
    tenantId: '1',
    slug: 'acme',
    name: 'Acme',
    ring: 0,
    step: 'watching',
    since: '2026-12-01T00:00:00Z',
    from: '1.0.0',
    limits: { errorRate: 0.06, p95Ms: 50, beacons: 3, requests: 20, errors: 3 },
    beacons: 0,
    differences: [],
    replayed: 0,
    written: [],
    ...change,
  };
}

test('figures stand beside the limits that follow from them', () => {
  const [errors, latency, beacons] = gateRows(
    part({
      old: { requests: 100, errors: 1, failures: 0, p95Ms: 20 },
      new: { requests: 80, errors: 8, failures: 0, p95Ms: 45 },
      beacons: 3,
    }),
  );
  expect(errors).toEqual({
    what: 'Failed requests',
    old: '1 %',
    new: '10 %',
    limit: '6 %',
    over: true,
  });
  expect(latency).toMatchObject({
    old: '20 ms',
    new: '45 ms',
    limit: '50 ms',
    over: false,
  });
  expect(beacons).toMatchObject({ new: '3', limit: '3', over: true });
});

test('what was not measured is not judged', () => {
  const limits = { errorRate: 0.05, beacons: 3, requests: 20, errors: 3 };
  const rows = gateRows(part({ limits }));
  expect(rows.map(row => [row.old, row.new, row.over])).toEqual([
    ['–', '–', false],
    ['–', '–', false],
    ['–', '0', false],
  ]);
});

test.each([
  [19, 19, false],
  [200, 2, false],
  [20, 3, true],
])('of %s requests %s failed: over %s', (requests, errors, over) => {
  const limits = { errorRate: 0.005, beacons: 3, requests: 20, errors: 3 };
  const [row] = gateRows(
    part({ limits, new: { requests, errors, failures: 0 } }),
  );
  expect(row?.over).toBe(over);
});

test('beside a figure stands only what is known', () => {
  const row = { what: '95th percentile', new: '1 ms', over: false } as const;
  expect(besideWords({ ...row, old: '3 ms', limit: '20 ms' })).toBe(
    'before 3 ms, limit 20 ms',
  );
  expect(besideWords({ ...row, old: '–', limit: '20 ms' })).toBe('limit 20 ms');
  expect(besideWords({ ...row, old: '–', limit: '–' })).toBe('');
});

test.each([
  ['preparing', true, false],
  ['running', true, true],
  ['rolling-back', false, false],
  ['done', false, true],
  ['rolled-back', false, false],
  ['stopped', false, true],
] as const)('a rollout that is %s: stop %s, revert %s', (phase, stop, back) => {
  expect(canStop({ phase })).toBe(stop);
  expect(canRevert({ phase })).toBe(back);
  expect(canStop({ phase, wanted: 'stop' })).toBe(false);
  expect(canRevert({ phase, wanted: 'revert' })).toBe(false);
  // The page goes on looking.
  expect(isOpen({ phase, wanted: 'revert' })).toBe(true);
});

test.each([
  [0, '0 %'],
  [0.0254, '2.5 %'],
  [1, '100 %'],
])('%s is %s', (rate, text) => expect(percent(rate)).toBe(text));

test.each([
  [60, '60 s'],
  [900, '15 min'],
  [7200, '2 h'],
  [7300, '7300 s'],
])('%s seconds are %s', (count, text) => expect(seconds(count)).toBe(text));

test('a plan is one sentence', () => {
  const plan = {
    waves: [10, 50, 100],
    parallel: 4,
    by: 'operator',
    gate: {
      soakSeconds: 60,
      minRequests: 50,
      longestSeconds: 900,
      errorRate: 0.05,
      latencyFactor: 2.5,
      latencyFloorMs: 20,
      beacons: 3,
    },
  };
  expect(planWords({ plan })).toBe(
    'Canaries first, then waves of 10, 50, 100 % of the others, 4 at once. Each is watched for 60 s and 50 requests, at most 15 min.',
  );
});
