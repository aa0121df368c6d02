/** The tour's middle: secrets that are never shown again, tokens that are shown once, people whom a directory brings. */
import { strict as assert } from 'node:assert';
import { type Visitor } from './browser.ts';
import { ada } from './job.ts';
import { type Step } from './steps.ts';
import { barsNobody, callWithToken, eventually, mia, pageOf, select, type Scene } from './tour.ts';

const secretName = 'DEPLOY_TOKEN';
const values = ['opening-night-4711', 'second-night-0815'] as const;

/** No page and no answer holds a value. */
async function showsNoValue(scene: Scene, paths: readonly string[]): Promise<void> {
  const { admin } = scene;
  for (const path of paths) {
    await admin.open(pageOf(scene, path));
    await admin.sees(secretName);
    const content = await admin.page.content();
    for (const value of values) assert.ok(!content.includes(value), `${path} shows ${value}`);
  }
}

async function keepSecret(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  const answers: Promise<string>[] = [];
  page.on('response', answer => {
    if (answer.url().includes('/secrets')) answers.push(answer.text().catch(() => ''));
  });
  await admin.open(pageOf(scene, '/settings/secrets'));
  await admin.sees('No secrets yet');
  await page.getByRole('button', { name: 'Add secret' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add secret' }).click();
  await admin.sees('Enter the value.');
  await dialog.getByLabel('Name', { exact: true }).fill(secretName);
  await dialog.getByLabel('Value', { exact: true }).fill(values[0]);
  await dialog.getByLabel('Description').fill('Pushes to the registry; the stage crew renews it.');
  await barsNobody(admin);
  await dialog.getByRole('button', { name: 'Add secret' }).click();
  await admin.sees('Granted to nobody');
  await page.getByRole('button', { name: 'Grant', exact: true }).click();
  await select(admin, dialog, /Grant to a$/, 'Template');
  await dialog.getByLabel('Reference of the template').fill('template:default/node-service');
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await page.getByRole('button', { name: 'Take back the grant to template:default/node-service' }).waitFor();
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await dialog.getByLabel('Value', { exact: true }).fill(values[1]);
  await select(admin, dialog, /The present value shall$/, 'Stay readable for a day');
  await dialog.getByRole('button', { name: 'Rotate secret' }).click();
  await admin.sees(/^Replaced; stops being readable/);
  await page.getByRole('listitem').filter({ hasText: 'Version 2' }).getByText('In use').waitFor();
  await admin.settle();
  await admin.screenshotFromTheTop('settings-secrets');
  await barsNobody(admin);
  await showsNoValue(scene, [new URL(page.url()).pathname, '/settings/secrets', '/settings/audit']);
  await admin.open(pageOf(scene, '/settings/secrets'));
  await admin.sees('Granted to template:default/node-service');
  await barsNobody(admin);
  const texts = await Promise.all(answers);
  assert.ok(texts.length > 3, 'no answer about secrets was looked at');
  for (const value of values) assert.ok(!texts.join('\n').includes(value), `an answer holds ${value}`);
  admin.assertQuiet();
}

/** Makes a token on the page Tokens and returns its text, which is shown this once. */
async function makeToken(visitor: Visitor, button: string, name: string, scopes: readonly string[]): Promise<string> {
  const { page } = visitor;
  await page.getByRole('button', { name: button, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  if (scopes.length > 0) await dialog.getByText('Only what I choose').click();
  for (const scope of scopes) await dialog.getByText(scope, { exact: true }).click();
  await barsNobody(visitor);
  await dialog.getByRole('button', { name: 'Make token' }).click();
  const text = await dialog.getByLabel(`Token ${name}`).inputValue();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok(!(await page.content()).includes(text), 'the token is shown again');
  return text;
}

/** Deletes a token on the page; programs are refused from two seconds later on. */
async function revoke(scene: Scene, title: string, token: string): Promise<void> {
  const { page } = scene.admin;
  await page.getByRole('button', { name: `Delete ${title}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete token' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await eventually(`${title} is refused`, 2_000, async () => {
    const { status } = await callWithToken(scene, token, '/api/catalog/entities/by-query');
    assert.ok([200, 401].includes(status), String(status));
    return status === 401;
  });
}

async function useTokens(scene: Scene): Promise<void> {
  const { admin, member } = scene;
  await admin.open(pageOf(scene, '/settings/tokens'));
  await admin.sees('No service tokens yet');
  const pipeline = await makeToken(admin, 'Make service token', 'ci-catalog', ['catalog.entity.read']);
  await admin.sees('Only catalog.entity.read');
  const ask = (path: string, body?: unknown) =>
    callWithToken(scene, pipeline, path, body === undefined ? {} : { method: 'POST', body });
  const read = await ask('/api/catalog/entities/by-query?filter=kind=component');
  assert.equal(read.status, 200, read.text);
  assert.match(read.text, /seat-planner/);
  const location = { type: 'url', target: 'https://git.acme.test/catalog-info.yaml' };
  for (const [path, body] of [['/api/catalog/locations', location], ['/api/tenant-admin/v1/audit']] as const) {
    const refused = await ask(path, body);
    assert.equal(refused.status, 403, `${path}: ${refused.text}`);
  }
  const laptop = await makeToken(admin, 'Make token', 'Laptop', []);
  const me = await callWithToken(scene, laptop, '/api/tenant-admin/v1/me');
  assert.equal(me.status, 200, me.text);
  assert.match(me.text, /Ada Stage/);
  await member.open(pageOf(scene, '/settings/tokens'));
  const own = await makeToken(member, 'Make token', 'Sewing machine', ['catalog.entity.read']);
  assert.equal((await callWithToken(scene, own, '/api/catalog/entities/by-query')).status, 200);
  assert.equal(await member.page.getByRole('button', { name: 'Make service token' }).count(), 0);
  member.assertQuiet();
  await admin.open(pageOf(scene, '/settings/tokens'));
  await admin.sees(`of ${mia.name}`);
  await admin.settle();
  await admin.screenshot('settings-tokens');
  await barsNobody(admin);
  await revoke(scene, 'ci-catalog', pipeline);
  await revoke(scene, `Sewing machine of ${mia.name}`, own);
  await admin.sees('No service tokens yet');
  admin.assertQuiet();
}

const lena = { name: 'Lena Light', email: 'lena@acme.test', password: 'follows-with-the-spot' };

async function provision(scene: Scene): Promise<void> {
  const { admin } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/provisioning'));
  await admin.sees('No directory provisions people yet');
  const address = await page.getByLabel('Address of the SCIM service').inputValue();
  assert.equal(address, pageOf(scene, '/scim/v2'));
  await page.getByRole('button', { name: 'Make token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Directory').fill('Okta');
  await dialog.getByRole('button', { name: 'Make token' }).click();
  const token = await dialog.getByLabel('Token', { exact: true }).inputValue();
  await barsNobody(admin);
  await page.keyboard.press('Escape');
  const scim = async (method: string, path: string, body: unknown, status: number) => {
    const answer = await callWithToken(scene, token, `/scim/v2${path}`, { method, body, contentType: 'application/scim+json' });
    assert.equal(answer.status, status, answer.text);
    return (answer.text ? JSON.parse(answer.text) : {}) as { id: string };
  };
  const user = await scim('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: lena.email,
    name: { givenName: 'Lena', familyName: 'Light' },
    emails: [{ value: lena.email, primary: true }],
    active: true,
  }, 201);
  await scim('POST', '/Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Lighting',
    members: [{ value: user.id }],
  }, 201);
  assert.equal((await callWithToken(scene, token, '/api/catalog/entities/by-query')).status, 403);
  await admin.open(pageOf(scene, '/settings/provisioning'));
  const group = page.getByRole('row', { name: 'Lighting' });
  await group.waitFor();
  await select(admin, group, /Role of the members of Lighting/, 'Maintainer');
  await group.getByText('Maintainer').first().waitFor();
  await admin.settle();
  await admin.screenshot('settings-provisioning');
  await barsNobody(admin);
  await comeIn(scene);
  await scim('PATCH', `/Users/${user.id}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'active', value: false }],
  }, 200);
  await isOut(scene);
  admin.assertQuiet();
}

/** The provisioned person gets a password through a link and has a session. */
async function comeIn(scene: Scene): Promise<void> {
  const { admin, provisioned } = scene;
  const { page } = admin;
  await admin.open(pageOf(scene, '/settings/members'));
  const row = page.getByRole('row', { name: lena.name });
  await row.getByText('Active').waitFor();
  await row.getByText('Maintainer').first().waitFor();
  await page.getByRole('button', { name: `New password for ${lena.name}` }).click();
  const dialog = page.getByRole('dialog');
  const link = await dialog.getByLabel(`Link for a new password of ${lena.name}`).inputValue();
  await page.keyboard.press('Escape');
  await provisioned.open(link);
  await provisioned.page.getByLabel('Password', { exact: true }).fill(lena.password);
  await provisioned.page.getByRole('button', { name: 'Save password' }).click();
  await provisioned.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  await provisioned.settle();
  provisioned.assertQuiet();
}

/** The directory has deactivated the person: the session is over, and the page says so. */
async function isOut(scene: Scene): Promise<void> {
  const { admin, provisioned } = scene;
  const { page } = provisioned;
  provisioned.excuse(/401.*\/api\/auth\//);
  await eventually('the session ends', 60_000, () =>
    page.evaluate(async () => {
      const answer = await fetch('/api/auth/proscenium/refresh', { headers: { 'x-requested-with': 'XMLHttpRequest' } });
      return answer.status === 401;
    }));
  await provisioned.open(pageOf(scene, '/catalog'));
  await provisioned.sees(`Sign in to ${ada.organization}`);
  provisioned.assertQuiet();
  await admin.open(pageOf(scene, '/settings/members'));
  await admin.page.getByRole('row', { name: lena.name }).getByText(/^Deactivated/).waitFor();
}

/** The middle of the tour. */
export function access(scene: Scene): Step[] {
  return [
    ['a secret is kept, granted and rotated, and its value never shown again', () => keepSecret(scene)],
    ['tokens are shown once, do what they may, and end within two seconds', () => useTokens(scene)],
    ['a directory brings a person in, and ends their session when it deactivates them', () => provision(scene)],
  ];
}
