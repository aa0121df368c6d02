import { expect, test } from 'vitest';
import { causeWords } from './causeWords';

test('a read file is named with its commit in short', () => {
  const cause = { kind: 'location' as const, commit: '0123456789abcdef' };
  expect(causeWords(cause)).toEqual({
    text: 'From its file',
    commit: '01234567',
  });
});

test('a person is told apart from a program', () => {
  const by = (actor: string) => causeWords({ kind: 'person', actor });
  expect(by('user:default/ada')).toMatchObject({
    personRef: 'user:default/ada',
  });
  expect(by('service:scaffolder')).toMatchObject({
    program: 'service:scaffolder',
  });
});

test('a managed set is no provider', () => {
  expect(
    causeWords({ kind: 'provider', provider: '@managed/portal' }),
  ).toMatchObject({
    text: 'In the set',
    program: 'portal',
  });
  expect(causeWords({ kind: 'provider', provider: 'ldap' }).text).toBe(
    'By the provider',
  );
});
