/** An administrator's tour through the settings, with a member and a directory beside: `tour.ts` and its siblings. */
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { serveFiles } from './fixtures.ts';
import { install } from './installation.ts';
import { ada, connectRepository, signUp } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';
import { access } from './tour-access.ts';
import { auditAndHosts } from './tour-audit.ts';
import { openSink } from './tour-sink.ts';
import { peopleAndRoles } from './tour.ts';

test('an administrator’s tour through the settings', async context => {
  const files = await serveFiles();
  const sink = await openSink();
  const installation = await install({
    env: { PROSCENIUM_READING__ALLOW: `${files.host},${sink.host}`, PROSCENIUM_WORKER__NODE: '/nonexistent/node' },
  });
  const browser = await launch();
  try {
    const admin = await Visitor.arrive(browser, { screenshots: false });
    const member = await Visitor.arrive(browser, { screenshots: false });
    const provisioned = await Visitor.arrive(browser, { screenshots: false });
    const scene = { admin, member, provisioned, installation, sink };
    await inOrder(context, [
      [
        'an organisation with a repository is there to begin with',
        async () => {
          await signUp(admin, installation, ada);
          await connectRepository(admin, installation, ada.slug, files.url('catalog-info.yaml'));
          admin.screenshots = true;
        },
      ],
      ...peopleAndRoles(scene),
      ...access(scene),
      ...auditAndHosts(scene),
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    files.close();
    sink.close();
  }
});
