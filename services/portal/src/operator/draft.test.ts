import { expect, test } from 'vitest';
import {
  draftErrors,
  fromServer,
  newDraft,
  toRollout,
  type Draft,
} from './draft';

const good: Draft = { ...newDraft('@acme/plugin', '1.2.3') };

test('what is offered is what the command line does', () => {
  expect(draftErrors(good)).toEqual({});
  expect(toRollout({ ...good, canaries: 'acme, globex  initech' })).toEqual({
    package: '@acme/plugin',
    version: '1.2.3',
    canaries: ['acme', 'globex', 'initech'],
    waves: [10, 50, 100],
    parallel: 4,
    gate: {
      soakSeconds: 60,
      minRequests: 50,
      longestSeconds: 900,
      errorRate: 0.05,
      latencyFactor: 2.5,
      latencyFloorMs: 20,
      beacons: 3,
    },
  });
});

test.each([
  ['package', ' '],
  ['version', 'latest'],
  ['waves', '0'],
  ['waves', '10, 101'],
  ['parallel', '-1'],
  ['soakSeconds', 'a minute'],
  ['longestSeconds', '59'],
  ['errorPercent', '101'],
  ['latencyFactor', '0.5'],
  ['beacons', '0'],
] as const)('%s cannot be %j', (field, value) => {
  expect(Object.keys(draftErrors({ ...good, [field]: value }))).toEqual([
    field,
  ]);
});

test('without waves everybody else is one', () => {
  expect(draftErrors({ ...good, waves: '' })).toEqual({});
  expect(toRollout({ ...good, waves: '' }).waves).toEqual([]);
});

test('what the server says stands at the field it is about', () => {
  expect(
    fromServer({ 'gate.errorRate': 'A share.', canaries: 'Nobody.', x: 'y' }),
  ).toEqual({ errorPercent: 'A share.', canaries: 'Nobody.' });
});
