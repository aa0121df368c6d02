import { expect, test } from 'vitest';
import { changedVariant, renamedRows, withMember } from './draft';
import type { Schema } from './schema';
import { refersToSecret, secretOf } from './secretReference';

test('a changed member stays in its place, and the others as they are', () => {
  const group = { a: 1, b: { c: 2 }, d: 3 };
  const changed = withMember(group, 'a', 4);
  expect(Object.keys(changed)).toEqual(['a', 'b', 'd']);
  expect(changed['b']).toBe(group.b);
  expect(withMember(group, 'b', undefined)).toEqual({ a: 1, d: 3 });
});

test('rows are a map when each has a name of its own', () => {
  expect(renamedRows([['a', 1]])).toEqual({ entries: { a: 1 } });
  expect(renamedRows([['', 1]]).problem).toContain('without a name');
  const twice: [string, unknown][] = [
    ['a', 1],
    ['a', 2],
  ];
  expect(renamedRows(twice).problem).toContain('called a');
});

test('another variant keeps what both have, and says which it is', () => {
  const url: Schema = {
    type: 'object',
    properties: {
      kind: { const: 'url' },
      url: { type: 'string' },
      name: { type: 'string' },
    },
  };
  const value = { kind: 'file', path: 'a', name: 'n' };
  expect(changedVariant({}, url, value, undefined)).toEqual({
    kind: 'url',
    name: 'n',
  });
  expect(changedVariant({}, url, value, { kind: 'url', url: 'x' })).toEqual({
    kind: 'url',
    url: 'x',
  });
  expect(changedVariant({}, { type: 'string' }, value, undefined)).toBe(
    undefined,
  );
});

test('a reference names its secret', () => {
  expect(secretOf('${{ secrets.TOKEN }}')).toBe('TOKEN');
  expect(secretOf('${{secrets.TOKEN}}')).toBe('TOKEN');
  expect(secretOf('Bearer ${{ secrets.TOKEN }}')).toBeUndefined();
  expect(refersToSecret('Bearer ${{ secrets.TOKEN }}')).toBe(true);
  expect(refersToSecret('${{ parameters.a }}')).toBe(false);
});
