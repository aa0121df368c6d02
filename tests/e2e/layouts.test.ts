/** The same story with the roles in processes of their own, and with two gateways and two catalogs taking turns. */
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { serveFiles } from './fixtures.ts';
import { install, type Layout } from './installation.ts';
import { mainJob } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';

const layouts: readonly [Layout, string][] = [
  ['roles', 'the main job, with each role in a process of its own'],
  ['pairs', 'the main job, with two gateways and two catalogs answering in turn'],
];

for (const [layout, sentence] of layouts) {
  test(sentence, async context => {
    const files = await serveFiles();
    const installation = await install({ layout, env: { PROSCENIUM_READING__ALLOW: files.host } });
    const browser = await launch();
    try {
      const acme = await Visitor.arrive(browser, { screenshots: false });
      const globex = await Visitor.arrive(browser, { colorScheme: 'dark', screenshots: false });
      await inOrder(context, [...mainJob(installation, files, acme, globex), keysHaveOwners(installation, 'objects')]);
    } finally {
      await browser.close();
      await installation.stop();
      files.close();
    }
  });
}
