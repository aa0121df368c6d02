import { expect, test } from 'vitest';
import {
  emptyToken,
  lifetimeOptions,
  scopeWords,
  tokenErrors,
  toNewToken,
  withinPolicy,
} from './tokenDraft';

test('an organisation without a limit offers tokens without an end', () => {
  expect(lifetimeOptions().at(-1)).toEqual({ id: '', label: 'Until deleted' });
});

test('nothing longer than the limit is offered, and the limit itself is', () => {
  expect(lifetimeOptions(45).map(option => option.id)).toEqual([
    '7',
    '30',
    '45',
  ]);
  expect(withinPolicy(emptyToken, 45).days).toBe('45');
  expect(withinPolicy(emptyToken, 365).days).toBe('90');
});

test.each([
  [{ name: ' ' }, false, ['name']],
  [{ name: 'My laptop' }, false, []],
  [{ name: 'My laptop' }, true, ['name']],
  [{ name: 'ci-deploy' }, true, []],
  [{ name: 'ci', limited: true }, false, ['scopes']],
])('%j for a service %s is wrong at %j', (change, forService, fields) => {
  const errors = tokenErrors({ ...emptyToken, ...change }, forService);
  expect(Object.keys(errors)).toEqual(fields);
});

test('what is not limited is not sent', () => {
  expect(toNewToken({ ...emptyToken, name: ' a ', days: '' })).toEqual({
    name: 'a',
  });
  const limited = { ...emptyToken, name: 'a', limited: true, scopes: ['x'] };
  expect(toNewToken(limited)).toEqual({
    name: 'a',
    expiresInDays: 90,
    scopes: ['x'],
  });
});

test('what a token may do is said in a few words', () => {
  expect(scopeWords(undefined, 'All')).toBe('All');
  expect(scopeWords(['catalog.entity.read'], 'All')).toBe(
    'Only catalog.entity.read',
  );
  expect(scopeWords(['a', 'b'], 'All')).toBe('2 permissions');
});
