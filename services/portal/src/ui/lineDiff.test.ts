import { expect, test } from 'vitest';
import { diffLines, withContext, type DiffLine } from './lineDiff';

const signs = { same: ' ', added: '+', removed: '-' };
const drawn = (lines: DiffLine[]) =>
  lines.map(({ mark, text }) => `${signs[mark]}${text}`);
const diff = (before: string, after: string) =>
  drawn(diffLines(before.split(''), after.split('')));

test.each([
  ['abc', 'abc', [' a', ' b', ' c']],
  ['abc', 'adc', [' a', '-b', '+d', ' c']],
  ['abc', 'ac', [' a', '-b', ' c']],
  ['ac', 'abc', [' a', '+b', ' c']],
  ['aa', 'aaa', [' a', ' a', '+a']],
  ['abcd', 'bxd', ['-a', ' b', '-c', '+x', ' d']],
])('%s becomes %s with as few lines as possible', (before, after, lines) => {
  expect(diff(before, after)).toEqual(lines);
});

test('an empty side is all added or all removed', () => {
  expect(drawn(diffLines([], ['x', 'y']))).toEqual(['+x', '+y']);
  expect(drawn(diffLines(['x'], []))).toEqual(['-x']);
});

test('texts too long to compare are replaced as a whole', () => {
  const before = Array.from({ length: 2_500 }, (_, n) => `old ${n}`);
  const after = Array.from({ length: 2_500 }, (_, n) => `new ${n}`);
  expect(diffLines(before, after)).toHaveLength(5_000);
});

test('what is far from a change is counted, not shown', () => {
  const before = 'abcdefghij'.split('');
  const after = 'abcdefghiJ'.split('');
  expect(withContext(diffLines(before, after), 2)).toEqual([
    { mark: 'skipped', count: 7 },
    { mark: 'same', text: 'h' },
    { mark: 'same', text: 'i' },
    { mark: 'removed', text: 'j' },
    { mark: 'added', text: 'J' },
  ]);
});
