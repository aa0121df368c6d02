import { expect, test } from 'vitest';
import {
  emptySecret,
  grantableKinds,
  grantWords,
  reference,
  secretErrors,
  valueError,
} from './secretDraft';

test.each([
  [{ name: '2A', value: 'long enough' }, ['name']],
  [{ name: 'A-B', value: 'long enough' }, ['name']],
  [{ name: 'A', value: 'x' }, ['value']],
  [{}, ['name', 'value']],
  [{ name: 'DEPLOY_TOKEN', value: 'long enough' }, []],
])('%j is wrong at %j', (change, fields) => {
  expect(Object.keys(secretErrors({ ...emptySecret, ...change }))).toEqual(
    fields,
  );
});

test('no error repeats the value', () => {
  expect(valueError('s3c')).not.toContain('s3c');
});

test('a secret for one kind of use is granted to that kind only', () => {
  expect(grantableKinds('template')).toEqual(['template']);
  expect(grantableKinds('any')).toEqual(['plugin', 'template', 'proxy']);
});

test('a reference is written as expressions are', () => {
  expect(reference('TOKEN')).toBe('${{ secrets.TOKEN }}');
});

test('who holds a secret is said in a few words', () => {
  const grant = {
    kind: 'plugin',
    id: 'badges',
    grantedAt: '2026-01-01T00:00:00Z',
    grantedBy: 'user:default/jane',
  };
  expect(grantWords([])).toBe('Granted to nobody');
  expect(grantWords([grant])).toBe('Granted to plugin badges');
  expect(
    grantWords([{ ...grant, kind: 'template', id: 'template:default/x' }]),
  ).toBe('Granted to template:default/x');
  expect(grantWords([grant, { ...grant, id: 'other' }])).toBe('Granted to 2');
});
