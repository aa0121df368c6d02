import { expect, test } from 'vitest';
import { problemWords } from './problemWords';

test.each([
  [
    'Error: YAML error at url:https://x.org/a.yaml, The indentation does not fit at line 6, column 1',
    'The indentation does not fit.',
  ],
  [
    'Error: YAML error at url:https://x.org/a,b.yaml, Unexpected end',
    'Unexpected end.',
  ],
  ['Error: Unable to read', 'Unable to read.'],
  [
    'InputError: Policy check failed; caused by Error: odd',
    'InputError: Policy check failed; caused by Error: odd.',
  ],
  ['Is this right?', 'Is this right?'],
])('%s is told as %s', (message, words) => {
  expect(problemWords(message)).toBe(words);
});
