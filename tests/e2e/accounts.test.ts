/** An organisation's people and its looks, where mail is sent: from confirming the sign-up to deleting everything. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { launch, PATIENCE, Visitor } from './browser.ts';
import { install, type Installation } from './installation.ts';
import { ada } from './job.ts';
import { linkIn, openPost, type Post } from './post.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';

const kim = { name: 'Kim Fly', email: 'kim@acme.test', password: 'ropes-and-pulleys-aloft' };
const newPassword = 'curtain-falls-at-eleven';

async function confirmSignUp(visitor: Visitor, installation: Installation, post: Post): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.origin}/signup`);
  await page.getByLabel('Organisation').fill(ada.organization);
  await page.getByLabel('Address', { exact: true }).fill(ada.slug);
  await page.getByLabel('Your name').fill(ada.name);
  await page.getByLabel('Mail address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByRole('button', { name: 'Create portal' }).click();
  await visitor.sees('Look into your mail');
  assert.deepEqual(await visitor.obstacles(), []);
  const mail = await post.mailTo(ada.email);
  await page.goto(linkIn(mail, `${installation.origin}/confirm#`));
  await page.waitForURL(`${installation.tenant(ada.slug)}/**`);
  await visitor.settle();
  visitor.assertQuiet();
}

async function invite(admin: Visitor, member: Visitor, installation: Installation, post: Post): Promise<void> {
  await admin.open(`${installation.tenant(ada.slug)}/settings/members`);
  await admin.page.getByRole('button', { name: 'Invite a person' }).click();
  await admin.page.getByLabel('Name', { exact: true }).fill(kim.name);
  await admin.page.getByLabel('Mail address').fill(kim.email);
  await admin.page.getByRole('button', { name: 'Send invitation' }).click();
  await admin.sees(/Mailed to/);
  await admin.screenshot('settings-members-invite');
  assert.deepEqual(await admin.obstacles(), []);
  const mail = await post.mailTo(kim.email);
  await member.open(linkIn(mail, `${installation.tenant(ada.slug)}/invitation/`));
  await member.page.getByLabel('Password', { exact: true }).waitFor();
  assert.deepEqual(await member.obstacles(), []);
  await member.page.getByLabel('Password', { exact: true }).fill(kim.password);
  await member.page.getByRole('button', { name: 'Join' }).click();
  await member.page.waitForURL(`${installation.tenant(ada.slug)}/`);
  await member.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  await member.settle();
  member.assertQuiet();
  admin.assertQuiet();
}

async function resetPassword(visitor: Visitor, installation: Installation, post: Post): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.tenant(ada.slug)}/password-reset`);
  await page.getByLabel('Mail address').fill(kim.email);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await visitor.sees(/a mail is on its way/);
  assert.deepEqual(await visitor.obstacles(), []);
  const mail = await post.mailTo(kim.email, 2);
  await visitor.open(linkIn(mail, `${installation.tenant(ada.slug)}/password/`));
  await page.getByLabel('Password', { exact: true }).waitFor();
  assert.deepEqual(await visitor.obstacles(), []);
  await page.getByLabel('Password', { exact: true }).fill(newPassword);
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.waitForURL(`${installation.tenant(ada.slug)}/`);
  await visitor.settle();
  visitor.assertQuiet();
}

async function switchPortal(visitor: Visitor, installation: Installation, post: Post): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.origin}/portals`);
  await page.getByLabel('Mail address').fill(kim.email);
  await page.getByRole('button', { name: 'Mail me the link' }).click();
  await visitor.sees(/is on its way/);
  assert.deepEqual(await visitor.obstacles(), []);
  const mail = await post.mailTo(kim.email, 4);
  await page.goto(linkIn(mail, `${installation.origin}/portals#`));
  await visitor.sees(ada.organization);
  await visitor.screenshot('portals');
  assert.deepEqual(await visitor.obstacles(), []);
  await page.getByRole('button', { name: ada.organization }).click();
  await page.waitForURL(`${installation.tenant(ada.slug)}/**`);
  visitor.assertQuiet();
}

async function lookAtUsage(visitor: Visitor, installation: Installation): Promise<void> {
  await visitor.open(`${installation.tenant(ada.slug)}/settings/usage`);
  await visitor.sees('2 of 25');
  await visitor.screenshot('settings-usage');
  assert.deepEqual(await visitor.obstacles(), []);
  await visitor.open(`${installation.tenant(ada.slug)}/settings/general`);
  await visitor.sees('Delete this organisation');
  await visitor.screenshot('settings-general');
  assert.deepEqual(await visitor.obstacles(), []);
  visitor.assertQuiet();
}

async function deleteOrganisation(visitor: Visitor, installation: Installation): Promise<void> {
  const { page } = visitor;
  await page.getByRole('button', { name: 'Delete organisation' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(`Type ${ada.slug} to confirm`).fill(ada.slug);
  await dialog.getByLabel('Your password').fill(ada.password);
  assert.deepEqual(await visitor.obstacles(), []);
  await dialog.getByRole('button', { name: 'Delete organisation' }).click();
  await visitor.sees('The portal is closed.');
  visitor.excuse(/404/);
  await visitor.open(installation.tenant(ada.slug));
  await visitor.sees('There is no portal at this address');
  const resumed = await installation.command('tenant', 'resume', ada.slug);
  assert.equal(resumed.state, 'active');
  for (const deadline = Date.now() + PATIENCE; ; ) {
    const answer = await page.goto(installation.tenant(ada.slug));
    if (answer?.status() === 200) break;
    assert.ok(Date.now() < deadline, 'the portal did not come back');
  }
  await page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  await visitor.settle();
  visitor.assertQuiet();
}

test('people come and go by mail, and an organisation ends and comes back', async context => {
  const post = await openPost();
  const installation = await install({
    env: { PROSCENIUM_SMTP__URL: post.url, PROSCENIUM_WORKER__NODE: '/nonexistent/node' },
  });
  const browser = await launch();
  try {
    const admin = await Visitor.arrive(browser);
    const member = await Visitor.arrive(browser, { screenshots: false });
    const forgetful = await Visitor.arrive(browser);
    await inOrder(context, [
      ['a sign-up is confirmed by mail', () => confirmSignUp(admin, installation, post)],
      ['somebody is invited by mail and joins', () => invite(admin, member, installation, post)],
      ['a forgotten password is replaced by mail', () => resetPassword(forgetful, installation, post)],
      ['the portals of an address are listed and opened by mail', () => switchPortal(forgetful, installation, post)],
      ['usage and general settings are shown', () => lookAtUsage(admin, installation)],
      ['the organisation is deleted, and brought back within its grace', () => deleteOrganisation(admin, installation)],
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    post.close();
  }
});
