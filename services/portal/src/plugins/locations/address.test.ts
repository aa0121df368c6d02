import { expect, test } from 'vitest';
import { addressProblem } from './RegisterForm';

test.each([
  'https://git.example.org/a/catalog-info.yaml',
  'http://localhost/x',
])('%s can be registered', address => {
  expect(addressProblem(address)).toBeUndefined();
});

test.each([
  ['', 'Paste the address'],
  ['catalog-info.yaml', 'not a web address'],
  ['file:///etc/passwd', 'begin with file:'],
])('%j is refused with a reason', (address, reason) => {
  expect(addressProblem(address)).toContain(reason);
});
