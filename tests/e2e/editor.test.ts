/**
 * A template of the catalog in the editor: its author changes it, sees the form change, dry-runs it, looks at what it
 * renders, and runs its tests, which pass and then say what differs. Who may not edit templates is told so. None of these
 * pages bars anybody.
 */
import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { launch, PATIENCE, Visitor } from './browser.ts';
import { install, type Installation } from './installation.ts';
import { ada, signUp } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';

const vera = { name: 'Vera Gallery', email: 'vera@acme.test', password: 'watches-from-the-balcony' };
const address = '/create/edit/stored/default/node-service';

interface Scene {
  readonly author: Visitor;
  readonly viewer: Visitor;
  readonly installation: Installation;
  /** What the author wrote into files. */
  readonly texts: Map<string, string>;
}

const pageOf = ({ installation }: Scene, path: string): string => `${installation.tenant(ada.slug)}${path}`;

async function aTemplateIsRegistered(scene: Scene): Promise<void> {
  const { author, installation } = scene;
  await author.open(pageOf(scene, '/register'));
  const template = `${installation.origin}/demo-git/demo/templates/raw/main/template.yaml`;
  await author.page.getByLabel('Address of a catalog-info.yaml file').fill(template);
  await author.page.getByRole('button', { name: 'Register repository' }).click();
  await author.sees('Node service');
  await author.settle();
  author.assertQuiet();
}

/** From the list of templates; the files of its folder are there, and the form as people meet it. */
async function itIsOpened(scene: Scene): Promise<void> {
  const { author } = scene;
  const { page } = author;
  await author.open(pageOf(scene, '/create/edit'));
  const list = page.getByRole('list', { name: 'Templates of the catalog' });
  await list.getByRole('link', { name: 'Node service' }).waitFor();
  // They were run when the template came, without anybody asking.
  for (const deadline = Date.now() + PATIENCE; ; await page.reload()) {
    const passed = list.getByText('All 3 cases passed');
    if (await passed.waitFor({ timeout: 3000 }).then(() => true, () => false)) break;
    assert.ok(Date.now() < deadline, 'the tests were not run by themselves');
  }
  assert.deepEqual(await author.obstacles(), []);
  await list.getByRole('link', { name: 'Node service' }).click();
  await page.waitForURL(`**${address}`);
  const files = page.getByRole('navigation', { name: 'Files of the template' });
  for (const name of ['template.yaml', 'template.test.yaml', 'skeleton/README.md', 'skeleton/src/server.mjs']) {
    await files.getByRole('button', { name, exact: true }).waitFor();
  }
  await author.sees('Nothing is written back');
  await form(author).getByRole('textbox', { name: 'Name' }).waitFor();
  assert.deepEqual(await author.obstacles(), []);
  author.assertQuiet();
}

/** The stock pages, which know no template of the catalog, are where they were. */
async function theStockOnesAreThere(scene: Scene): Promise<void> {
  const { author } = scene;
  const { page } = author;
  for (const [card, path, says] of [
    ['Template Form Playground', 'template-form', 'Fill in some steps'],
    ['Custom Field Explorer', 'custom-fields', 'Field Options'],
  ] as const) {
    await author.open(pageOf(scene, '/create/edit'));
    await page.getByRole('button', { name: card }).click();
    await page.waitForURL(`**/create/edit/${path}`);
    await author.sees(says);
    assert.equal(await page.getByRole('list', { name: 'Templates of the catalog' }).count(), 0);
  }
  author.assertQuiet();
}

const form = ({ page }: Visitor) => page.getByRole('region', { name: 'The form' });

const samples = new URL('../../services/integrations/demo/templates/', import.meta.url);

/** Opens a file of the template and has `change` make other words of what is written there. */
async function rewrite(scene: Scene, file: string, change: (text: string) => string): Promise<void> {
  const { texts, installation } = scene;
  const { page } = scene.author;
  const sample = async () => (await readFile(new URL(file, samples), 'utf8')).replaceAll('@APEX@', installation.origin);
  const before = texts.get(file) ?? (await sample());
  const after = change(before);
  assert.notEqual(after, before, `${file} is not as the test knows it`);
  texts.set(file, after);
  await page.getByRole('navigation', { name: 'Files of the template' }).getByRole('button', { name: new RegExp(`^${file}`) }).click();
  await page.getByRole('textbox', { name: file, exact: true }).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(after);
}

async function theFormFollows(scene: Scene): Promise<void> {
  const { author } = scene;
  await rewrite(scene, 'template.yaml', text => text.replace('title: Description', 'title: What it is for'));
  await form(author).getByRole('textbox', { name: 'What it is for' }).waitFor();
  await author.page.getByRole('button', { name: 'Show changes (1)' }).click();
  const changes = author.page.getByRole('list', { name: 'Changes of template.yaml' });
  await changes.getByText('title: What it is for').waitFor();
  assert.equal(await changes.locator('[data-mark="added"], [data-mark="removed"]').count(), 2, 'one line was changed');
  assert.deepEqual(await author.obstacles(), []);
  const saved = author.page.waitForEvent('download');
  await author.page.getByRole('button', { name: 'Download template.yaml' }).click();
  assert.equal((await saved).suggestedFilename(), 'template.yaml');
  // Who looks elsewhere in the portal and comes back finds what was written.
  await author.page.getByRole('link', { name: 'Actions', exact: true }).click();
  await author.sees('catalog:register');
  await author.page.goBack();
  await form(author).getByRole('textbox', { name: 'What it is for' }).waitFor();
  // A mistake is said with its line, and the form comes back with its repair.
  await rewrite(scene, 'template.yaml', text => text.replace('spec:', 'spec: ['));
  await form(author).getByText(/template\.yaml: Line \d+/).waitFor();
  await rewrite(scene, 'template.yaml', text => text.replace('spec: [', 'spec:'));
  await form(author).getByRole('textbox', { name: 'What it is for' }).waitFor();
  author.assertQuiet();
}

async function itIsTried(scene: Scene): Promise<void> {
  const { author } = scene;
  const { page } = author;
  await rewrite(scene, 'skeleton/README.md', text => text.replace('npm start', 'npm run curtain'));
  await form(author).getByRole('textbox', { name: 'Name' }).fill('box-office');
  await form(author).getByLabel('Owner').first().fill('group:default/crew');
  await form(author).getByRole('textbox', { name: 'What it is for' }).fill('Sells seats.');
  await form(author).getByRole('button', { name: 'Review' }).click();
  await form(author).getByRole('button', { name: 'Dry run' }).click();
  const result = page.getByRole('region', { name: 'Dry run' });
  await result.getByText('The dry run succeeded.').waitFor();
  await result.getByRole('button', { name: /files/ }).click();
  await page.getByRole('option', { name: 'README.md', exact: true }).click();
  const rendered = result.getByRole('region', { name: 'Rendered README.md' });
  await rendered.getByText('# box-office').waitFor();
  await rendered.getByText('npm run curtain').waitFor();
  await rendered.getByText('Sells seats.').waitFor();
  assert.deepEqual(await author.obstacles(), []);
  await author.screenshotFromTheTop('template-editor');
  await result.getByRole('tab', { name: 'Log' }).click();
  await result.getByText(/Finished step Fill in the skeleton/).waitFor();
  await result.getByRole('tab', { name: 'Output' }).click();
  await result.getByText('Open in the catalog').waitFor();
  assert.deepEqual(await author.obstacles(), []);
  author.assertQuiet();
}

async function itsTestsAreRun(scene: Scene): Promise<void> {
  const { author } = scene;
  const { page } = author;
  await page.getByRole('button', { name: 'Run tests' }).click();
  const result = page.getByRole('region', { name: 'Tests', exact: true });
  await result.getByText('All 3 cases passed').waitFor();
  assert.deepEqual(await author.obstacles(), []);
  await rewrite(scene, 'skeleton/README.md', text => text.replace('${{ values.description }}', 'A service.'));
  await page.getByRole('button', { name: 'Run tests' }).click();
  await result.getByText('2 of 3 cases failed').waitFor();
  await result.getByText(/README\.md does not contain/).first().waitFor();
  await result.getByText(/template\.test\.yaml, line \d+/).first().waitFor();
  await author.screenshot('template-editor-tests');
  assert.deepEqual(await author.obstacles(), []);
  author.assertQuiet();
}

const call = (label: string): string => `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: stage-call
spec:
  type: operation
  parameters:
    - title: The call
      properties:
        who: {title: ${label}, type: string}
  steps:
    - id: call
      action: debug:log
      input: {message: 'Places, \${{ parameters.who }}'}
`;

/** A template that the catalog itself holds, in a set: it is written there. */
async function oneWithoutAFileIsSaved(scene: Scene): Promise<void> {
  const { author, texts } = scene;
  const { page } = author;
  const status = await page.evaluate(async () => {
    const session = await fetch('/api/auth/proscenium/refresh', { headers: { 'x-requested-with': 'XMLHttpRequest' } });
    const { backstageIdentity } = (await session.json()) as { backstageIdentity: { token: string } };
    const entity = {
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      kind: 'Template',
      metadata: { name: 'stage-call' },
      spec: { type: 'operation', steps: [{ id: 'call', action: 'debug:log', input: { message: 'Places' } }] },
    };
    const put = await fetch('/api/catalog/v1/sets/portal/entities', {
      method: 'PUT',
      headers: { authorization: `Bearer ${backstageIdentity.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ entity }),
    });
    return put.status;
  });
  assert.equal(status, 200);
  // Changes that are nowhere else: the browser asks before it leaves.
  page.once('dialog', dialog => void dialog.accept());
  await author.open(pageOf(scene, '/create/edit/stored/default/stage-call'));
  await author.sees('The catalog itself holds this template');
  texts.set('template.yaml', '');
  await rewrite(scene, 'template.yaml', () => call('Who is called'));
  await form(author).getByRole('textbox', { name: 'Who is called' }).waitFor();
  assert.deepEqual(await author.obstacles(), []);
  await page.getByRole('button', { name: 'Save template' }).click();
  await author.sees('The template is live in the catalog.');
  // What the catalog refuses is said, and nothing is lost.
  author.excuse(/\b400\b/);
  await rewrite(scene, 'template.yaml', text => text.replace('type: operation', 'type: 7'));
  await page.getByRole('button', { name: 'Save template' }).click();
  await page.getByRole('region', { name: 'The template was not saved' }).getByText(/type/).waitFor();
  await rewrite(scene, 'template.yaml', text => text.replace('type: 7', 'type: operation'));
  await page.getByRole('button', { name: 'No changes' }).waitFor();
  await author.open(pageOf(scene, '/create/templates/default/stage-call'));
  await page.getByRole('textbox', { name: 'Who is called' }).waitFor();
  author.assertQuiet();
}

/** On the page of the template itself is what came of the tests that ran by themselves. */
async function itsPageTells(scene: Scene): Promise<void> {
  const { author } = scene;
  const { page } = author;
  await author.open(pageOf(scene, '/catalog/default/template/node-service/tests'));
  await author.sees('All 3 cases passed');
  const before = await page.locator('.editor-result time').first().getAttribute('datetime');
  await page.getByRole('button', { name: 'Run tests now' }).click();
  await page.waitForFunction(
    was => {
      const now = document.querySelector('.editor-result time')?.getAttribute('datetime');
      return now !== undefined && now !== null && now !== was;
    },
    before,
    { timeout: PATIENCE },
  );
  await author.sees('All 3 cases passed');
  assert.deepEqual(await author.obstacles(), []);
  await author.screenshotFromTheTop('template-tests');
  await page.getByRole('link', { name: 'Open in the editor' }).click();
  await page.waitForURL(`**${address}`);
  await author.settle();
  author.assertQuiet();
}

/** A viewer opens the same addresses. */
async function aViewerIsRefused(scene: Scene): Promise<void> {
  const { author, viewer } = scene;
  await author.open(pageOf(scene, '/settings/members'));
  await author.page.getByRole('button', { name: 'Invite a person' }).click();
  const dialog = author.page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(vera.name);
  await dialog.getByLabel('Mail address').fill(vera.email);
  await dialog.getByRole('button', { name: /Role/ }).click();
  await author.page.getByRole('option', { name: /Viewer/ }).click();
  await dialog.getByRole('button', { name: 'Make invitation link' }).click();
  const link = await dialog.getByLabel(`Invitation link for ${vera.name}`).inputValue();
  await viewer.open(link);
  await viewer.page.getByLabel('Password', { exact: true }).fill(vera.password);
  await viewer.page.getByRole('button', { name: 'Join' }).click();
  await viewer.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  for (const path of [address, '/create/edit']) {
    await viewer.open(pageOf(scene, path));
    await viewer.sees('You may not edit templates');
    assert.equal(await viewer.page.getByRole('textbox', { name: 'template.yaml' }).count(), 0);
    assert.deepEqual(await viewer.obstacles(), []);
  }
  viewer.assertQuiet();
  author.assertQuiet();
}

test('editor with dry run', async context => {
  const installation = await install({ env: { PROSCENIUM_WORKER__NODE: '/nonexistent/node' } });
  const browser = await launch();
  try {
    const author = await Visitor.arrive(browser, { screenshots: false });
    const viewer = await Visitor.arrive(browser, { screenshots: false });
    const scene: Scene = { author, viewer, installation, texts: new Map() };
    await inOrder(context, [
      [
        'an organisation is there to begin with',
        async () => {
          await signUp(author, installation, ada);
          author.screenshots = true;
        },
      ],
      ['a template comes from a repository', () => aTemplateIsRegistered(scene)],
      ['the stock playground and explorer are where they were', () => theStockOnesAreThere(scene)],
      ['its author opens it with its files', () => itIsOpened(scene)],
      ['the form follows what is written', () => theFormFollows(scene)],
      ['a dry run renders what is written, and changes nothing outside', () => itIsTried(scene)],
      ['its tests pass, and say what differs when they do not', () => itsTestsAreRun(scene)],
      ['one that has no file is saved where it is', () => oneWithoutAFileIsSaved(scene)],
      ['the page of the template tells whether its tests pass', () => itsPageTells(scene)],
      ['a viewer is told that she may not', () => aViewerIsRefused(scene)],
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
  }
});
