/** The tour's end: the audit log tells what was done, proves it, takes it back and sends it on; and source hosts. */
import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { type Locator } from 'playwright-core';
import { PATIENCE } from './browser.ts';
import { ada } from './job.ts';
import { type Step } from './steps.ts';
import { barsNobody, eventually, mia, pageOf, select, type Scene } from './tour.ts';
import { assertSigned } from './tour-sink.ts';

const audit = '/settings/audit';
const newName = 'Acme Playhouse';

interface Row {
  readonly seq: number;
  readonly action: string;
  readonly actor: string;
}

const rowsOf = (text: string): Row[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Row);

const events = ({ admin }: Scene): Locator => admin.page.getByRole('list', { name: 'Events' }).getByRole('listitem');

/** Asks for events that match, and returns what the list says. */
async function filter(scene: Scene, fields: Readonly<Record<string, string>>): Promise<string[]> {
  const { page } = scene.admin;
  const search = page.getByRole('search');
  await search.getByRole('button', { name: 'Show all' }).click();
  for (const [label, value] of Object.entries(fields)) await search.getByLabel(label).fill(value);
  const isAnswered = page.waitForResponse(answer => {
    const { pathname, searchParams } = new URL(answer.url());
    return pathname.endsWith('/v1/audit') && Object.values(fields).every(value => [...searchParams.values()].includes(value));
  });
  await search.getByRole('button', { name: 'Show events' }).click();
  await isAnswered;
  await scene.admin.settle();
  await events(scene).first().waitFor();
  return events(scene).locator('summary').allInnerTexts();
}

/** Fails unless every sentence is among the texts, and nothing else matters. */
function tells(texts: readonly string[], sentences: readonly RegExp[]): void {
  const flat = texts.map(text => text.replaceAll(/\s+/g, ' '));
  for (const sentence of sentences) assert.ok(flat.some(text => sentence.test(text)), `${sentence} is not in ${flat.join(' | ')}`);
}

async function renameOrganization(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/general'));
  await page.getByLabel('Name of the organisation').fill(newName);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await admin.sees('Saved. Everyone sees it at the next page.');
  await admin.settle();
  admin.assertQuiet();
}

async function findWhatWasDone(scene: Scene): Promise<void> {
  const { admin } = scene;
  await admin.open(pageOf(scene, audit));
  await events(scene).first().waitFor();
  await admin.screenshot('settings-audit');
  await barsNobody(admin);
  tells(await filter(scene, { 'Action begins with': 'member.' }), [
    /ada invited (M )?mia/,
    /mia accepted the invitation/,
    /began to view the portal as (M )?mia/,
  ]);
  tells(await filter(scene, { 'Action begins with': 'policy.' }), [
    /published roles and policies/,
    /went back to earlier roles and policies/,
  ]);
  tells(await filter(scene, { Text: 'DEPLOY_TOKEN' }), [/DEPLOY_TOKEN/]);
  tells(await filter(scene, { 'Action begins with': 'secret.' }), [
    /rotated the secret DEPLOY_TOKEN/,
    /granted the secret DEPLOY_TOKEN/,
  ]);
  tells(await filter(scene, { Text: 'ci-catalog' }), [/ci-catalog/]);
  const hers = await filter(scene, { Who: mia.entityRef });
  assert.ok(hers.every(text => text.includes('mia')), hers.join(' | '));
  tells(await filter(scene, { Who: 'directory:Okta', 'To what': 'user:default/lena' }), [/provisioned/, /deactivated/]);
  admin.assertQuiet();
}

async function undoRename(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await filter(scene, { 'Action begins with': 'tenant.update' });
  const event = events(scene).first();
  await event.locator('summary').click();
  const change = event.getByRole('row', { name: /^name/ });
  assert.deepEqual(await change.getByRole('cell').allInnerTexts(), [ada.organization, newName]);
  await admin.screenshotFromTheTop('settings-audit-event');
  await barsNobody(admin);
  await event.getByRole('button', { name: 'Take this change back' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row', { name: /^name/ }).getByText(ada.organization).waitFor();
  await dialog.getByRole('button', { name: 'Take back' }).click();
  await admin.sees(/took a change back/);
  await admin.open(pageOf(scene, '/settings/general'));
  assert.equal(await page.getByLabel('Name of the organisation').inputValue(), ada.organization);
  await page.getByText(/took a change back/).first().waitFor();
  await barsNobody(admin);
  admin.assertQuiet();
}

async function verifyAndExport(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, audit));
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Verify now' }).click();
  await admin.sees(/^Intact: \d+ events, each as it was written and none missing\.$/);
  const kept = await dialog.getByLabel('Fingerprint', { exact: true }).inputValue();
  await dialog.getByLabel('Fingerprint that you kept (optional)').fill(kept);
  await dialog.getByRole('button', { name: 'Verify now' }).click();
  await admin.sees(/^Intact:/);
  await barsNobody(admin);
  await page.keyboard.press('Escape');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export these events' }).click();
  const download = await downloading;
  assert.match(download.suggestedFilename(), /^audit-\d{4}-\d\d-\d\d\.ndjson$/);
  const rows = rowsOf(await readFile(await download.path(), 'utf8'));
  const seqs = rows.map(({ seq }) => seq);
  assert.deepEqual(seqs, Array.from(seqs, (_, at) => seqs.length - at), 'newest first, none missing');
  const done = ['member.invite', 'policy.publish', 'policy.revert', 'secret.rotate', 'serviceToken.create', 'member.deactivate'];
  for (const action of done)
    assert.ok(rows.some(row => row.action === action), `${action} is not exported`);
  admin.assertQuiet();
}

async function sendItSomewhere(scene: Scene): Promise<void> {
  const { admin, sink } = scene;
  const { page } = admin;
  await page.getByRole('link', { name: 'Keeping and sending' }).click();
  await admin.sees('The log stays here');
  await page.getByRole('button', { name: 'Send it somewhere' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Archive');
  await dialog.getByLabel('Address', { exact: true }).fill(`http://${sink.host}/in`);
  await barsNobody(admin);
  await dialog.getByRole('button', { name: 'Start sending' }).click();
  const key = await dialog.getByLabel('Signing key').inputValue();
  await page.keyboard.press('Escape');
  await page.getByRole('listitem').filter({ hasText: 'Archive' }).getByText('Everything is sent').waitFor({ timeout: PATIENCE });
  const [first] = sink.deliveries;
  assert.ok(first, 'nothing arrived');
  assertSigned(first, key);
  assert.throws(() => assertSigned({ ...first, body: `${first.body} ` }, key));
  const rows = sink.deliveries.flatMap(({ body }) => rowsOf(body));
  assert.deepEqual(rows.map(({ seq }) => seq), rows.map((_, at) => at + 1), 'every event, in order');
  assert.ok(!(await page.content()).includes(key), 'the key is shown again');
  await admin.settle();
  await barsNobody(admin);
  admin.assertQuiet();
}

async function undoRetention(scene: Scene): Promise<void> {
  const { admin, sink } = scene;
  const { page } = admin;
  await select(admin, page.getByRole('main'), /Keep events$/, 'A year');
  await admin.sees(/^Saved$/);
  await admin.open(pageOf(scene, `${audit}/keeping`));
  await page.getByRole('button', { name: /A year/ }).waitFor();
  const change = page.getByRole('listitem').filter({ hasText: 'changed how long events are kept' }).first();
  await change.locator('summary').click();
  await change.getByRole('button', { name: 'Take this change back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('button', { name: /For ever/ }).waitFor();
  await eventually('the change and its undoing are sent', PATIENCE, async () => {
    const sent = sink.deliveries.flatMap(({ body }) => rowsOf(body));
    return sent.filter(({ action }) => action === 'audit.settings.update').length === 2;
  });
  await admin.settle();
  admin.assertQuiet();
}

async function lookAtSourceHosts(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/source-hosts'));
  await admin.sees('No source hosts yet');
  await barsNobody(admin);
  await page.getByRole('button', { name: 'Connect host' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Host', { exact: true }).fill('10.0.0.7');
  await dialog.getByLabel('Token', { exact: true }).fill('github_pat_of-nobody-at-all');
  await barsNobody(admin);
  await dialog.getByRole('button', { name: 'Connect host' }).click();
  await page.getByRole('button', { name: 'Test 10.0.0.7' }).click();
  await admin.sees(/the operator adds 10\.0\.0\.7:443 to the setting reading\.allow/);
  await admin.settle();
  await admin.screenshot('settings-source-hosts');
  await barsNobody(admin);
  admin.assertQuiet();
}

/** The end of the tour. */
export function auditAndHosts(scene: Scene): Step[] {
  return [
    ['the organisation gets another name', () => renameOrganization(scene)],
    ['the audit log tells what was done, by action, person and text', () => findWhatWasDone(scene)],
    ['an event shows before and after, and is taken back', () => undoRename(scene)],
    ['the chain holds, and the export is whole', () => verifyAndExport(scene)],
    ['every event goes to a webhook, signed', () => sendItSomewhere(scene)],
    ['how long events are kept is changed and taken back', () => undoRetention(scene)],
    ['a source host on a private address needs the operator', () => lookAtSourceHosts(scene)],
  ];
}
