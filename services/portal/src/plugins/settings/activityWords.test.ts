import { expect, test } from 'vitest';
import { bytesWords, cpuWords, requestWords } from './activityWords';

test('memory and CPU are in words', () => {
  expect(bytesWords(300 * 1024 * 1024)).toBe('300 MB');
  const now = Date.parse('2026-11-01T10:01:40Z');
  const since = '2026-11-01T10:00:00Z';
  expect(cpuWords(25_000, since, now)).toBe(
    '25.0 s, 25 % of one CPU on average',
  );
  expect(cpuWords(100, since, now)).toContain('less than 1 %');
  expect(cpuWords(1_500, '2026-11-01T10:01:38Z', now)).toBe('1.5 s');
  expect(cpuWords(1_500, undefined, now)).toBe('1.5 s');
});

test('requests name their failures only when there are some', () => {
  const quiet = { starts: 1, failures: 0, requests: 0, errors: 0 };
  expect(requestWords(quiet)).toBe('0');
  expect(requestWords({ ...quiet, requests: 1200, errors: 3, p95Ms: 23 })).toBe(
    '1,200, 3 failed, 95 % began to answer within 23 ms',
  );
});
