import { expect, test } from 'vitest';
import type { LocationFile } from '../../api/locations';
import { fileWords, standsForAddress, troubledFirst } from './files';

test('files with problems come first', () => {
  const file = (
    url: string,
    problems: LocationFile['problems'],
  ): LocationFile => ({
    url,
    state: 'done',
    entities: 0,
    problems,
  });
  const sorted = troubledFirst([
    file('a', []),
    file('b', [{ message: 'x' }]),
    file('c', []),
  ]);
  expect(sorted.map(({ url }) => url)).toEqual(['b', 'a', 'c']);
});

test('a file that was read with problems is not called well', () => {
  const file: LocationFile = {
    url: 'https://x.org/all.yaml',
    state: 'done',
    entities: 1,
    problems: [{ message: 'odd' }],
  };
  expect(fileWords(file)).toEqual(['warning', 'Read, with problems']);
});

test('the entity that stands for an address is none of a file', () => {
  const location = (name: string) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Location',
    metadata: { name },
  });
  const digest = '1929f7483041b64d84ed3e1295bc3b37d4043645';
  expect(standsForAddress(location(`generated-${digest}`))).toBe(true);
  expect(standsForAddress(location('generated-by-hand'))).toBe(false);
  expect(
    standsForAddress({ ...location(`generated-${digest}`), kind: 'System' }),
  ).toBe(false);
});
