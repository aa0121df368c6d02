/** An administrator connects an identity provider, and people come in through it: the real npm package `oidc-provider`. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { browserSecurity, formElsewhere } from './browser-security.ts';
import { startProvider, type TestProvider } from './idp/provider.mjs';
import { type Files, serveFiles } from './fixtures.ts';
import { install, type Installation } from './installation.ts';
import { ada, signUp } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';

const client = { id: 'proscenium', secret: 'curtain-call-secret' };
const people = {
  jane: { email: 'jane@acme.test', email_verified: true, name: 'Jane Doe', groups: ['stage-crew'] },
  mallory: { email: 'mallory@elsewhere.test', email_verified: true, name: 'Mallory', groups: [] },
};

/** The catalog's words about one of them; the mail address says who she is. */
const crew = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata:
  name: stage-crew
  title: Stage crew
spec:
  type: team
  children: []
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: jane-of-the-crew
  title: Jane of the crew
spec:
  profile:
    displayName: Jane of the crew
    email: jane@acme.test
  memberOf: [stage-crew]
`;

async function registerCrew(visitor: Visitor, installation: Installation, files: Files): Promise<void> {
  files.put('crew.yaml', crew);
  await visitor.open(`${installation.tenant(ada.slug)}/register`);
  await visitor.page.getByLabel('Address of a catalog-info.yaml file').fill(files.url('crew.yaml'));
  await visitor.page.getByRole('button', { name: 'Register repository' }).click();
  await visitor.sees('Stage crew');
  await visitor.sees('Jane of the crew');
  await visitor.settle();
  visitor.assertQuiet();
}

/** Makes the provider know the portal by the redirect URI that the page shows. */
async function fillConnection(visitor: Visitor, installation: Installation, provider: TestProvider): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.tenant(ada.slug)}/settings/sign-in`);
  await visitor.sees('No providers yet');
  await page.getByRole('link', { name: 'Add provider' }).first().click();
  await page.getByLabel('Title').fill('Example ID');
  const redirectUri = `${installation.tenant(ada.slug)}/api/auth/example-id/handler/frame`;
  assert.equal(await page.getByLabel('Redirect URI').inputValue(), redirectUri);
  provider.change({ clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirectUri] }] });
  await page.getByLabel('Issuer').fill(provider.issuer);
  await page.getByRole('button', { name: 'Find provider' }).click();
  await visitor.sees('The provider was found');
  await page.getByLabel('Client id').fill(client.id);
  await page.getByLabel('Client secret', { exact: true }).fill(client.secret);
  await page.getByLabel('Scopes').fill('openid profile email groups');
  visitor.assertQuiet();
}

async function mapRoles(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  await page.getByRole('button', { name: 'Add role rule' }).click();
  await page.getByRole('group', { name: 'Role rule 1' }).getByLabel('Value').fill('stage-crew');
  await page.getByRole('button', { name: /Everybody else/ }).click();
  await page.getByRole('option', { name: 'Does not get in' }).click();
  await page.getByLabel('ID token or claims').fill(JSON.stringify({ sub: '1', groups: ['stage-crew'] }));
  await page.getByRole('button', { name: 'Show what it means' }).click();
  await visitor.sees('None from the provider');
  assert.deepEqual(await visitor.obstacles(), []);
  visitor.assertQuiet();
}

/** The provider's page opens in a window of its own; the settings page learns what came back. */
async function tryIt(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  const opening = visitor.context.waitForEvent('page');
  await page.getByRole('button', { name: 'Test sign-in' }).click();
  const popup = await opening;
  await popup.getByRole('button', { name: 'jane' }).click();
  await popup.getByText('The test sign-in worked').waitFor();
  await popup.close();
  await visitor.sees('The provider answers as it should');
  await visitor.sees('user:default/jane-of-the-crew');
  await page.getByText('The provider answers as it should').scrollIntoViewIfNeeded();
  await visitor.screenshot('sign-in-set-up');
  await page.getByRole('button', { name: 'Save and turn on' }).click();
  await visitor.sees('Example ID');
  await visitor.sees(/^On$/);
  assert.deepEqual(await visitor.obstacles(), []);
  await page.getByRole('link', { name: 'Example ID' }).click();
  await page.getByRole('button', { name: 'Remove provider' }).waitFor();
  assert.deepEqual(await visitor.obstacles(), []);
  visitor.assertQuiet();
}

async function comeIn(visitor: Visitor, installation: Installation, person: string): Promise<void> {
  await visitor.open(`${installation.tenant(ada.slug)}/catalog`);
  await visitor.page.getByRole('link', { name: 'Sign in with Example ID' }).waitFor();
  assert.deepEqual(await visitor.obstacles(), []);
  await visitor.page.getByRole('link', { name: 'Sign in with Example ID' }).click();
  await visitor.page.getByRole('button', { name: person }).click();
}

async function requireIt(visitor: Visitor, installation: Installation): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.tenant(ada.slug)}/settings/sign-in`);
  await page.getByRole('checkbox', { name: new RegExp(ada.name) }).check();
  await page.getByRole('button', { name: 'Require a provider' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Require a provider' }).click();
  await page.getByRole('button', { name: 'Allow passwords again' }).waitFor();
  await visitor.settle();
  await visitor.screenshot('sign-in-settings');
  visitor.assertQuiet();
}

test('sign-in through an identity provider', { timeout: 600_000 }, async context => {
  const provider = await startProvider({ people });
  const files = await serveFiles();
  const installation = await install({
    env: {
      PROSCENIUM_READING__ALLOW: `${new URL(provider.issuer).host},${files.host}`,
      PROSCENIUM_WORKER__NODE: '/nonexistent/node',
    },
  });
  const browser = await launch();
  try {
    const admin = await Visitor.arrive(browser, { screenshots: false });
    const jane = await Visitor.arrive(browser);
    const mallory = await Visitor.arrive(browser, { screenshots: false });
    const stage = { browser, installation, admin, member: jane };
    await inOrder(context, [
      [
        'an organisation signs up',
        async () => {
          await signUp(admin, installation, ada);
          // The pages up to here are those of the main job, which keeps their screenshots.
          admin.screenshots = true;
        },
      ],
      ['its catalog knows one of its people', () => registerCrew(admin, installation, files)],
      ['its administrator connects a provider', () => fillConnection(admin, installation, provider)],
      ['and sees what claims would mean', () => mapRoles(admin)],
      ['a test sign-in works before anything is saved', () => tryIt(admin)],
      [
        'somebody whom the provider knows comes in',
        async () => {
          await comeIn(jane, installation, 'jane');
          await jane.page.waitForURL(`${installation.tenant(ada.slug)}/catalog**`);
          await jane.settle();
          await jane.open(`${installation.tenant(ada.slug)}/profile`);
          await jane.sees('This browser');
          await jane.sees('Jane of the crew');
          await jane.screenshot('sessions');
          assert.deepEqual(await jane.obstacles(), []);
          jane.assertQuiet();
        },
      ],
      [
        'somebody without a role is told so',
        async () => {
          mallory.excuse(/403/);
          await comeIn(mallory, installation, 'mallory');
          await mallory.sees('You could not be signed in');
          mallory.assertQuiet();
        },
      ],
      ...browserSecurity(stage),
      ['the provider becomes the only way in', () => requireIt(admin, installation)],
      [
        'and the password form is gone but for emergencies',
        async () => {
          const stranger = await Visitor.arrive(browser);
          await stranger.open(installation.tenant(ada.slug));
          await stranger.sees('Sign in with Example ID');
          assert.equal(await stranger.page.getByLabel('Password', { exact: true }).count(), 0);
          await stranger.screenshot('sign-in-provider');
          assert.deepEqual(await stranger.obstacles(), []);
          await stranger.page.getByRole('button', { name: 'Emergency access for administrators' }).click();
          assert.deepEqual(await stranger.obstacles(), []);
          await stranger.page.getByLabel('Mail address').fill(ada.email);
          await stranger.page.getByLabel('Password', { exact: true }).fill(ada.password);
          await stranger.page.getByRole('button', { name: 'Sign in', exact: true }).click();
          await stranger.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
          await stranger.settle();
          stranger.assertQuiet();
        },
      ],
      formElsewhere(stage),
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    await provider.stop();
    files.close();
  }
});
