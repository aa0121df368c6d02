/**
 * An administrator's tour: members, then roles with a condition, from the draft to its review, its effect on a member
 * and back. What the other parts of the tour share is here too. Each step is a function; they build on each other.
 */
import { strict as assert } from 'node:assert';
import { type Locator } from 'playwright-core';
import { PATIENCE, type Visitor } from './browser.ts';
import { type Installation } from './installation.ts';
import { ada } from './job.ts';
import { callAsUser } from './plugins.ts';
import { type Step } from './steps.ts';
import { type Sink } from './tour-sink.ts';

/** Who does the steps, and where. */
export interface Scene {
  readonly admin: Visitor;
  /** Joins by an invitation. */
  readonly member: Visitor;
  /** Is brought in by a directory. */
  readonly provisioned: Visitor;
  readonly installation: Installation;
  readonly sink: Sink;
}

/** The member whom the role is about. */
export const mia = {
  name: 'Mia Props',
  email: 'mia@acme.test',
  password: 'sews-the-velvet-curtain',
  entityRef: 'user:default/mia',
};

/** What everybody learns of a change within. */
const LIVE_MS = 2_000;

export const pageOf = ({ installation }: Scene, path: string): string => `${installation.tenant(ada.slug)}${path}`;

/** Calls the API as a program does, with a token. */
export async function callWithToken(
  { installation }: Scene,
  token: string,
  path: string,
  more: { method?: string; body?: unknown; contentType?: string } = {},
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${installation.port}${path}`, {
    method: more.method ?? 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      ...(more.body === undefined ? {} : { 'content-type': more.contentType ?? 'application/json' }),
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Waits until something holds, and fails after `within` milliseconds. */
export async function eventually(what: string, within: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + within;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`not within ${within} ms: ${what}`);
    await new Promise(wait => setTimeout(wait, 50));
  }
}

/** Nothing on the page as it is bars anybody, in a wide window or a narrow one. */
export async function barsNobody(visitor: Visitor): Promise<void> {
  assert.deepEqual(await visitor.obstacles(), []);
}

/** Chooses in a list that opens. */
export async function select({ page }: Visitor, within: Locator, field: RegExp, option: string): Promise<void> {
  await within.getByRole('button', { name: field }).first().click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** The kinds of all entities that somebody is shown. */
async function kindsSeenBy(visitor: Visitor): Promise<string[]> {
  const { status, text } = await callAsUser(visitor, '/api/catalog/entities/by-query?limit=100');
  assert.equal(status, 200, text);
  const { items } = JSON.parse(text) as { items: { kind: string }[] };
  return [...new Set(items.map(({ kind }) => kind))].sort();
}

const catalogOf = (kind: string) => `/catalog?filters%5Bkind%5D=${kind}&filters%5Buser%5D=all`;

async function invite(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/members'));
  await page.getByRole('button', { name: 'Invite a person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(mia.name);
  await dialog.getByLabel('Mail address').fill(mia.email);
  await dialog.getByRole('button', { name: 'Make invitation link' }).click();
  const link = await dialog.getByLabel(`Invitation link for ${mia.name}`).inputValue();
  await barsNobody(admin);
  await page.keyboard.press('Escape');
  await page.getByRole('row', { name: mia.name }).getByText('Invited').waitFor();
  await member.open(link);
  await member.sees(`Join ${ada.organization}`);
  await member.page.getByLabel('Password', { exact: true }).fill(mia.password);
  await member.page.getByRole('button', { name: 'Join' }).click();
  await member.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  await member.settle();
  await admin.open(pageOf(scene, '/settings/members'));
  await page.getByRole('row', { name: mia.name }).getByText('Active').waitFor();
  await barsNobody(admin);
  for (const visitor of [admin, member]) visitor.assertQuiet();
}

/** Publishes the draft; the page of the review is open. */
async function publish({ page }: Visitor, version: number, note: string): Promise<void> {
  await page.getByLabel('Note').fill(note);
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText(`Version ${version} is live in all processes.`).waitFor();
}

/** A permission, whether it is allowed, and under which condition. */
async function fillRule(visitor: Visitor, at: number, permission: string, effect: 'Allow' | 'Deny'): Promise<Locator> {
  const rule = visitor.page.getByRole('group', { name: `Rule ${at}`, exact: true });
  await rule.getByRole('combobox', { name: 'Permission' }).fill(permission);
  await visitor.page.getByRole('option', { name: permission }).first().click();
  await select(visitor, rule, /Effect$/, effect);
  await rule.getByText('Only under a condition').click();
  return rule;
}

async function makeRole(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/roles'));
  await admin.sees('No roles of your own');
  await page.getByRole('link', { name: 'Make a role' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Stage hands');
  await page.getByLabel('Description').fill('Tidy up what their team owns.');
  await page.getByRole('textbox', { name: 'Who has it' }).fill('group:default/box-office');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Add rule' }).click();
  const rule = await fillRule(admin, 1, 'catalog.entity.delete', 'Allow');
  await select(admin, rule, /Rule$/, 'Is entity owner');
  await rule.getByRole('textbox', { name: 'Claims' }).fill('$ownerRefs');
  await page.keyboard.press('Enter');
  admin.excuse(/400.*\/policies\/draft/);
  await page.getByRole('button', { name: 'Save in the draft' }).click();
  await admin.sees(/^A name has 1 to 63 lower-case letters/);
  await page.getByLabel('Name', { exact: true }).fill('stage-hands');
  await barsNobody(admin);
  await page.getByRole('button', { name: 'Save in the draft' }).click();
  await admin.sees('New in the draft');
  await page.getByRole('link', { name: 'Review changes' }).click();
  await admin.sees('Nobody gains or loses anything');
  await publish(admin, 1, 'For the box office.');
  admin.assertQuiet();
}

async function reviewCondition(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await page.getByRole('link', { name: 'stage-hands' }).click();
  await page.getByRole('button', { name: /Add a member$/ }).click();
  await page.getByRole('option', { name: mia.name }).click();
  await page.getByRole('row', { name: mia.entityRef }).waitFor();
  await page.getByRole('button', { name: 'Add rule' }).click();
  const rule = await fillRule(admin, 2, 'catalog.entity.read', 'Deny');
  await select(admin, rule, /joined$/, 'This does not hold');
  await select(admin, rule, /Rule$/, 'Is entity kind');
  await rule.getByRole('textbox', { name: 'Kinds' }).fill('component');
  await page.keyboard.press('Enter');
  await barsNobody(admin);
  await page.getByRole('button', { name: 'Save in the draft' }).click();
  await admin.sees('Changed in the draft');
  await page.getByRole('link', { name: 'Review changes' }).click();
  await admin.sees('Changed: stage-hands');
  const loses = page.getByRole('row', { name: 'catalog.entity.read' });
  await loses.getByText('1 person loses').waitFor();
  await loses.getByText('Is entity kind: kinds component', { exact: true }).waitFor();
  const gains = page.getByRole('row', { name: 'catalog.entity.delete' });
  await gains.getByText('1 person gains').waitFor();
  for (const row of [loses, gains]) await row.getByText(mia.name).waitFor();
  await admin.settle();
  await admin.screenshotFromTheTop('settings-roles-review');
  await barsNobody(admin);
  assert.deepEqual(await kindsSeenBy(scene.member), ['API', 'Component', 'Group', 'Location', 'System']);
  await publish(admin, 2, 'Mia looks after components only.');
  admin.assertQuiet();
}

async function conditionHolds(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  await eventually('the member sees components only', LIVE_MS, async () =>
    (await kindsSeenBy(member)).join() === 'Component');
  await member.open(pageOf(scene, catalogOf('component')));
  for (const title of ['Seat planner', 'Price book']) await member.sees(title);
  await member.open(pageOf(scene, catalogOf('api')));
  await member.settle();
  assert.equal(await member.page.getByText('Seats API').count(), 0);
  await member.open(pageOf(scene, '/search?query=seats'));
  await member.sees('Seat planner');
  assert.equal(await member.page.getByText('Seats API').count(), 0);
  member.assertQuiet();
  await admin.open(pageOf(scene, catalogOf('api')));
  await admin.sees('Seats API');
  await admin.open(pageOf(scene, '/settings/roles'));
  await admin.sees('Version 2 is live in all processes.');
  await admin.screenshot('settings-roles');
  await barsNobody(admin);
  for (const visitor of [admin, member]) visitor.assertQuiet();
}

async function explain(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await page.getByRole('link', { name: 'Why?' }).click();
  await select(admin, page.getByRole('main'), /Who$/, mia.name);
  const entity = page.getByLabel('On which resource');
  await entity.fill('api:default/seats-api');
  await page.getByRole('button', { name: 'Explain' }).click();
  await admin.sees('Denied');
  const decided = page.getByRole('listitem').filter({ hasText: 'This decided' });
  await decided.getByText('Role stage-hands').waitFor();
  await decided.getByText(mia.entityRef).waitFor();
  await barsNobody(admin);
  await entity.fill('component:default/seat-planner');
  await page.getByRole('button', { name: 'Explain' }).click();
  await admin.sees(/^Allowed$/);
  admin.assertQuiet();
}

async function viewAsMember(scene: Scene): Promise<void> {
  const { admin, installation } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/members'));
  await page.getByRole('button', { name: `View as ${mia.name}` }).click();
  const banner = page.getByRole('status').filter({ hasText: 'You see the portal as' });
  await banner.getByText(mia.name).waitFor();
  await admin.open(pageOf(scene, catalogOf('component')));
  await admin.sees('Seat planner');
  assert.deepEqual(await kindsSeenBy(admin), ['Component']);
  admin.assertQuiet();
  admin.excuse(/403.*\/api\/catalog\/locations/);
  await admin.open(pageOf(scene, '/register'));
  await page.getByLabel('Address of a catalog-info.yaml file').fill(`${installation.origin}/demo-git/demo/x.yaml`);
  const answer = page.waitForResponse(reply => reply.url().includes('/api/catalog/locations') && reply.request().method() === 'POST');
  await page.getByRole('button', { name: 'Register repository' }).click();
  assert.equal((await answer).status(), 403);
  await page.getByRole('main').getByText('You look at the portal as somebody else, so you can change nothing').waitFor();
  await barsNobody(admin);
  await banner.getByRole('button', { name: 'Back to my own view' }).click();
  await page.waitForURL(pageOf(scene, '/settings/members'));
  await banner.waitFor({ state: 'detached', timeout: PATIENCE });
  await page.getByRole('button', { name: `View as ${mia.name}` }).waitFor();
  await admin.settle();
  admin.assertQuiet();
}

async function takeVersionBack(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/roles/history'));
  await admin.sees('Mia looks after components only.');
  await barsNobody(admin);
  await page.getByRole('link', { name: 'Version 1', exact: true }).click();
  await page.getByRole('row', { name: 'catalog.entity.read' }).getByText('1 person gains').waitFor();
  await page.getByRole('button', { name: 'Go back to version 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish it again' }).click();
  await admin.sees('Version 3 is live in all processes.');
  await admin.open(pageOf(scene, '/settings/roles/review'));
  await admin.sees('There is no draft');
  await eventually('the member sees everything again', LIVE_MS, async () => (await kindsSeenBy(member)).includes('API'));
  await member.open(pageOf(scene, catalogOf('api')));
  await member.sees('Seats API');
  for (const visitor of [admin, member]) visitor.assertQuiet();
}

/** The first part of the tour. */
export function peopleAndRoles(scene: Scene): Step[] {
  return [
    ['a member is invited by a link and joins', () => invite(scene)],
    ['a role is made, repaired, reviewed and published', () => makeRole(scene)],
    ['a review lists who gains and who loses what', () => reviewCondition(scene)],
    ['the member sees only what the condition allows, within two seconds', () => conditionHolds(scene)],
    ['why says which rule decided', () => explain(scene)],
    ['viewing as the member shows the same and changes nothing', () => viewAsMember(scene)],
    ['going back to the former version gives everything back', () => takeVersionBack(scene)],
  ];
}
