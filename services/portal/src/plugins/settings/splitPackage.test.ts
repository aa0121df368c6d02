import { expect, test } from 'vitest';
import { splitPackage } from './InstallForm';

test.each([
  ['badges', { name: 'badges' }],
  ['@scope/badges', { name: '@scope/badges' }],
  ['@scope/badges@1.2.3', { name: '@scope/badges', version: '1.2.3' }],
  ['badges@next', { name: 'badges', version: 'next' }],
])('%j is package and version', (text, parts) => {
  expect(splitPackage(text)).toEqual(parts);
});
