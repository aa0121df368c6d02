import { expect, test } from 'vitest';
import type { LocationDetail, LocationFile } from '../../api/locations';
import { filesOf, fileWords, troubledFirst } from './files';

const detail: LocationDetail = {
  location: { id: '1', type: 'url', target: 'https://x.org/all.yaml' },
  state: 'done',
  entities: [{ entityRef: 'component:default/a', kind: 'Component' }],
  problems: [
    { message: 'unexpected tab', url: 'https://x.org/b.yaml', line: 7 },
    { message: 'odd' },
  ],
};

test('without a list of files, problems go to the files that they name', () => {
  expect(
    filesOf(detail).map(({ url, problems }) => [url, problems.length]),
  ).toEqual([
    ['https://x.org/all.yaml', 1],
    ['https://x.org/b.yaml', 1],
  ]);
});

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
  const [file] = filesOf(detail);
  expect(file && fileWords(file)).toEqual(['warning', 'Read, with problems']);
});
