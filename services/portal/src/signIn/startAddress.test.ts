import { expect, test } from 'vitest';
import { startAddress } from './startAddress';

test('a button leads through the provider back to the page that was asked for', () => {
  const start = '/api/auth/okta/start';
  expect(startAddress(start, { pathname: '/', search: '' })).toBe(start);
  expect(
    startAddress(start, { pathname: '/catalog', search: '?kind=api&x=1' }),
  ).toBe(`${start}?next=%2Fcatalog%3Fkind%3Dapi%26x%3D1`);
});
