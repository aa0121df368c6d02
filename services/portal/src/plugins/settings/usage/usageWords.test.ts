import { expect, test } from 'vitest';
import { usagePercent, usageText, usageWarning } from './usageWords';

test('a limit, none, and an unknown count are told apart', () => {
  const members = { counted: 'members', level: 'fine' } as const;
  expect(usageText({ ...members, used: 1800, allowed: 2500 })).toBe(
    '1,800 of 2,500',
  );
  expect(usageText({ ...members, used: 7 })).toBe('7, no limit');
  expect(usageText({ ...members, allowed: 5 })).toBe(
    'Unknown at the moment, 5 allowed',
  );
  expect(usagePercent({ ...members, used: 7 })).toBeUndefined();
  expect(usagePercent({ ...members, used: 30, allowed: 20 })).toBe(100);
});

test('the warning says what stops', () => {
  const workers = { counted: 'workers', used: 3, allowed: 3 } as const;
  expect(usageWarning({ ...workers, level: 'at-limit' })).toContain(
    'No further plugin',
  );
  expect(usageWarning({ ...workers, level: 'fine' })).toBeUndefined();
});
