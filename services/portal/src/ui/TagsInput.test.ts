import { expect, test } from 'vitest';
import { newTags } from './TagsInput';

test.each([
  ['rust', [], ['rust']],
  [' rust,  java rust ', [], ['rust', 'java']],
  ['rust', ['rust'], []],
  ['', [], []],
])('%j beside %j adds %j', (text, tags, added) => {
  expect(newTags(text, tags)).toEqual(added);
});
