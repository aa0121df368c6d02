import { expect, test } from 'vitest';
import type { UploadedVersion } from '../../../api/types';
import {
  byPackage,
  checkLines,
  halfWords,
  sizeWords,
  sourceWords,
} from './uploadWords';

test('sizes, halves and sources are said in words', () => {
  expect([1, 340_400, 1_234_567].map(sizeWords)).toEqual([
    '1 kB',
    '340 kB',
    '1.2 MB',
  ]);
  expect(halfWords({ role: 'backend-plugin' })).toBe('Back end');
  expect(halfWords({ role: 'frontend-plugin-module' })).toBe(
    'Front end, module',
  );
  expect(sourceWords('upload')).toBe('Uploaded by your organisation');
});

test('the checks name licences by number, and what is odd', () => {
  const checks = {
    packages: 9,
    licences: { ISC: 1, MIT: 8 },
    native: ['better-sqlite3'],
    installScripts: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
  };
  expect(checkLines(checks)).toEqual([
    '9 packages; licences: MIT (8), ISC (1)',
    'Compiled code in better-sqlite3',
    'Install scripts that were not run in a, b, c, d, e and 2 more',
  ]);
});

test('versions stand below their package, in the order in which they came', () => {
  const version = (name: string, text: string) =>
    ({ package: name, version: text }) as UploadedVersion;
  const found = byPackage([
    version('@acme/b', '2.0.0'),
    version('@acme/a', '1.0.0'),
    version('@acme/b', '1.0.0'),
  ]);
  expect(
    found.map(({ name, versions }) => [name, versions.map(v => v.version)]),
  ).toEqual([
    ['@acme/a', ['1.0.0']],
    ['@acme/b', ['2.0.0', '1.0.0']],
  ]);
});
