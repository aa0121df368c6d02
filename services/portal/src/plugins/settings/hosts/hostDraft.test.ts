import { expect, test } from 'vitest';
import type { SourceHost } from '../../../api/sourceHosts';
import {
  budgetWords,
  hostErrors,
  newHostDraft,
  ofHostKind,
  toNewHost,
} from './hostDraft';

test('the public host follows the kind, another one stays', () => {
  expect(ofHostKind(newHostDraft('github'), 'gitlab').host).toBe('gitlab.com');
  const own = { ...newHostDraft('github'), host: 'git.acme.org' };
  expect(ofHostKind(own, 'gitlab').host).toBe('git.acme.org');
});

test('what is left empty is not sent', () => {
  expect(toNewHost(newHostDraft('github'))).toEqual({
    kind: 'github',
    host: 'github.com',
  });
});

test.each([
  [{ host: '' }, 'host'],
  [{ host: 'https://github.com/' }, 'host'],
  [{ apiBaseUrl: 'api' }, 'apiBaseUrl'],
  [{ token: 'a b' }, 'token'],
])('%j is refused at its field', (change, path) => {
  expect(
    Object.keys(hostErrors({ ...newHostDraft('github'), ...change })),
  ).toEqual([path]);
});

test('a budget is told in numbers and warned of when it is nearly spent', () => {
  const host = (remaining: number): SourceHost => ({
    id: '1',
    kind: 'github',
    host: 'github.com',
    apiBaseUrl: 'https://api.github.com',
    hasToken: true,
    createdAt: '2026-11-22T12:00:00Z',
    budget: { limit: 5_000, remaining, resetsAt: '2026-11-22T13:00:00Z' },
  });
  expect(budgetWords(host(4_200))).toMatchObject({
    text: '4,200 of 5,000 requests left',
    isScarce: false,
  });
  expect(budgetWords(host(12))?.isScarce).toBe(true);
  expect(budgetWords({ ...host(1), budget: undefined })).toBeUndefined();
});
