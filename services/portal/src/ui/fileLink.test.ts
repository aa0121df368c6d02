import { expect, test } from 'vitest';
import { fileName, isWebAddress, lineAddress } from './fileLink';

test.each([
  [
    'https://github.com/a/b/blob/main/x.yaml',
    'https://github.com/a/b/blob/main/x.yaml#L7',
  ],
  [
    'https://gitlab.com/a/b/-/blob/main/x.yaml',
    'https://gitlab.com/a/b/-/blob/main/x.yaml#L7',
  ],
  [
    'https://bitbucket.org/a/b/src/main/x.yaml',
    'https://bitbucket.org/a/b/src/main/x.yaml#lines-7',
  ],
  ['https://git.example.org/raw/x.yaml', 'https://git.example.org/raw/x.yaml'],
])('line 7 of %s is at %s', (url, address) => {
  expect(lineAddress(url, 7)).toBe(address);
});

test('a file without a line is its own address', () => {
  const url = 'https://github.com/a/b/blob/main/x.yaml';
  expect(lineAddress(url)).toBe(url);
});

test('a file is called by the last part of its address', () => {
  expect(fileName('https://x.org/a/catalog-info.yaml?ref=main')).toBe(
    'catalog-info.yaml',
  );
});

test('only web addresses are links', () => {
  expect(isWebAddress('https://x.org')).toBe(true);
  expect(isWebAddress('javascript:alert(1)')).toBe(false);
});
