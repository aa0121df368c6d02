import { expect, test } from 'vitest';
import { asRef, filterOf, searchOf } from './runFilter';

test('what is asked for is in the address, and comes back', () => {
  const search = searchOf({
    template: 'node-service',
    createdBy: 'Ada',
    status: 'waiting',
  });
  expect(filterOf(search)).toEqual({
    template: 'template:default/node-service',
    createdBy: 'user:default/ada',
    status: 'waiting',
  });
});

test('an address of somebody else’s making asks for nothing strange', () => {
  expect(filterOf(new URLSearchParams('status=odd&template='))).toEqual({});
});

test('what is no reference is left for the server to judge', () => {
  expect(asRef('user:', 'user')).toBe('user:');
});
