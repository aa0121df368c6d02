import { expect, test } from 'vitest';
import { passwordStrength } from './passwordStrength';

test.each([
  ['', 0],
  ['short', 1],
  ['aaaaaaaaaaaaaaaa', 1],
  ['twelve chars', 2],
  ['correct horse battery', 3],
])('the strength of %j is %i', (password, level) => {
  expect(passwordStrength(password).level).toBe(level);
});

test('it says how much is missing', () => {
  expect(passwordStrength('elevenchars').hint).toBe(
    'Too short: 1 more character.',
  );
});
