import { expect, test } from 'vitest';
import { parseYamlObject, toYaml } from './yamlText';

test('values are written as people write them', () => {
  expect(toYaml({ tags: ['a', 'b'], text: 'one\ntwo\n' })).toBe(
    'tags:\n  - a\n  - b\ntext: |\n  one\n  two',
  );
  expect(toYaml('plain')).toBe('plain');
  expect(toYaml(undefined)).toBe('');
});

test('what is written can be read again', () => {
  const entity = {
    kind: 'Component',
    metadata: { name: 'x', labels: { a: 'yes', b: '1' } },
  };
  expect(parseYamlObject(toYaml(entity))).toEqual({ value: entity });
  expect(parseYamlObject(JSON.stringify(entity))).toEqual({ value: entity });
});

test('a mistake is named with its line', () => {
  const found = parseYamlObject('kind: Component\nmetadata: [unclosed\n');
  expect(found).toMatchObject({ problem: expect.stringMatching(/^Line \d: /) });
});

test.each(['', 'just words', '- a\n- b'])('%j is no entity', text => {
  expect(parseYamlObject(text)).toHaveProperty('problem');
});
