import { expect, test } from 'vitest';
import type { Rendering } from '../api/types';
import { kindWords, pictureAddress, renderingWords } from './rendering';

const page = (path: string, broken: string[] = []) => ({
  path,
  kind: 'page',
  broken,
  noted: [],
});

test.each<[Rendering, string]>([
  [
    { notRendered: 'There is no browser.', pages: [] },
    'Its pages were not rendered. There is no browser.',
  ],
  [
    { browser: 'Chrome/1', pages: [page('/')] },
    '1 page was opened in Chrome/1 under both versions. None breaks with the new one.',
  ],
  [
    { browser: 'Chrome/1', pages: [page('/notes', ['boom']), page('/')] },
    '2 pages were opened in Chrome/1 under both versions. 1 breaks with the new one.',
  ],
  [
    { browser: 'Chrome/1', pages: [page('/', ['a']), page('/b', ['b'])] },
    '2 pages were opened in Chrome/1 under both versions. 2 break with the new one.',
  ],
])('what rendering came to is told: %#', (rendering, words) => {
  expect(renderingWords(rendering)).toBe(words);
});

test('a picture has an address of its own', () => {
  expect(pictureAddress('r', 't', 'a/b.jpg')).toBe(
    '/api/plugins/v1/operator/rollouts/r/organizations/t/pictures/a%2Fb.jpg',
  );
});

test('kinds of pages have names', () => {
  expect(kindWords({ ...page('/'), kind: 'entity-card' })).toBe(
    'card of an entity',
  );
  expect(kindWords({ ...page('/'), kind: 'new' })).toBe('page');
});
