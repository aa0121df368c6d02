import { expect, test } from 'vitest';
import { ApiFailure } from './failure';
import { fieldErrors, fieldPath, pathParts, unshownErrors } from './fieldPath';

test.each([
  ['links[0].url', 'links.0.url'],
  ['/links/0/url', 'links.0.url'],
  ['entity.metadata.name', 'entity.metadata.name'],
  ['/metadata/annotations/a.b~1c', 'metadata.annotations.a.b/c'],
  ['kind', 'kind'],
])('%s is %s', (path, same) => {
  expect(fieldPath(path)).toBe(same);
});

test.each([
  ['metadata.annotations["a.io/b"]', ['metadata', 'annotations', 'a.io/b']],
  ['spec.steps[2].name', ['spec', 'steps', 2, 'name']],
  ['/metadata/tags/0', ['metadata', 'tags', 0]],
  [
    'metadata.links[url="https://x.org/a.b"].title',
    [
      'metadata',
      'links',
      { field: 'url', value: 'https://x.org/a.b' },
      'title',
    ],
  ],
  ['metadata.labels["say \\"hi\\""]', ['metadata', 'labels', 'say "hi"']],
])('%s is taken apart', (path, parts) => {
  expect(pathParts(path)).toEqual(parts);
});

test('errors are found by their path below a part of the body', () => {
  const failure = new ApiFailure('no', {
    status: 400,
    fields: {
      'entity.metadata.name': 'is taken',
      '/entity/kind': 'is unknown',
    },
  });
  expect(fieldErrors(failure, 'entity')).toEqual({
    'metadata.name': 'is taken',
    kind: 'is unknown',
  });
});

test('errors without a field are named with their path, once', () => {
  const errors = {
    'spec.x': 'is wrong',
    'spec.y': 'spec.y is missing',
    name: 'shown',
  };
  expect(unshownErrors(errors, path => path === 'name')).toEqual([
    'spec.x: is wrong',
    'spec.y is missing',
  ]);
});
