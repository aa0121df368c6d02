/**
 * The catalog's own pages as people use them: sources with their files, an entity's past and origin, what is added or made
 * here, what is held or deleted, kinds and source hosts. Each step is a function; they build on each other.
 */
import { strict as assert } from 'node:assert';
import { PATIENCE, type Visitor } from './browser.ts';
import { type Files } from './fixtures.ts';
import { type Installation } from './installation.ts';
import { ada } from './job.ts';
import { type Step } from './steps.ts';

/** Who does the steps, where, with which files. */
export interface Scene {
  readonly admin: Visitor;
  readonly viewer: Visitor;
  readonly installation: Installation;
  readonly files: Files;
}

const document = (kind: string, name: string, spec: string, metadata = ''): string =>
  `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${metadata}spec:\n${spec}`;

const component = (name: string, metadata = ''): string =>
  document('Component', name, '  type: service\n  lifecycle: production\n  owner: group:default/crew\n', metadata);

const crew = document('Group', 'crew', '  type: team\n  children: []\n', '  title: Stage crew\n');

const lamp = (description: string, tags: string): string =>
  component('lamp', `  title: Lamp\n  description: ${description}\n  tags: [${tags}]\n`);

const dimmer = component('dimmer', '  title: Dimmer\n');
const brokenDimmer = dimmer.replace('  title: Dimmer\n', '  title: [Dimmer\n');

const props = (count: number): string =>
  Array.from({ length: count }, (_, n) => component(`prop-${n + 1}`)).join('---\n');

const pageOf = ({ installation }: Scene, path: string): string => `${installation.tenant(ada.slug)}${path}`;
const sources = '/settings/catalog-sources';
const lampPage = '/catalog/default/component/lamp';

async function register(scene: Scene, file: string): Promise<void> {
  const { page } = scene.admin;
  await scene.admin.open(pageOf(scene, '/register'));
  await page.getByLabel('Address of a catalog-info.yaml file').fill(scene.files.url(file));
  await page.getByRole('button', { name: 'Register repository' }).click();
}

/** Opens the page of a source from the list. */
async function openSource(scene: Scene, file: string): Promise<void> {
  await scene.admin.open(pageOf(scene, sources));
  await scene.admin.page.getByRole('link', { name: scene.files.url(file), exact: true }).click();
  await scene.admin.sees('What the catalog reads here, and what came of it.');
}

/** Reads the source again until its page says `text`. */
async function readAgainUntil(scene: Scene, file: string, text: string | RegExp): Promise<void> {
  const { page } = scene.admin;
  await openSource(scene, file);
  const isAsked = page.waitForResponse(answer => answer.url().endsWith('?onConflict=refresh'));
  await page.getByRole('button', { name: 'Read again now' }).click();
  await isAsked;
  await scene.admin.sees(text);
  await scene.admin.settle();
}

/** Types into a field that offers something, and takes an offer. */
async function choose({ page }: Visitor, field: string, text: string, offer: RegExp): Promise<void> {
  await page.getByRole('combobox', { name: field }).fill(text);
  await page.getByRole('option', { name: offer }).click();
}

async function aSourceTellsItsFiles(scene: Scene): Promise<void> {
  const { admin, files } = scene;
  files.put('stage.yaml', `${document('Location', 'stage', '  targets: [./lights.yaml, ./dimmer.yaml]\n')}---\n${crew}`);
  files.put('lights.yaml', lamp('Lights the stage.', 'light'));
  files.put('dimmer.yaml', brokenDimmer);
  await register(scene, 'stage.yaml');
  await admin.sees('Stage crew');
  await openSource(scene, 'stage.yaml');
  await admin.sees(/dimmer\.yaml line \d+/);
  const problem = admin.page.getByRole('link', { name: /^dimmer\.yaml line \d+$/ });
  assert.equal(await problem.getAttribute('href'), files.url('dimmer.yaml'));
  await admin.settle();
  await admin.screenshot('source');
  await admin.screenshotInTheDark('source-dark', 'Files with problems come first.');
  files.put('dimmer.yaml', dimmer);
  await admin.page.getByRole('button', { name: 'Read again now' }).click();
  await admin.sees(/^Dimmer$/);
  await admin.sees(/^Lamp$/);
  await problem.waitFor({ state: 'detached', timeout: PATIENCE });
  admin.assertQuiet();
}

async function aChangeIsInTheHistory(scene: Scene): Promise<void> {
  const { admin, files } = scene;
  const { page } = admin;
  files.put('lights.yaml', lamp('Lights the stage and the pit.', 'light, led'));
  const isAsked = page.waitForResponse(answer => answer.url().endsWith('/api/catalog/refresh'));
  await readAgainUntil(scene, 'stage.yaml', 'Read');
  await isAsked;
  const changed = page.getByText('Changed description and tags');
  for (let tries = 0; tries < 10; tries++) {
    await admin.open(pageOf(scene, `${lampPage}/history`));
    const isThere = changed.waitFor({ timeout: 3_000 });
    if (await isThere.then(() => true, () => false)) break;
  }
  await admin.sees('Changed description and tags');
  await admin.sees('From its file');
  const diff = page.getByRole('list', { name: 'Changes of metadata.description' });
  assert.deepEqual(await diff.getByRole('listitem').allTextContents(), [
    '−Removed: Lights the stage.',
    '+Added: Lights the stage and the pit.',
  ]);
  await admin.screenshot('history');
  await admin.screenshotInTheDark('history-dark', 'Lights the stage and the pit.');
  await page.getByRole('link', { name: 'View this version' }).last().click();
  await admin.sees(/^As it was on/);
  const then = page.getByRole('region', { name: /^The entity as of/ });
  await then.getByText('description: Lights the stage.', { exact: false }).waitFor();
  await page.getByText('Changes since', { exact: true }).click();
  await page.getByRole('list', { name: 'Changes since then' }).getByText('- led').waitFor();
  admin.assertQuiet();
}

async function anOverlayAddsToAFile(scene: Scene): Promise<void> {
  const { admin, files } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, `${lampPage}/source`));
  await page.getByRole('link', { name: new RegExp(`^${files.url('lights.yaml')}`) }).first().waitFor();
  await page.getByRole('region', { name: 'The raw document' }).getByText('name: lamp').waitFor();
  await page.getByRole('button', { name: 'Add something' }).click();
  await page.getByRole('button', { name: 'Add link' }).click();
  await page.getByLabel('Address of link 1').fill('runbook');
  await page.getByRole('button', { name: 'Save additions' }).click();
  await admin.sees('Enter a whole address');
  await page.getByLabel('Address of link 1').fill('https://runbook.acme.test/lamp');
  await page.getByLabel('Title of link 1').fill('Runbook');
  await page.getByLabel('Tags', { exact: true }).fill('critical');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Save additions' }).click();
  await page.getByRole('row', { name: /links\.0/ }).getByText('Added here').waitFor();
  await page.getByRole('row', { name: /spec\.owner/ }).getByText('The file').waitFor();
  await admin.settle();
  await admin.screenshotFromTheTop('entity-source');
  await admin.open(pageOf(scene, lampPage));
  await page.getByRole('link', { name: 'Runbook' }).first().waitFor();
  await admin.sees('critical');
  admin.assertQuiet();
}

async function anEntityIsMadeWithTheForm(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/entities/new?kind=resource'));
  await page.getByRole('button', { name: 'Create entity' }).click();
  await admin.sees('Enter a name.');
  await admin.sees('Type is needed.');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('ledger');
  await page.getByLabel('Title', { exact: true }).fill('Ledger');
  await choose(admin, 'Type', 'database', /^database/);
  await choose(admin, 'Owner', 'crew', /Stage crew/);
  await admin.screenshotFromTheTop('create-entity');
  await page.getByRole('button', { name: 'Create entity' }).click();
  await page.waitForURL('**/catalog/default/resource/ledger');
  await admin.sees('Stage crew');
  await admin.settle();
  admin.assertQuiet();
  await admin.open(pageOf(scene, '/entities/edit/portal/default/resource/ledger'));
  await page.getByLabel('Title', { exact: true }).fill('General ledger');
  await page.getByText('YAML', { exact: true }).click();
  assert.match(await page.getByLabel('The entity as YAML or JSON').inputValue(), /title: General ledger/);
  await page.getByRole('button', { name: 'Save entity' }).click();
  await page.waitForURL('**/catalog/default/resource/ledger');
  await admin.sees('General ledger');
  await admin.settle();
  await admin.open(pageOf(scene, `${sources}/managed`));
  await admin.sees('General ledger');
  admin.assertQuiet();
}

async function aLargeRemovalWaits(scene: Scene): Promise<void> {
  const { admin, files } = scene;
  const { page } = admin;
  files.put('props.yaml', props(14));
  await register(scene, 'props.yaml');
  await admin.sees('prop-14');
  files.put('props.yaml', props(2));
  await readAgainUntil(scene, 'props.yaml', 'A removal is held');
  await admin.sees('14 entities');
  await page.getByRole('link', { name: 'Look at it' }).click();
  await admin.sees('12 of 14 entities (86 %)');
  await admin.sees('prop-14');
  await admin.settle();
  await admin.screenshot('held-removal');
  assert.deepEqual(await admin.obstacles(), []);
  await page.getByRole('button', { name: 'Let them go' }).click();
  await page.getByRole('button', { name: 'Remove entities' }).click();
  await admin.sees('Nothing is held');
  await openSource(scene, 'props.yaml');
  await admin.sees('2 entities');
  admin.assertQuiet();
}

async function aDeletedEntityComesBack(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, `${sources}/deleted`));
  await page.getByRole('button', { name: 'Restore prop-14' }).waitFor();
  await admin.screenshot('deleted-entities');
  await page.getByRole('button', { name: 'Restore prop-14' }).click();
  await page.getByRole('status').getByRole('link').click();
  await page.waitForURL('**/catalog/default/component/prop-14');
  await admin.sees('production');
  await admin.settle();
  admin.assertQuiet();
}

async function aKindIsDefined(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/kinds/new'));
  await page.getByLabel('Kind', { exact: true }).fill('Spotlight');
  const schema = page.getByLabel('JSON schema of the entity');
  const right = JSON.stringify(
    {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['owner', 'watts'],
          properties: { owner: { type: 'string' }, watts: { type: 'integer', minimum: 1 }, colour: { enum: ['white', 'amber'] } },
        },
      },
    },
    null,
    2,
  );
  await schema.fill(right.replace('"integer"', '"wattage"'));
  admin.excuse(/\b400\b/);
  await page.getByRole('button', { name: 'Define kind' }).click();
  await admin.sees(/^Line \d+, properties\.spec\.properties\.watts/);
  await schema.fill(right);
  await admin.sees('one of a list');
  await admin.screenshotFromTheTop('kind');
  await page.getByRole('button', { name: 'Define kind' }).click();
  await page.getByRole('link', { name: 'Spotlight' }).waitFor();
  await admin.open(pageOf(scene, '/entities/new?kind=spotlight'));
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('follow-spot');
  await choose(admin, 'Owner', 'crew', /Stage crew/);
  await page.getByLabel('Watts').fill('0');
  await page.getByRole('button', { name: 'Create entity' }).click();
  await admin.sees(/>= 1|at least 1/);
  await page.getByLabel('Watts').fill('1200');
  await page.getByRole('button', { name: 'Create entity' }).click();
  await page.waitForURL('**/catalog/default/spotlight/follow-spot');
  await admin.sees('Stage crew');
  await admin.settle();
  admin.assertQuiet();
}

async function aSourceHostIsConnected(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  const token = 'glpat-not-a-token-of-anybody-7f3a';
  await admin.open(pageOf(scene, '/settings/source-hosts'));
  await admin.sees('No source hosts yet');
  await page.getByRole('button', { name: 'Connect host' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Host', { exact: true }).fill('https://git.acme.test/');
  await dialog.getByRole('button', { name: 'Connect host' }).click();
  await admin.sees('Only the host, without https:// and path.');
  await dialog.getByRole('button', { name: /What runs there/ }).click();
  await page.getByRole('option', { name: 'GitLab' }).click();
  await dialog.getByLabel('Host', { exact: true }).fill('git.acme.test');
  await dialog.getByLabel('Token', { exact: true }).fill(token);
  await dialog.getByRole('button', { name: 'Connect host' }).click();
  await page.getByRole('button', { name: 'Test git.acme.test' }).click();
  await admin.sees('It does not work');
  await admin.settle();
  await admin.screenshot('source-hosts');
  await admin.open(pageOf(scene, '/settings/source-hosts'));
  await admin.sees('https://git.acme.test/api/v4');
  assert.ok(!(await page.content()).includes(token), 'the token is shown again');
  await page.getByRole('button', { name: 'Remove git.acme.test' }).click();
  await page.getByRole('button', { name: 'Remove host' }).click();
  await admin.sees('No source hosts yet');
  admin.assertQuiet();
}

async function rulesAreChanged(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/catalog'));
  const percent = page.getByLabel('Percent of a source’s entities');
  await percent.fill('120');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await admin.sees('Enter a whole number from 0 to 100.');
  await percent.fill('50');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await admin.sees('Saved. It holds from now on.');
  await admin.screenshot('catalog-rules');
  await admin.open(pageOf(scene, '/settings/catalog'));
  assert.equal(await percent.inputValue(), '50');
  admin.assertQuiet();
}

/** A viewer is invited, joins, and is told what they may not do instead of being offered it. */
async function aViewerOnlyLooks(scene: Scene): Promise<void> {
  const { admin, viewer } = scene;
  await admin.open(pageOf(scene, '/settings/members'));
  await admin.page.getByRole('button', { name: 'Invite a person' }).click();
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Vera Viewer');
  await dialog.getByLabel('Mail address').fill('vera@acme.test');
  await dialog.getByRole('button', { name: /Role/ }).click();
  await admin.page.getByRole('option', { name: /Viewer/ }).click();
  await dialog.getByRole('button', { name: 'Make invitation link' }).click();
  const link = await dialog.getByLabel('Invitation link for Vera Viewer').inputValue();
  await viewer.open(link);
  await viewer.page.getByLabel('Password', { exact: true }).fill('watches-from-the-gallery');
  await viewer.page.getByRole('button', { name: 'Join' }).click();
  await viewer.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  const refusals: readonly [string, string][] = [
    [`${sources}/held`, 'You may not decide on removals'],
    ['/settings/source-hosts', 'You may not see the source hosts'],
    ['/entities/new', 'You may not create entities'],
    ['/settings/kinds/new', 'You may not define kinds'],
    ['/settings/catalog', 'Only an administrator can change this.'],
  ];
  for (const [path, says] of refusals) {
    await viewer.open(pageOf(scene, path));
    await viewer.sees(says);
  }
  await viewer.open(pageOf(scene, `${lampPage}/source`));
  await viewer.sees('Where this comes from');
  assert.equal(await viewer.page.getByRole('button', { name: 'Edit additions' }).count(), 0);
  viewer.assertQuiet();
}

/** Every page is used with a keyboard and a screen reader too, and on a telephone. */
async function nobodyIsBarred(scene: Scene): Promise<void> {
  const { admin } = scene;
  const pages: readonly [path: string, says: string | RegExp][] = [
    ['/catalog?filters%5Bkind%5D=component&filters%5Buser%5D=all', 'Dimmer'],
    [lampPage, 'Runbook'],
    [`${lampPage}/history`, 'Changed description and tags'],
    [`${lampPage}/source`, 'Field by field'],
    ['/search?query=lamp', 'Lights the stage and the pit.'],
    ['/register', 'Address of a catalog-info.yaml file'],
    ['/entities/new?kind=resource', 'Add reference'],
    ['/entities/edit/portal/default/resource/ledger', 'Add reference'],
    [sources, /stage\.yaml$/],
    [`${sources}/held`, 'Nothing is held'],
    [`${sources}/deleted`, 'prop-13'],
    [`${sources}/managed`, 'General ledger'],
    ['/settings/kinds', 'Spotlight'],
    ['/settings/kinds/new', 'What the form will ask'],
    ['/settings/kinds/Spotlight', 'What the form will ask'],
    ['/settings/catalog', 'Keep the past'],
    ['/settings/source-hosts', 'No source hosts yet'],
  ];
  const found: string[] = [];
  for (const [path, says] of pages) {
    await admin.open(pageOf(scene, path));
    await admin.sees(says);
    found.push(...(await admin.obstacles()));
  }
  await openSource(scene, 'stage.yaml');
  found.push(...(await admin.obstacles()));
  assert.deepEqual(found, []);
  admin.assertQuiet();
}

/** All steps, in the order in which they build on each other. */
export function catalogPages(scene: Scene): Step[] {
  return [
    ['a source tells its files, with the line of a mistake, until it is repaired', () => aSourceTellsItsFiles(scene)],
    ['a change of a file is in the history with what was and what is', () => aChangeIsInTheHistory(scene)],
    ['links and tags are added to an entity whose file is not ours', () => anOverlayAddsToAFile(scene)],
    ['an entity without a file is made and edited with a form', () => anEntityIsMadeWithTheForm(scene)],
    ['a file that loses most of its entities has to wait until somebody agrees', () => aLargeRemovalWaits(scene)],
    ['a deleted entity is restored', () => aDeletedEntityComesBack(scene)],
    ['a kind is defined, and its schema makes the form', () => aKindIsDefined(scene)],
    ['a source host is connected, and its token is never shown', () => aSourceHostIsConnected(scene)],
    ['the rules of the catalog are changed', () => rulesAreChanged(scene)],
    ['no page bars anybody, in a wide window or a narrow one', () => nobodyIsBarred(scene)],
    ['a viewer looks, and is told what they may not do', () => aViewerOnlyLooks(scene)],
  ];
}
