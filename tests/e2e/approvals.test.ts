/**
 * A template that asks before it goes on: an administrator runs it, a second member approves, and the run is in the
 * history; then the clock starts it. None of these pages bars anybody.
 */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { launch, PATIENCE, Visitor } from './browser.ts';
import { type Files, serveFiles } from './fixtures.ts';
import { install, type Installation } from './installation.ts';
import { ada, signUp } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';

const mia = { name: 'Mia Prompt', email: 'mia@acme.test', password: 'whispers-from-the-wings' };
const reason = 'The forest is painted and dry.';

/** Asks `approver`, says who agreed, and makes an entity of what was asked for. */
const template = (approver: string): string => `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: change-of-scene
  title: Change of scene
  description: Changes the scene, once somebody agrees.
spec:
  type: operation
  owner: ${approver}
  parameters:
    - title: The scene
      required: [scene]
      properties:
        scene: {title: Scene, type: string}
        skipsAsking: {title: Ask nobody, type: boolean, default: false}
  steps:
    - id: ask
      name: Ask the prompter
      if: \${{ not parameters.skipsAsking }}
      action: gate:approval
      input:
        approvers: ['${approver}']
        message: 'Shall the scene become \${{ parameters.scene }}?'
        reasonRequired: true
    - id: change
      name: Change the scene
      action: debug:log
      input:
        message: 'The scene is \${{ parameters.scene }}'
`;

interface Scene {
  readonly admin: Visitor;
  readonly member: Visitor;
  readonly installation: Installation;
  readonly files: Files;
}

const pageOf = ({ installation }: Scene, path: string): string => `${installation.tenant(ada.slug)}${path}`;

async function opens(visitor: Visitor, scene: Scene, path: string, says: string | RegExp): Promise<void> {
  await visitor.open(pageOf(scene, path));
  await visitor.sees(says);
}

/** A second member is invited, and nothing waits for her. */
async function aMemberJoins(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  await admin.open(pageOf(scene, '/settings/members'));
  await admin.page.getByRole('button', { name: 'Invite a person' }).click();
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(mia.name);
  await dialog.getByLabel('Mail address').fill(mia.email);
  await dialog.getByRole('button', { name: 'Make invitation link' }).click();
  const link = await dialog.getByLabel(`Invitation link for ${mia.name}`).inputValue();
  await member.open(link);
  await member.page.getByLabel('Password', { exact: true }).fill(mia.password);
  await member.page.getByRole('button', { name: 'Join' }).click();
  await member.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  await member.page.getByRole('link', { name: 'Approvals' }).click();
  await member.sees('Nothing waits for you');
  assert.deepEqual(await member.obstacles(), []);
  for (const [path, says] of [
    ['/create/runs', 'No runs yet'],
    ['/create/schedules', 'No schedules yet'],
  ] as const) {
    await opens(member, scene, path, says);
    assert.deepEqual(await member.obstacles(), []);
  }
  admin.assertQuiet();
  member.assertQuiet();
}

async function aTemplateAsksHer(scene: Scene): Promise<void> {
  const { admin, member, files } = scene;
  const me = await member.page.evaluate(async () => {
    const session = await fetch('/api/auth/proscenium/refresh', { headers: { 'x-requested-with': 'XMLHttpRequest' } });
    const { backstageIdentity } = (await session.json()) as { backstageIdentity: { identity: { userEntityRef: string } } };
    return backstageIdentity.identity.userEntityRef;
  });
  files.put('change-of-scene.yaml', template(me));
  await admin.open(pageOf(scene, '/register'));
  await admin.page.getByLabel('Address of a catalog-info.yaml file').fill(files.url('change-of-scene.yaml'));
  await admin.page.getByRole('button', { name: 'Register repository' }).click();
  await admin.sees('Change of scene');
  await admin.settle();
  admin.assertQuiet();
}

/** The administrator starts the template from its form, and sees that the run waits. */
async function start(scene: Scene, what: string): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/create/templates/default/change-of-scene'));
  await page.getByRole('textbox', { name: 'Scene' }).fill(what);
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL('**/create/tasks/*');
  await admin.sees('Waits for an approval: Ask the prompter');
}

/** Who started a run sees what it waits for, but cannot decide. */
async function aRunWaits(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await start(scene, 'the forest');
  await admin.sees('scene: the forest');
  await admin.sees('Shall the scene become the forest?');
  await admin.sees('Only those named here can decide');
  assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
  assert.deepEqual(await admin.obstacles(true), []);
  await admin.screenshotFromTheTop('run-waiting');
  await opens(admin, scene, '/create/runs?status=waiting', 'Waits for an approval');
  await admin.page.getByRole('link', { name: 'Change of scene' }).first().waitFor();
  admin.assertQuiet();
}

/** She finds it by the menu, is asked for a reason, and approves. */
async function sheApproves(scene: Scene): Promise<void> {
  const { member } = scene;
  const { page } = member;
  await member.open(pageOf(scene, '/'));
  await page.getByRole('link', { name: 'Approvals 1 waiting' }).click();
  await member.sees('Shall the scene become the forest?');
  assert.deepEqual(await member.obstacles(), []);
  await page.getByRole('button', { name: 'Approve' }).click();
  await member.sees('Say why, in a few words.');
  assert.deepEqual(await member.obstacles(), []);
  await page.getByLabel('Reason').fill(reason);
  await member.screenshotFromTheTop('approvals');
  await page.getByRole('button', { name: 'Approve' }).click();
  await member.sees('Approved: Ask the prompter');
  await member.sees('Nothing waits for you');
  await page.getByRole('link', { name: 'Approvals', exact: true }).first().waitFor();
  assert.deepEqual(await member.obstacles(), []);
  await page.getByRole('link', { name: 'See how the run goes on' }).click();
  await page.waitForURL('**/create/tasks/*');
  await member.sees('The scene is the forest');
  await member.sees(reason);
  assert.deepEqual(await member.obstacles(), []);
  member.assertQuiet();
}

async function itIsInTheHistory(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await opens(admin, scene, '/create/runs', 'Completed');
  assert.equal(await page.getByRole('table', { name: 'Runs' }).getByRole('row').count(), 2);
  await admin.screenshotFromTheTop('runs');
  assert.deepEqual(await admin.obstacles(), []);
  await page.getByRole('button', { name: /State/ }).click();
  await page.getByRole('option', { name: 'Failed' }).click();
  await page.getByRole('button', { name: 'Show runs' }).click();
  await admin.sees('No such run');
  assert.deepEqual(await admin.obstacles(), []);
  await page.getByRole('button', { name: 'Show mine' }).click();
  await page.getByRole('table', { name: 'Runs' }).getByText('Completed').waitFor();
  admin.assertQuiet();
}

/** On the page of the run itself she sees what was filled in, and rejects it. */
async function sheRejects(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  const { page } = member;
  await start(scene, 'a volcano');
  // The run's log is listened to for as long as it goes on, so the network never rests.
  await page.goto(admin.page.url(), { waitUntil: 'load' });
  await member.sees('scene: a volcano');
  assert.deepEqual(await member.obstacles(true), []);
  await page.getByLabel('Reason').fill('Too hot for the audience.');
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByRole('list', { name: 'Decisions on Ask the prompter' }).getByText('Rejected').waitFor();
  await page.getByRole('button', { name: 'Reject' }).waitFor({ state: 'hidden' });
  await member.settle();
  assert.deepEqual(await member.obstacles(), []);
  await opens(member, scene, '/create/runs?status=failed', 'Change of scene');
  assert.equal(await page.getByRole('table', { name: 'Runs' }).getByText('Failed').count(), 1);
  await admin.open(pageOf(scene, '/'));
  admin.assertQuiet();
  member.assertQuiet();
}

/** A schedule is made; what is wrong is said at its field, and when it comes is shown before it is saved. */
async function aScheduleIsMade(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await opens(admin, scene, '/create/schedules', 'No schedules yet');
  await page.getByRole('button', { name: 'Create schedule' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Evening scene');
  await dialog.getByRole('combobox', { name: 'Template' }).fill('scene');
  await page.getByRole('option', { name: /Change of scene/ }).click();
  await dialog.getByLabel('When').fill('30 19 * * 5');
  await dialog.getByRole('combobox', { name: 'Time zone' }).fill('Europe/Berlin');
  await page.getByRole('option', { name: 'Europe/Berlin', exact: true }).click();
  await admin.sees('Comes next, in Europe/Berlin:');
  const times = dialog.getByRole('status').getByRole('listitem');
  assert.equal(await times.count(), 5);
  for (const time of await times.allInnerTexts()) assert.match(time, /^Fri, .*19:30$/);
  await dialog.getByRole('textbox', { name: 'Values' }).fill('scene: [');
  await dialog.getByRole('button', { name: 'Create schedule' }).click();
  await admin.sees(/^Line 1: /);
  assert.deepEqual(await admin.obstacles(), []);
  admin.assertQuiet();
  // The server says no: these are the refusals that the step is about.
  admin.excuse(/\b400\b/);
  await dialog.getByRole('textbox', { name: 'Values' }).fill('scenery: the castle');
  await dialog.getByRole('button', { name: 'Create schedule' }).click();
  await dialog.getByRole('alert').filter({ hasText: /scene/ }).waitFor();
  await dialog.getByLabel('When').fill('every friday');
  await dialog.getByRole('alert').filter({ hasNotText: /scene/ }).waitFor();
  await dialog.getByLabel('When').fill('30 19 * * 5');
  await dialog.getByRole('textbox', { name: 'Values' }).fill('scene: the castle\nskipsAsking: true');
  await admin.sees('Comes next, in Europe/Berlin:');
  await admin.screenshot('schedule-form');
  await dialog.getByRole('button', { name: 'Create schedule' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await admin.sees('Evening scene');
  assert.deepEqual(await admin.obstacles(), []);
}

async function itRunsAndRests(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  const { page } = admin;
  await opens(admin, scene, '/create/schedules', 'Evening scene');
  await page.getByRole('button', { name: 'Run now: Evening scene' }).click();
  await admin.sees('Started: Evening scene');
  await page.getByRole('button', { name: 'Pause: Evening scene' }).click();
  await page.getByRole('button', { name: 'Resume: Evening scene' }).waitFor();
  await admin.sees('Paused');
  await admin.screenshotFromTheTop('schedules');
  assert.deepEqual(await admin.obstacles(), []);
  await page.getByRole('button', { name: 'Edit: Evening scene' }).click();
  await page.getByRole('dialog').getByLabel('When').fill('0 20 * * 5');
  await page.getByRole('dialog').getByRole('button', { name: 'Save schedule' }).click();
  await page.getByRole('list', { name: 'Schedules' }).getByText('0 20 * * 5').waitFor();
  await page.getByRole('link', { name: 'Its runs' }).click();
  await page.waitForURL('**/create/runs?scheduleId=*');
  for (const deadline = Date.now() + PATIENCE; ; await page.reload()) {
    const done = page.getByRole('table', { name: 'Runs' }).getByText('Completed');
    if (await done.waitFor({ timeout: 3000 }).then(() => true, () => false)) break;
    assert.ok(Date.now() < deadline, 'the run of the schedule did not complete');
  }
  await admin.sees('by a schedule');
  await opens(member, scene, '/create/schedules', 'Evening scene');
  assert.equal(await member.page.getByRole('button', { name: 'Delete: Evening scene' }).count(), 0);
  member.assertQuiet();
  await opens(admin, scene, '/create/schedules', 'Evening scene');
  await page.getByRole('button', { name: 'Delete: Evening scene' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete schedule' }).click();
  await admin.sees('No schedules yet');
  admin.assertQuiet();
}

test('a run waits for an approval, goes on, is remembered, and comes again by the clock', async context => {
  const files = await serveFiles();
  const installation = await install({
    env: { PROSCENIUM_READING__ALLOW: files.host, PROSCENIUM_WORKER__NODE: '/nonexistent/node' },
  });
  const browser = await launch();
  try {
    const admin = await Visitor.arrive(browser, { screenshots: false });
    const member = await Visitor.arrive(browser);
    const scene: Scene = { admin, member, installation, files };
    await inOrder(context, [
      [
        'an organisation is there to begin with',
        async () => {
          await signUp(admin, installation, ada);
          admin.screenshots = true;
        },
      ],
      ['a second member joins, and nothing waits for her', () => aMemberJoins(scene)],
      ['a template that asks her is registered', () => aTemplateAsksHer(scene)],
      ['a run of it waits, and says for whom', () => aRunWaits(scene)],
      ['she approves with a reason, and the run goes on', () => sheApproves(scene)],
      ['the run is in the history', () => itIsInTheHistory(scene)],
      ['she rejects another on the page of the run, and it fails', () => sheRejects(scene)],
      ['a schedule is made, and mistakes are said at their fields', () => aScheduleIsMade(scene)],
      ['the schedule runs once, rests, and is deleted', () => itRunsAndRests(scene)],
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    files.close();
  }
});
