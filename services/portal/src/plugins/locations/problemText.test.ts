import { expect, test } from 'vitest';
import { problemText } from './problemText';

const target = 'https://git.example.org/a/catalog-info.yaml?ref=main';

test('a problem names the file and the line', () => {
  const problem = { message: 'unexpected tab. Use spaces.', line: 7 };
  expect(problemText(problem, target)).toBe(
    'catalog-info.yaml line 7: unexpected tab. Use spaces.',
  );
});

test('a problem in another file names that one', () => {
  const problem = {
    message: 'is not YAML.',
    url: 'https://git.example.org/a/docs/api.yaml',
  };
  expect(problemText(problem, target)).toBe('api.yaml: is not YAML.');
});
