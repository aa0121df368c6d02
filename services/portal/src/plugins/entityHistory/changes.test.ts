import { expect, test } from 'vitest';
import type { DiffStep } from '../../api/entityHistory';
import { changesOf, summary } from './changes';

const lines = (diff: DiffStep[]) =>
  changesOf(diff).fields.map(({ field, lines: shown }) => [
    field,
    shown.map(line =>
      line.mark === 'skipped' ? '…' : `${line.mark} ${line.text}`,
    ),
  ]);

test('a replaced value shows what it was and what it is', () => {
  const step: DiffStep = {
    path: 'spec.owner',
    op: 'replace',
    before: 'a',
    after: 'b',
  };
  expect(lines([step])).toEqual([['spec.owner', ['removed a', 'added b']]]);
});

test('changes below one field stand together', () => {
  expect(
    lines([
      { path: 'metadata.tags', op: 'remove', before: 'java' },
      { path: 'metadata.tags', op: 'add', after: 'rust' },
      { path: 'metadata.annotations["a.io/b"]', op: 'add', after: '1' },
    ]),
  ).toEqual([
    ['metadata.tags', ['removed java', 'added rust']],
    ['metadata.annotations', ['added a.io/b: "1"']],
  ]);
});

test('a list item says which one it is', () => {
  expect(
    lines([
      {
        path: 'metadata.links[url="https://x.org"].title',
        op: 'replace',
        before: 'One',
        after: 'Uno',
      },
      { path: 'spec.steps[2].name', op: 'replace', before: 'a', after: 'b' },
    ]),
  ).toEqual([
    [
      'metadata.links',
      [
        'same - url: https://x.org',
        'removed   title: One',
        'added   title: Uno',
      ],
    ],
    ['spec.steps', ['removed - name: a', 'added - name: b']],
  ]);
});

test('only the changed lines of a long text are shown', () => {
  const before = Array.from({ length: 12 }, (_, n) => `line ${n}`).join('\n');
  const after = before.replace('line 11', 'the end');
  const [[field, shown] = []] = lines([
    { path: 'spec.definition', op: 'replace', before, after },
  ]);
  expect(field).toBe('spec.definition');
  expect(shown?.[0]).toBe('…');
  expect(shown?.slice(-2)).toEqual(['removed line 11', 'added the end']);
});

test('relations are told apart from fields', () => {
  const found = changesOf([
    {
      path: 'relations.ownedBy',
      op: 'replace',
      before: 'group:default/a',
      after: 'group:default/b',
    },
    { path: 'relations.dependsOn', op: 'add', after: 'component:default/c' },
  ]);
  expect(found.fields).toEqual([]);
  expect(found.relations).toEqual([
    { mark: 'removed', type: 'ownedBy', targetRef: 'group:default/a' },
    { mark: 'added', type: 'ownedBy', targetRef: 'group:default/b' },
    { mark: 'added', type: 'dependsOn', targetRef: 'component:default/c' },
  ]);
});

test('the summary names a few fields and counts the rest', () => {
  const step = (path: string): DiffStep => ({ path, op: 'add', after: 1 });
  const of = (...paths: string[]) =>
    summary('changed', changesOf(paths.map(step)));
  expect(of('metadata.title')).toBe('Changed title');
  expect(of('/metadata/title', 'spec.owner')).toBe('Changed title and owner');
  expect(of('spec.a', 'spec.b', 'spec.c', 'spec.d')).toBe(
    'Changed a, b, c and 1 more field',
  );
  expect(summary('deleted', changesOf([]))).toBe('Deleted');
});
