import { expect, test } from 'vitest';
import { suggestSlug, tidySlug } from './slug';

test.each([
  ['Acme Théâtre GmbH', 'acme-theatre-gmbh'],
  ['  Große Bühne & Co. ', 'grosse-buhne-co'],
  ["O'Neill’s Stage", 'oneills-stage'],
  ['</script>', 'script'],
  ['東京', ''],
])('the address offered for %j is %j', (name, slug) => {
  expect(suggestSlug(name)).toBe(slug);
});

test('a suggestion is short and does not end in a hyphen', () => {
  const slug = suggestSlug(`${'a'.repeat(39)} theatre`);
  expect(slug).toBe('a'.repeat(39));
});

test('a hyphen stays while the address is being typed', () => {
  expect(tidySlug('Acme-')).toBe('acme-');
});
