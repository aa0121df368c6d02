import { expect, test } from 'vitest';
import type { TemplateFiles } from '../../api/templateEditor';
import { draftOf, keepDraft } from './drafts';

const opened = (name: string, commit?: string): TemplateFiles => ({
  entityRef: `template:default/${name}`,
  templatePath: 'template.yaml',
  commit,
  wholeFolder: true,
  files: [],
  leftOut: [],
});
const draft = [{ path: 'template.yaml', text: 'mine', original: 'theirs' }];

test('a draft is there again for the same files only', () => {
  keepDraft(opened('pay', 'one'), draft);
  expect(draftOf(opened('pay', 'one'))).toBe(draft);
  expect(draftOf(opened('pay', 'two'))).toBeUndefined();
  keepDraft(opened('pay', 'one'), undefined);
  expect(draftOf(opened('pay', 'one'))).toBeUndefined();
});

test('the latest ten are kept', () => {
  for (let n = 0; n < 11; n++) keepDraft(opened(`t${n}`), draft);
  expect(draftOf(opened('t0'))).toBeUndefined();
  expect(draftOf(opened('t10'))).toBe(draft);
});
