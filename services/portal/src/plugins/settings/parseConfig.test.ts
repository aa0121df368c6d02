import { expect, test } from 'vitest';
import { parseConfig } from './PluginConfig';

test('an object is a configuration', () => {
  expect(parseConfig('{"a": [1]}')).toEqual({ config: { a: [1] } });
});

test.each(['[1]', 'null', '"text"'])('%s is none', text => {
  expect(parseConfig(text)).toEqual({
    problem: 'A configuration is an object: { … }.',
  });
});

test('a syntax error says where', () => {
  expect(parseConfig('{"a": }')).toHaveProperty('problem');
});
