import { expect, test } from 'vitest';
import {
  caseCounts,
  outcomeWords,
  placeOf,
  plainLog,
  reportWords,
} from './resultWords';

test('a log is shown without the colours of a terminal', () => {
  expect(plainLog(['\u001b[32minfo\u001b[39m: made', 'a [32m b'])).toBe(
    'info: made\na [32m b',
  );
});

test('what came of tests that ran by themselves is said', () => {
  const outcome = { state: 'failed', cases: 3, failed: 1 } as const;
  expect(outcomeWords(outcome)).toEqual({
    tone: 'bad',
    words: '1 of 3 cases failed',
  });
  expect(outcomeWords({ ...outcome, state: 'none' }).words).toBe('No tests');
  expect(outcomeWords(undefined).words).toBe('Tests not run yet');
});

test('what came of tests is said with counts', () => {
  expect(caseCounts(3, 3)).toBe('All 3 cases passed');
  expect(caseCounts(1, 1)).toBe('The one case passed');
  expect(caseCounts(1, 3)).toBe('2 of 3 cases failed');
  expect(caseCounts(0, 1)).toBe('1 of 1 case failed');
  expect(caseCounts(0, 0)).toBe('No case was run');
  const report = { file: 'f', passed: false, cases: [], mistakes: [] };
  expect(reportWords(report)).toBe('No case was run');
  const mistakes = [{ file: 'f', line: 3, message: 'm' }];
  expect(reportWords({ ...report, mistakes })).toBe('The tests cannot be run');
  expect(placeOf({ file: 'f', line: 3, message: '' })).toBe('f, line 3');
  expect(placeOf({ file: 'f', line: null, message: '' })).toBe('f');
});
