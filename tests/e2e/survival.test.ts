/** What is killed or taken away, and what stays: acknowledged work, and everything that does not need what is gone. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { type Files, serveFiles } from './fixtures.ts';
import { install, type Installation } from './installation.ts';
import { callAsUser } from './plugins.ts';
import { ada, signUp } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';

const locations = 12;
const perLocation = 40;

/** A file of many small components. */
function manyComponents(file: number): string {
  return Array.from(
    { length: perLocation },
    (_, index) =>
      `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: part-${file}-${index} }\nspec: { type: library, lifecycle: production, owner: group:default/stagehands }\n`,
  ).join('---\n');
}

async function api(installation: Installation, token: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${installation.port}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Registers, kills the whole installation while it reads, starts it again, and counts what came. */
async function killDuringIngestion(installation: Installation, files: Files): Promise<void> {
  const made = await installation.command('tenant', 'create', 'killed', '--name', 'Killed', '--admin', 'a@killed.test');
  const token = String(made.token);
  const acknowledged: string[] = [];
  for (let file = 0; file < locations; file++) {
    files.put(`parts-${file}.yaml`, manyComponents(file));
    const target = files.url(`parts-${file}.yaml`);
    const answer = await api(installation, token, '/api/catalog/locations', { type: 'url', target });
    assert.equal(answer.status, 201);
    acknowledged.push(target);
  }
  await installation.kill();
  await installation.restart();
  const listed = (await (await api(installation, token, '/api/catalog/locations')).json()) as { data: { target: string } }[];
  assert.deepEqual(listed.map(({ data }) => data.target).sort(), acknowledged.sort());
  let count = 0;
  for (let tries = 0; tries < 120 && count < locations * perLocation; tries++) {
    const answer = await api(installation, token, '/api/catalog/entities/by-query?limit=0&filter=kind=component');
    count = ((await answer.json()) as { totalItems: number }).totalItems;
    if (count < locations * perLocation) await new Promise(wait => setTimeout(wait, 500));
  }
  assert.equal(count, locations * perLocation);
}

/** Without Node the plugin's page says so, its API answers 503 with the reason, and everything else works. */
async function nodeIsRemoved(visitor: Visitor, installation: Installation): Promise<void> {
  await installation.command('plugin', 'install', '@backstage-community/plugin-badges-backend', '--tenant', ada.slug);
  await installation.restart({ PROSCENIUM_WORKER__NODE: '/nonexistent/node' });
  visitor.excuse(/503/);
  await visitor.open(installation.tenant(ada.slug));
  const answer = await callAsUser(visitor, '/api/badges/entity/default/component/none/badge-specs');
  assert.equal(answer.status, 503);
  assert.match(answer.text, /Its worker cannot start: Node 22 or newer was not found/);
  await visitor.open(`${installation.tenant(ada.slug)}/settings/plugins/badges`);
  await visitor.sees(/Node 22 or newer was not found/);
  await visitor.settle();
  await visitor.screenshot('plugin-without-node');
  await visitor.open(`${installation.tenant(ada.slug)}/catalog`);
  await visitor.settle();
  visitor.assertQuiet();
}

test('what was acknowledged survives, and what is missing is said', async context => {
  const files = await serveFiles();
  const installation = await install({ env: { PROSCENIUM_READING__ALLOW: files.host } });
  const browser = await launch();
  try {
    const visitor = await Visitor.arrive(browser);
    await inOrder(context, [
      ['nothing acknowledged is lost when everything is killed during ingestion', () =>
        killDuringIngestion(installation, files)],
      ['an organisation is there to begin with', () => signUp(visitor, installation, ada)],
      ['with Node gone, a plugin says that its worker cannot start and nothing else changes', () =>
        nodeIsRemoved(visitor, installation)],
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    files.close();
  }
});
