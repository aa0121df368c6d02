/** The main job with two organisations, everything in one process. */
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { serveFiles } from './fixtures.ts';
import { install } from './installation.ts';
import { mainJob } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { openToEverybody } from './pages.ts';
import { inOrder } from './steps.ts';

test('the main job, with everything in one process', async context => {
  const files = await serveFiles();
  const installation = await install({ env: { PROSCENIUM_READING__ALLOW: files.host } });
  const browser = await launch();
  try {
    const acme = await Visitor.arrive(browser);
    const globex = await Visitor.arrive(browser, { colorScheme: 'dark' });
    await inOrder(context, [
      ...mainJob(installation, files, acme, globex),
      ...openToEverybody({ installation, files, browser, visitor: acme }),
      keysHaveOwners(installation, 'objects'),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    files.close();
  }
});
