import { expect, test } from 'vitest';
import { relativeTime } from './RelativeTime';

const now = new Date('2026-11-22T12:00:00Z');

test.each([
  ['2026-11-22T11:59:40Z', 'just now'],
  ['2026-11-22T12:00:30Z', 'in a moment'],
  ['2026-11-22T11:57:00Z', '3 minutes ago'],
  ['2026-11-22T12:05:00Z', 'in 5 minutes'],
  ['2026-11-29T11:59:58Z', 'in 7 days'],
  ['2026-11-22T10:00:01Z', '1 hour ago'],
  ['2026-11-21T12:00:00Z', 'yesterday'],
  ['2025-11-20T12:00:00Z', 'last year'],
])('%s is %s', (at, text) => {
  expect(relativeTime(new Date(at), now)).toBe(text);
});
