import { expect, test } from 'vitest';
import { readTemplate } from './templateText';

const template = (name: string, parameters: string) =>
  `kind: Template\nmetadata: {name: ${name}}\nspec: {parameters: ${parameters}}\n`;

test('the pages of the form are read from the document that is meant', () => {
  const text = [
    'kind: Component\n',
    template('other', '[]'),
    template('pay', '[{title: First}, {title: Second}]'),
  ].join('---\n');
  expect(readTemplate(text, 'pay')).toMatchObject({
    template: { metadata: { name: 'pay' } },
    pages: [{ title: 'First' }, { title: 'Second' }],
  });
  expect(readTemplate(text, 'renamed')).toMatchObject({ pages: [] });
  expect(readTemplate(template('a', '{title: One}'), 'a')).toMatchObject({
    pages: [{ title: 'One' }],
  });
});

test('what is wrong is said, with its line', () => {
  const problem = (text: string) => readTemplate(text, 'pay');
  expect(problem('kind: Template\nspec: [\n')).toMatchObject({
    problem: expect.stringMatching(/^Line [23]: /) as string,
  });
  expect(problem('kind: Component')).toMatchObject({
    problem: expect.stringContaining('kind Template') as string,
  });
  expect(problem('')).toHaveProperty('problem');
  expect(problem(template('pay', '[1]'))).toHaveProperty('problem');
  expect(problem(template('pay', 'x'))).toHaveProperty('problem');
});
