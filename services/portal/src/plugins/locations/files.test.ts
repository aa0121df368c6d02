import { expect, test } from 'vitest';
import type { LocationFile } from '../../api/locations';
import { fileWords, troubledFirst } from './files';

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
