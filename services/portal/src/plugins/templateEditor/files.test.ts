import { expect, test } from 'vitest';
import {
  isChanged,
  openFiles,
  pathProblem,
  testFiles,
  testPathFor,
  textOf,
  toSend,
  withFile,
  withText,
} from './files';

const template = btoa('kind: Template');
const picture = btoa('\u0089PNG\u0000\u00ff');
const opened = () =>
  openFiles({
    entityRef: 'template:default/pay',
    templatePath: 'template.yaml',
    wholeFolder: true,
    leftOut: [],
    files: [
      { path: 'logo.png', executable: false, base64Content: picture },
      { path: 'template.yaml', executable: false, base64Content: template },
    ],
  });

test('what is no text is sent back byte by byte', () => {
  const files = opened();
  expect(files.map(({ text }) => text)).toEqual(['kind: Template', undefined]);
  expect(toSend(files)[1]).toEqual({
    path: 'logo.png',
    base64Content: picture,
  });
});

test('what was written is sent in UTF-8, however long it is', () => {
  const long = 'Bühne – '.repeat(20_000);
  const files = withText(opened(), 'template.yaml', long);
  expect(files.filter(isChanged).map(({ path }) => path)).toEqual([
    'template.yaml',
  ]);
  expect(textOf(toSend(files)[0]?.base64Content ?? '')).toBe(long);
  const back = withText(files, 'template.yaml', 'kind: Template');
  expect(back.some(isChanged)).toBe(false);
});

test('a new file has a place of its own', () => {
  const files = withFile(opened(), 'skeleton/README.md', '');
  expect(files.map(({ path }) => path)).toEqual([
    'template.yaml',
    'logo.png',
    'skeleton/README.md',
  ]);
  expect(files.filter(isChanged).length).toBe(1);
  expect(pathProblem(files, 'docs/index.md')).toBeUndefined();
  for (const path of ['', 'template.yaml', '/etc', 'a//b', '../x', 'a/.']) {
    expect(pathProblem(files, path), path).toBeTruthy();
  }
});

test('tests of a template lie beside it', () => {
  const paths = [
    'a/template.yaml',
    'a/template.test.yaml',
    'a/other.template.test.yaml',
    'a/skeleton/template.test.yaml',
    'template.test.yaml',
  ];
  const files = paths.map(path => ({ path, text: '', original: '' }));
  expect(testFiles(files, 'a/template.yaml')).toEqual(paths.slice(1, 3));
  expect(testPathFor('a/template.yaml')).toBe('a/template.test.yaml');
  expect(testPathFor('template.yaml')).toBe('template.test.yaml');
});
