import { expect, test } from 'vitest';
import { parseConfig, textOf } from './useConfigDraft';

test('an object is a configuration, in YAML or JSON', () => {
  expect(parseConfig('{"a": [1]}')).toEqual({ config: { a: [1] } });
  expect(parseConfig('a:\n  - 1\n')).toEqual({ config: { a: [1] } });
  expect(parseConfig('')).toEqual({ config: {} });
});

test.each(['[1]', '7', '"text"'])('%s is none', text => {
  expect(parseConfig(text)).toEqual({
    problem: 'A configuration has keys and values, such as app: { … }.',
  });
});

test('a syntax error says where', () => {
  expect(parseConfig('a: 1\nb: {')).toMatchObject({
    problem: expect.stringContaining('Line 2') as string,
  });
});

test('a configuration comes back from its text as it was', () => {
  const config = {
    a: { 'b.c/d': ['x', 1, true, null, '1', 'yes', 'a: b'] },
    token: '${{ secrets.TOKEN }}',
    text: 'one\ntwo\n',
  };
  expect(parseConfig(textOf(config))).toEqual({ config });
  expect(textOf({})).toBe('');
});
