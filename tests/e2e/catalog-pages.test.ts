/** The catalog's own pages, from a source's files to source hosts, as an administrator and a viewer use them. */
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { catalogPages } from './catalog.ts';
import { serveFiles } from './fixtures.ts';
import { install } from './installation.ts';
import { ada, signUp } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';

test('the pages of the catalog show and change what they say', async context => {
  const files = await serveFiles();
  const installation = await install({
    env: { PROSCENIUM_READING__ALLOW: files.host, PROSCENIUM_WORKER__NODE: '/nonexistent/node' },
  });
  const browser = await launch();
  try {
    const admin = await Visitor.arrive(browser, { screenshots: false });
    const viewer = await Visitor.arrive(browser, { screenshots: false });
    await inOrder(context, [
      [
        'an organisation is there to begin with',
        async () => {
          await signUp(admin, installation, ada);
          admin.screenshots = true;
        },
      ],
      ...catalogPages({ admin, viewer, installation, files }),
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    files.close();
  }
});
