import { expect, test } from 'vitest';
import type { Advisories } from '../api/types';
import { adviceWords, isCritical } from './advice';

const finding = (severity: string) => ({
  package: 'left',
  version: '1.0.0',
  severity,
  title: 'Bad',
});

const of = (severities: string[], more: Partial<Advisories> = {}) => ({
  checkedAt: '2026-12-01T00:00:00Z',
  findings: severities.map(finding),
  left: 0,
  ...more,
});

test.each([
  [of([]), 'The npm registry has no advisory for what is in it.'],
  [of(['low']), '1 advisory for what is in it: 1 low.'],
  [
    of(['critical', 'critical', 'low']),
    '3 advisories for what is in it: 2 critical, 1 low.',
  ],
  [
    of(['high'], { left: 7 }),
    '8 advisories for what is in it: 1 high, 7 more.',
  ],
  [
    of([], { notChecked: 'The registry answers 404.' }),
    'Advisories not checked. The registry answers 404.',
  ],
])('advisories are counted: %#', (advisories, words) => {
  expect(adviceWords(advisories)).toBe(words);
});

test('a critical one stands out', () => {
  expect(isCritical(finding('critical'))).toBe(true);
  expect(isCritical(finding('high'))).toBe(false);
});
