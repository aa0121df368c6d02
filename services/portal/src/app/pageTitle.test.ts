import { expect, test } from 'vitest';
import { keepPortalTitle, pageTitle } from './pageTitle';

test('a page is named before the portal', () => {
  expect(pageTitle('Members', 'Acme')).toBe('Members · Acme');
  expect(pageTitle('Acme', 'Acme')).toBe('Acme');
});

test('titles of stock pages get the name of the portal', async () => {
  document.title = 'Acme';
  keepPortalTitle(document, 'Acme');
  document.title = 'Templates';
  await new Promise(resolve => setTimeout(resolve, 0));
  expect(document.title).toBe('Templates · Acme');
  document.title = 'Booking | Overview | Acme';
  await new Promise(resolve => setTimeout(resolve, 0));
  expect(document.title).toBe('Booking · Overview · Acme');
});
