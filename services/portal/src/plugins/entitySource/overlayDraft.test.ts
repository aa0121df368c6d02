import { expect, test } from 'vitest';
import { emptyOverlay, type Overlay } from '../../api/entitySource';
import {
  draftErrors,
  emptyKeyed,
  emptyLink,
  fromDraft,
  isEmptyOverlay,
  rowErrors,
  toDraft,
} from './overlayDraft';

const overlay: Overlay = {
  annotations: { 'acme.org/pager': 'team-a' },
  labels: { tier: '1' },
  tags: ['critical'],
  links: [
    { url: 'https://runbook.example.org', title: 'Runbook', icon: 'docs' },
  ],
};

test('an overlay survives the form, with what the form does not show', () => {
  expect(fromDraft(toDraft(overlay), overlay)).toEqual(overlay);
});

test('blank rows count for nothing', () => {
  const draft = toDraft(emptyOverlay);
  const blank = { ...draft, links: [emptyLink], labels: [emptyKeyed] };
  expect(draftErrors(blank)).toEqual({});
  expect(isEmptyOverlay(fromDraft(blank, emptyOverlay))).toBe(true);
});

test('what cannot be saved is named at its row', () => {
  const draft = toDraft(overlay);
  expect(
    draftErrors({
      ...draft,
      links: [{ ...emptyLink, url: 'runbook' }],
      labels: [
        { key: 'tier', value: '1' },
        { key: 'tier', value: '2' },
        { key: '', value: '3' },
      ],
    }),
  ).toEqual({
    'links.0.url': expect.stringContaining('whole address'),
    'labels.1.key': expect.stringContaining('already'),
    'labels.2.key': expect.stringContaining('key'),
  });
});

test('what the file sets cannot be set here', () => {
  const draft = {
    ...toDraft(emptyOverlay),
    labels: [{ key: 'tier', value: '2' }],
  };
  const file = { links: [], tags: [], labels: { tier: '1' }, annotations: {} };
  expect(draftErrors(draft, file)).toEqual({
    'labels.0.key': expect.stringContaining('file wins'),
  });
});

test('what the server says about a key is shown at the row of that key', () => {
  const draft = toDraft(overlay);
  expect(
    rowErrors(
      { 'annotations.acme.org/pager': 'too long', 'tags.0': 'bad' },
      draft,
    ),
  ).toEqual({ 'annotations.0.key': 'too long', 'tags.0': 'bad' });
});
