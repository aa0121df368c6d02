/**
 * An organisation's own plugin, front end and back end: uploaded, looked at by its uploader alone, shared with one more,
 * published for everybody, and nothing to another organisation.
 */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Locator } from 'playwright-core';
import { launch, Visitor } from './browser.ts';
import { install, type Installation } from './installation.ts';
import { ada, grace, signUp } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { callAsUser } from './plugins.ts';
import { inOrder } from './steps.ts';

const fixtures = path.join(path.dirname(fileURLToPath(import.meta.url)), 'fixtures');
const mia = { name: 'Mia Prompt', email: 'mia@acme.test', password: 'whispers-from-the-wings' };
const frontend = '@footlights/plugin-cue-sheet';
const backend = '@footlights/plugin-cue-sheet-backend';
/** Dependencies come from the registry, and the front end is built. */
const BUILDING = 240_000;
/** A version is checked, switched to and watched. */
const BRINGING_IN = 120_000;

interface Scene {
  readonly admin: Visitor;
  readonly member: Visitor;
  readonly other: Visitor;
  readonly installation: Installation;
  readonly folder: string;
}

/** What `npm pack` makes of a fixture in this version. */
async function pack({ folder }: Scene, fixture: string, version: string): Promise<string> {
  const source = path.join(folder, `${fixture}-${version}`);
  await cp(path.join(fixtures, fixture), source, { recursive: true });
  const manifest = path.join(source, 'package.json');
  const written = JSON.parse(await readFile(manifest, 'utf8')) as object;
  await writeFile(manifest, JSON.stringify({ ...written, version }));
  const packed = await promisify(execFile)('npm', ['pack', '--json', '--offline', '--pack-destination', folder], { cwd: source });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  return path.join(folder, filename);
}

const settings = ({ installation }: Scene) => `${installation.tenant(ada.slug)}/settings/plugins`;

async function aMemberJoins({ admin, member, installation }: Scene): Promise<void> {
  await admin.open(`${installation.tenant(ada.slug)}/settings/members`);
  await admin.page.getByRole('button', { name: 'Invite a person' }).click();
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(mia.name);
  await dialog.getByLabel('Mail address').fill(mia.email);
  await dialog.getByRole('button', { name: 'Make invitation link' }).click();
  await member.open(await dialog.getByLabel(`Invitation link for ${mia.name}`).inputValue());
  await member.page.getByLabel('Password', { exact: true }).fill(mia.password);
  await member.page.getByRole('button', { name: 'Join' }).click();
  await member.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
}

/** One version's place on the page. */
function version({ admin }: Scene, name: string, number: string): Locator {
  const own = admin.page.locator('section.uploads-package').filter({ has: admin.page.locator('code', { hasText: new RegExp(`^${name}$`) }) });
  return own.locator(`li[data-version="${number}"]`);
}

async function upload(scene: Scene, file: string): Promise<void> {
  await scene.admin.page.getByLabel('Archive of a plugin').setInputFiles(file);
}

async function mistakesAreNamed(scene: Scene): Promise<void> {
  const { admin, folder } = scene;
  await admin.open(settings(scene));
  await admin.sees('No plugins of your own yet');
  assert.deepEqual(await admin.obstacles(), []);
  await admin.screenshot('uploads-empty');
  const broken = path.join(folder, 'broken');
  await cp(path.join(fixtures, 'cue-sheet-backend'), path.join(broken, 'package'), { recursive: true });
  const manifest = { name: '@backstage/plugin-x', version: '1', dependencies: { left: 'file:../../etc' } };
  await writeFile(path.join(broken, 'package/package.json'), JSON.stringify(manifest));
  const archive = path.join(folder, 'broken.tgz');
  await promisify(execFile)('tar', ['-czf', archive, '-C', broken, 'package']);
  admin.excuse(/400/);
  await upload(scene, archive);
  for (const place of ['backstage.role', 'backstage.pluginId', 'dependencies.left', 'version']) {
    await admin.page.getByRole('alert').getByText(place, { exact: true }).waitFor();
  }
  assert.deepEqual(await admin.obstacles(), []);
  admin.assertQuiet();
}

async function isBuilt(scene: Scene, name: string, number: string): Promise<void> {
  const item = version(scene, name, number);
  await item.getByText(/^(Not published|Could not be built)$/).waitFor({ timeout: BUILDING });
  assert.equal(await item.getByText('Could not be built').count(), 0, await item.innerText());
}

async function publishes(scene: Scene, name: string, number: string): Promise<void> {
  const item = version(scene, name, number);
  await item.getByRole('button', { name: 'Publish' }).click();
  await scene.admin.page.getByRole('dialog').getByRole('button', { name: 'Publish version' }).click();
  await item.getByText('Published', { exact: true }).waitFor({ timeout: BRINGING_IN });
}

async function theFirstVersionIsPublished(scene: Scene): Promise<void> {
  const { admin } = scene;
  await upload(scene, await pack(scene, 'cue-sheet-backend', '1.0.0'));
  await isBuilt(scene, backend, '1.0.0');
  await upload(scene, await pack(scene, 'cue-sheet', '1.0.0'));
  await isBuilt(scene, frontend, '1.0.0');
  await version(scene, frontend, '1.0.0').getByText('What is in it').click();
  await admin.sees(/packages; licences: /);
  await publishes(scene, backend, '1.0.0');
  await publishes(scene, frontend, '1.0.0');
  assert.deepEqual(await admin.obstacles(), []);
  await sees(scene, admin, '1.0.0', '1.0.0');
  await sees(scene, scene.member, '1.0.0', '1.0.0');
}

/** The page, and the back end that answers it, are these versions for this person. */
async function sees({ installation }: Scene, visitor: Visitor, page: string, api: string): Promise<void> {
  await visitor.open(`${installation.tenant(ada.slug)}/cue-sheet`);
  await visitor.sees(`The page is ${page}.`);
  await visitor.sees(`The back end is ${api}.`);
  visitor.assertQuiet();
}

async function onlyTheUploaderMeetsThePreview(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  await admin.open(settings(scene));
  await upload(scene, await pack(scene, 'cue-sheet-backend', '2.0.0'));
  await isBuilt(scene, backend, '2.0.0');
  await upload(scene, await pack(scene, 'cue-sheet', '2.0.0'));
  await isBuilt(scene, frontend, '2.0.0');
  await sees(scene, admin, '1.0.0', '1.0.0');
  for (const name of [backend, frontend]) {
    await admin.open(settings(scene));
    await version(scene, name, '2.0.0').getByRole('button', { name: 'Preview', exact: true }).click();
    await admin.page.locator('.preview-banner').getByText(`${name}@2.0.0`).waitFor();
    await version(scene, name, '2.0.0').getByText('You preview it').waitFor();
  }
  await admin.settle();
  assert.deepEqual(await admin.obstacles(), []);
  await admin.screenshot('uploads');
  await sees(scene, admin, '2.0.0', '2.0.0');
  await sees(scene, member, '1.0.0', '1.0.0');
  assert.equal(await member.page.locator('.preview-banner').count(), 0);
  assert.deepEqual(JSON.parse((await callAsUser(admin, '/api/cue-sheet/version')).text), { version: '2.0.0' });
  assert.deepEqual(JSON.parse((await callAsUser(member, '/api/cue-sheet/version')).text), { version: '1.0.0' });
}

async function aSecondMemberLooksAtThePage(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  await member.open(settings(scene));
  assert.equal(await member.page.getByText('Previews for you').count(), 0);
  await admin.open(settings(scene));
  await version(scene, frontend, '2.0.0').getByRole('button', { name: 'Share preview' }).click();
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByText(mia.name).click();
  assert.deepEqual(await admin.obstacles(), []);
  await dialog.getByRole('button', { name: 'Save members' }).click();
  await dialog.waitFor({ state: 'detached' });
  await member.open(settings(scene));
  await member.sees('Previews for you');
  assert.deepEqual(await member.obstacles(), []);
  await member.page.getByRole('button', { name: 'Preview', exact: true }).click();
  await member.page.locator('.preview-banner').getByText(`${frontend}@2.0.0`).waitFor();
  await sees(scene, member, '2.0.0', '1.0.0');
  await member.page.locator('.preview-banner').getByRole('button', { name: 'Turn off' }).click();
  await member.sees('The page is 1.0.0.');
  assert.equal(await member.page.locator('.preview-banner').count(), 0);
  member.assertQuiet();
}

async function everybodyGetsIt(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  await admin.open(settings(scene));
  await publishes(scene, backend, '2.0.0');
  await publishes(scene, frontend, '2.0.0');
  await sees(scene, member, '2.0.0', '2.0.0');
  await sees(scene, admin, '2.0.0', '2.0.0');
  assert.equal(await admin.page.locator('.preview-banner').count(), 0);
  await admin.open(settings(scene));
  await version(scene, backend, '1.0.0').getByRole('button', { name: 'Delete' }).click();
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Delete version' }).click();
  await version(scene, backend, '1.0.0').waitFor({ state: 'detached' });
  admin.assertQuiet();
}

async function nothingOfItIsAnotherOrganisations(scene: Scene): Promise<void> {
  const { other, installation } = scene;
  await other.open(`${installation.tenant(grace.slug)}/settings/plugins`);
  await other.sees('No plugins of your own yet');
  assert.doesNotMatch(await other.page.locator('body').innerText(), /cue.sheet/i);
  other.assertQuiet();
  other.excuse(/404/);
  assert.equal((await callAsUser(other, '/api/cue-sheet/version')).status, 404);
}

async function theCommandLineDoesTheSame(scene: Scene): Promise<void> {
  const { installation, member } = scene;
  const archive = await pack(scene, 'cue-sheet', '2.1.0');
  const made = await installation.command('plugin', 'upload', archive, '--tenant', ada.slug, '--publish');
  assert.equal(made.pluginId, 'cue-sheet');
  assert.equal(made.published, true);
  await sees(scene, member, '2.1.0', '2.0.0');
}

test('an organisation brings a plugin of its own, looks at it, and gives it to everybody', async context => {
  const folder = await mkdtemp(path.join(tmpdir(), 'proscenium-e2e-own-'));
  const installation = await install({ env: { PROSCENIUM_PLUGINS__UPLOADS: 'on' } });
  const browser = await launch();
  try {
    const admin = await Visitor.arrive(browser, { screenshots: false });
    const member = await Visitor.arrive(browser, { screenshots: false });
    const other = await Visitor.arrive(browser, { screenshots: false });
    const scene: Scene = { admin, member, other, installation, folder };
    await inOrder(context, [
      [
        'two organisations are there to begin with',
        async () => {
          await signUp(admin, installation, ada);
          await signUp(other, installation, grace);
          admin.screenshots = true;
        },
      ],
      ['a second member joins', () => aMemberJoins(scene)],
      ['what is wrong with an archive is said by place', () => mistakesAreNamed(scene)],
      ['both halves are uploaded and published', () => theFirstVersionIsPublished(scene)],
      ['the next version is met by its uploader alone', () => onlyTheUploaderMeetsThePreview(scene)],
      ['a second member looks at its page, and stops', () => aSecondMemberLooksAtThePage(scene)],
      ['published, everybody has it', () => everybodyGetsIt(scene)],
      ['another organisation has nothing of it', () => nothingOfItIsAnotherOrganisations(scene)],
      ['the command line does the same', () => theCommandLineDoesTheSame(scene)],
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
