import { expect, test } from 'vitest';
import { readPortalConfig } from './portalConfig';

function pageWith(...data: object[]): Document {
  const page = document.implementation.createHTMLDocument();
  for (const part of data) {
    const script = page.createElement('script');
    script.type = 'backstage.io/config';
    script.textContent = JSON.stringify([
      { context: 'proscenium', data: part },
    ]);
    page.head.append(script);
  }
  return page;
}

test('a page without configuration has none', () => {
  expect(readPortalConfig(pageWith())).toBeUndefined();
  expect(readPortalConfig(pageWith({ app: { title: 'x' } }))).toBeUndefined();
});

test('names and title come from the configuration as they are', () => {
  const name = '</script><b>Acme</b>';
  const portal = readPortalConfig(
    pageWith({
      app: { title: name },
      organization: { name },
      proscenium: { surface: 'tenant', session: false },
    }),
  );
  expect(portal).toMatchObject({
    surface: 'tenant',
    organizationName: name,
    title: name,
    session: false,
    plugins: [],
  });
});

test('what plugins say to their front ends is not about the portal', () => {
  const page = pageWith({
    app: { title: 'Acme' },
    proscenium: { surface: 'tenant', domain: 'example.org' },
  });
  const script = page.createElement('script');
  script.type = 'backstage.io/config';
  script.textContent = JSON.stringify([
    {
      context: 'plugin:stage',
      data: { app: { title: 'Stage' }, proscenium: { domain: 'x' } },
    },
  ]);
  page.head.prepend(script);
  expect(readPortalConfig(page)).toMatchObject({
    title: 'Acme',
    domain: 'example.org',
  });
});

test('an unknown session stays unknown', () => {
  const portal = readPortalConfig(
    pageWith({ proscenium: { surface: 'apex' } }),
  );
  expect(portal?.session).toBeUndefined();
});
