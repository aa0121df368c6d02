/**
 * Whoever runs the installation, in a browser: the link from the command line, all organisations' versions, a rollout with
 * the gate's figures, the button that stops it, and what workers are separated from. Every role is a process of its own.
 */
import { strict as assert } from 'node:assert';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, PATIENCE, Visitor } from './browser.ts';
import { install, type Installation } from './installation.ts';
import { inOrder } from './steps.ts';

const pkg = '@acme/plugin-notes-backend';
const slugs = ['acme', 'globex', 'initech', 'umbrella'];
const tokens = new Map<string, string>();

/** Lays a version down where installing it from npm would have. */
async function layDown(installation: Installation, version: string): Promise<void> {
  const bundle = path.join(installation.dataDir, 'bundles', `${pkg.replace('/', '+')}@${version}`);
  const folder = path.join(bundle, 'node_modules', pkg);
  await mkdir(folder, { recursive: true });
  await cp(fileURLToPath(new URL('fixtures/notes/index.cjs', import.meta.url)), path.join(folder, 'index.js'));
  const backstage = { role: 'backend-plugin', pluginId: 'notes' };
  const manifest = { name: pkg, version, license: 'Apache-2.0', main: 'index.js', backstage };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const found = { package: pkg, version, description: 'Notes', role: 'backend-plugin', pluginId: 'notes' };
  const described = { ...found, backendFeatures: [pkg], hasBackend: true, hasFrontend: false, lockDigest: version };
  await writeFile(path.join(bundle, 'bundle.json'), JSON.stringify(described));
}

/** The version that answers an organisation's requests; `failing` asks for an error. */
async function ask(installation: Installation, slug: string, failing = false): Promise<string> {
  const address = `http://127.0.0.1:${installation.port}/api/notes/${failing ? 'broken' : 'version'}`;
  const answer = await fetch(address, { headers: { authorization: `Bearer ${tokens.get(slug)}` } });
  const body = (await answer.json()) as { version?: string };
  if (!failing) assert.equal(answer.status, 200, JSON.stringify(body));
  return body.version ?? '';
}

async function prepare(installation: Installation): Promise<void> {
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await layDown(installation, version);
  for (const slug of slugs) {
    const name = slug.replace(/^./, letter => letter.toUpperCase());
    const made = await installation.command('tenant', 'create', slug, '--name', name, '--admin', `ada@${slug}.test`);
    tokens.set(slug, String(made.token));
    const installed = await installation.command('plugin', 'install', `${pkg}@1.0.0`, '--tenant', slug);
    assert.equal(installed.pluginId, 'notes');
  }
  for (let turn = 0; turn < 30; turn += 1) assert.equal(await ask(installation, 'acme'), '1.0.0');
}

/** A person at the operator's pages. */
async function enter(visitor: Visitor, installation: Installation): Promise<void> {
  visitor.excuse(/401/);
  await visitor.open(`${installation.origin}/operator`);
  await visitor.sees('For the operator');
  assert.equal(await visitor.page.getByLabel('Command').inputValue(), 'proscenium operator link');
  assert.deepEqual(await visitor.obstacles(), []);
  const { url } = await installation.command('operator', 'link', '--name', 'Ada');
  // In the same tab: only the part behind # changes.
  await visitor.page.goto(String(url));
  await visitor.sees('Ada, until');
  assert.equal(visitor.page.url(), `${installation.origin}/operator`, 'the code has left the address');
  const cookies = await visitor.context.cookies();
  const session = cookies.find(({ name }) => name === '__Host-proscenium-operator');
  assert.equal(session?.httpOnly && session.secure && session.sameSite, 'Strict');
  // Once: the same link opens no second browser.
  const other = await visitor.page.evaluate(
    code => fetch('/api/auth/v1/operator/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code }) }).then(answer => answer.status),
    String(url).split('#')[1],
  );
  assert.equal(other, 401);
  visitor.assertQuiet();
}

async function seeVersions(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  const row = page.getByRole('row').filter({ hasText: pkg });
  await row.getByText('× 4').waitFor();
  assert.match(await row.innerText(), /1\.0\.0/);
  assert.deepEqual(await visitor.obstacles(), []);
  await page.getByRole('link', { name: pkg }).click();
  for (const slug of slugs) await page.getByRole('rowheader').filter({ hasText: slug }).waitFor();
  await visitor.sees('Who ran what from when on');
  await page.getByRole('button', { name: 'History of Globex' }).click();
  await visitor.sees('History of globex');
  await page.getByText('globex runs 1.0.0').waitFor();
  await page.getByText('acme runs 1.0.0').waitFor({ state: 'hidden' });
  assert.deepEqual(await visitor.obstacles(), []);
  await visitor.screenshotFromTheTop('operator-plugin');
  visitor.assertQuiet();
}

async function start(visitor: Visitor, installation: Installation): Promise<void> {
  const { page } = visitor;
  await page.getByRole('button', { name: 'Roll out a version' }).click();
  await page.getByLabel('Version', { exact: true }).fill('newest');
  await page.getByRole('button', { name: 'Start rollout' }).click();
  await visitor.sees('Name the exact version');
  await page.getByLabel('Version', { exact: true }).fill('1.1.0');
  await page.getByLabel('Canaries').fill('acme, nobody');
  visitor.excuse(/400/);
  await page.getByRole('button', { name: 'Start rollout' }).click();
  await visitor.sees('There is no organisation at "nobody".');
  assert.deepEqual(await visitor.obstacles(), []);
  await page.getByLabel('Canaries').fill('acme');
  // Watched for an hour: only the button ends it while this story lasts.
  await page.getByLabel('But at most, in seconds').fill('3600');
  await page.getByLabel('Watched for at least').fill('3600');
  await page.getByRole('button', { name: 'Start rollout' }).click();
  await page.waitForURL(/\/operator\/rollouts\/[0-9a-f-]{36}$/);
  await page.getByRole('row').filter({ hasText: 'Acme' }).getByText('Watched').waitFor({ timeout: 2 * PATIENCE });
  await page.getByRole('row').filter({ hasText: 'Globex' }).getByText('Waiting').waitFor();
  for (let turn = 0; turn < 12; turn += 1) assert.equal(await ask(installation, 'acme'), '1.1.0');
  await ask(installation, 'acme', true);
  // The page follows by itself.
  await page.getByRole('row').filter({ hasText: 'Acme' }).getByText(/before 3\d/).waitFor();
  await page.getByRole('row').filter({ hasText: 'Acme' }).getByText('7.7 %').waitFor();
  assert.deepEqual(await visitor.obstacles(true), []);
  await visitor.screenshotFromTheTop('operator-rollout');
  visitor.assertQuiet();
}

async function stop(visitor: Visitor, installation: Installation): Promise<void> {
  const { page } = visitor;
  await page.getByRole('button', { name: 'Stop rollout' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Nobody else gets the version').waitFor();
  assert.deepEqual(await visitor.obstacles(true), []);
  await dialog.getByRole('button', { name: 'Stop rollout' }).click();
  await visitor.sees('The operator stopped it.');
  await page.getByRole('row').filter({ hasText: 'Acme' }).getByText('Went back').waitFor();
  await page.getByRole('row').filter({ hasText: 'Globex' }).getByText('Left out').waitFor();
  await visitor.sees('Taken back');
  assert.equal(await page.getByRole('button', { name: 'Stop rollout' }).count(), 0);
  for (const slug of slugs) assert.equal(await ask(installation, slug), '1.0.0');
  assert.deepEqual(await visitor.obstacles(), []);
  visitor.assertQuiet();
}

async function takeBack(visitor: Visitor, installation: Installation): Promise<void> {
  const { page } = visitor;
  const quick = ['--waves', '100', '--soak', '0', '--min-requests', '0', '--longest', '1'];
  const { id } = await installation.command('rollout', 'start', pkg, '1.2.0', '--canary', 'acme', ...quick);
  await page.getByRole('link', { name: 'Rollouts' }).click();
  await page.getByRole('link', { name: `${pkg} 1.2.0` }).click();
  await page.waitForURL(`**/${String(id)}`);
  await visitor.sees('the command line');
  await page.getByText('Done', { exact: true }).waitFor({ timeout: 2 * PATIENCE });
  assert.equal(await ask(installation, 'umbrella'), '1.2.0');
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await visitor.sees('The operator took it back.');
  await page.getByText('Taken back', { exact: true }).waitFor({ timeout: 2 * PATIENCE });
  for (const slug of slugs) assert.equal(await ask(installation, slug), '1.0.0');
  visitor.assertQuiet();
}

async function lookAround(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  await page.getByRole('link', { name: 'Workers and isolation' }).click();
  await visitor.sees('L0: a process of its own, not sandboxed');
  const open = page.getByText('Not contained at this level').locator('..');
  await open.getByText('reads and writes every file that the server can, its keys included').waitFor();
  await page.getByRole('rowheader').filter({ hasText: 'acme' }).waitFor();
  assert.match(await page.getByRole('row').filter({ hasText: 'acme' }).innerText(), /\d MB/);
  assert.deepEqual(await visitor.obstacles(true), []);
  await visitor.screenshotFromTheTop('operator-isolation');
  await page.getByRole('link', { name: 'Log' }).click();
  await visitor.sees('Stopped the rollout of');
  await visitor.sees('Printed a link for');
  assert.deepEqual(await visitor.obstacles(), []);
  // For whoever likes it dark, too; the session is the browser's, not the page's.
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goBack();
  await page.reload();
  await visitor.sees('Not contained at this level');
  assert.deepEqual(await visitor.obstacles(true), []);
  await page.emulateMedia({ colorScheme: 'light' });
  visitor.assertQuiet();
}

async function leave(visitor: Visitor, installation: Installation): Promise<void> {
  const { page } = visitor;
  await page.getByRole('button', { name: 'Sign out' }).click();
  await visitor.sees('For the operator');
  const { url } = await installation.command('operator', 'link');
  await page.goto(String(url));
  await visitor.sees('local, until');
  assert.equal((await installation.command('operator', 'sign-out')).ended, 1);
  await page.getByRole('link', { name: 'Rollouts' }).click();
  await visitor.sees('Your session has ended.');
  visitor.assertQuiet();
}

/** Whoever is signed in to an organisation is nobody here, and the operator is nobody there. */
async function others(installation: Installation): Promise<void> {
  for (const path of ['plugins', 'rollouts', 'workers', 'deeds']) {
    const address = `http://127.0.0.1:${installation.port}/api/plugins/v1/operator/${path}`;
    assert.equal((await fetch(address)).status, 401, path);
    const authorization = `Bearer ${tokens.get('acme')}`;
    assert.equal((await fetch(address, { headers: { authorization } })).status, 403, `${path} by an administrator`);
  }
}

test('the operator sees every organisation’s plugins, and stops a rollout with a button', async context => {
  // The lowest level, so that there is something that is not contained.
  const env = { PROSCENIUM_PLUGINS__ALLOW: pkg, PROSCENIUM_PLUGINS__ISOLATION: 'L0' };
  const installation = await install({ layout: 'roles', env });
  const browser = await launch();
  try {
    const visitor = await Visitor.arrive(browser);
    await inOrder(context, [
      ['four organisations have a plugin', () => prepare(installation)],
      ['nobody of an organisation is let in', () => others(installation)],
      ['a link from the command line signs one browser in, once', () => enter(visitor, installation)],
      ['all organisations’ versions are there, and who ran what when', () => seeVersions(visitor)],
      ['a rollout starts, and the page follows it', () => start(visitor, installation)],
      ['the button stops it, and everybody has what they had', () => stop(visitor, installation)],
      ['a rollout that has ended is taken back', () => takeBack(visitor, installation)],
      ['workers, isolation and the log are shown', () => lookAround(visitor)],
      ['signing out ends it, here and from the command line', () => leave(visitor, installation)],
    ]);
  } finally {
    await browser.close();
    await installation.stop();
  }
});
