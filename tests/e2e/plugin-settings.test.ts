/**
 * An administrator fills in the form that is made from a plugin's own declarations: the worker has what was saved within
 * ten seconds, browsers what is meant for them, and nobody a secret. What a text says that no form shows stays.
 */
import { strict as assert } from 'node:assert';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { install, type Installation } from './installation.ts';
import { callAsUser } from './plugins.ts';
import { inOrder, type Step } from './steps.ts';

const PACKAGE = '@acme/plugin-stage-backend';
/** From a save to what the worker answers. */
const LIVE_MS = 10_000;
const SECRET = 'whispered-from-the-wings';
const dist = new URL('../../services/plugin-worker/dist/', import.meta.url);

/** A plugin that tells what it was configured with, and of a secret only whether it has it. */
const INDEX = `'use strict';
const ref = id => ({ $$type: '@backstage/ServiceRef', id, scope: 'plugin', multiton: false, T: null,
  toString() { return 'serviceRef{' + id + '}'; } });
const root = id => ({ ...ref(id), scope: 'root' });
async function init({ config, router }) {
  router.use((req, res) => {
    const { token, ...stage } = config.getOptional('stage') ?? {};
    res.json({ stage, hasToken: token === '${SECRET}' });
  });
}
module.exports = { $$type: '@backstage/BackendFeature', version: 'v1', featureType: 'registrations',
  getRegistrations: () => [{ type: 'plugin', pluginId: 'stage', extensionPoints: [],
    init: { deps: { config: root('core.rootConfig'), router: ref('core.httpRouter') }, func: init } }] };
`;

const DECLARATION = `
export interface Config {
  stage?: {
    /**
     * Address of the box office.
     * @visibility frontend
     */
    baseUrl: string;
    /** Where the actors wait. */
    internalUrl?: string;
    /**
     * What the box office asks for.
     * @visibility secret
     */
    token?: string;
    seats?: number;
    open?: boolean;
    mode?: 'matinee' | 'evening';
    halls?: { name: string; rows?: number }[];
    labels?: { [name: string]: string };
    source?: { kind: 'file'; path: string } | { kind: 'url'; url: string };
    /** @deprecated Use halls. */
    hall?: string;
  };
}
`;

/** Lays the plugin down as the bundle tool does, with the schema that the tool makes of its declaration. */
async function lendStage(installation: Installation): Promise<void> {
  const folder = path.join(installation.dataDir, 'bundles', `${PACKAGE.replace('/', '+')}@1.0.0`);
  const installed = path.join(folder, 'node_modules', PACKAGE);
  await mkdir(installed, { recursive: true });
  const manifest = {
    name: PACKAGE,
    version: '1.0.0',
    main: 'index.js',
    license: 'MIT',
    backstage: { role: 'backend-plugin', pluginId: 'stage' },
    configSchema: 'config.d.ts',
  };
  await writeFile(path.join(installed, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(installed, 'index.js'), INDEX);
  await writeFile(path.join(installed, 'config.d.ts'), DECLARATION);
  const tool = (await import(fileURLToPath(new URL('bundle/configSchema.js', dist)))) as {
    configSchema(dir: string, name: string): Promise<{ schema?: unknown; notes: string[] }>;
  };
  const configSchema = await tool.configSchema(folder, PACKAGE);
  assert.deepEqual(configSchema.notes, []);
  const described = {
    package: PACKAGE,
    version: '1.0.0',
    description: 'What is on tonight.',
    role: 'backend-plugin',
    pluginId: 'stage',
    backendFeatures: [PACKAGE],
    hasBackend: true,
    hasFrontend: false,
    lockDigest: 'none',
    configSchema,
    about: { package: PACKAGE, version: '1.0.0', licence: 'MIT', role: 'backend-plugin', keywords: ['play'], siblings: [] },
    readme: '# Stage\n\nSays **what is on**.\n\n<script>alert(1)</script>\n',
  };
  await writeFile(path.join(folder, 'bundle.json'), JSON.stringify(described));
}

test('a plugin is configured in a form that is made from its own declarations', async context => {
  const installation = await install({ env: { PROSCENIUM_PLUGINS__ALLOW: `${PACKAGE},proscenium:tech-radar` } });
  const browser = await launch();
  context.after(async () => {
    await browser.close();
    await installation.stop();
  });
  await lendStage(installation);
  const tenant = installation.tenant('acme');
  const admin = await Visitor.arrive(browser);
  const { page } = admin;
  const made = await installation.command('tenant', 'create', 'acme', '--name', 'Acme', '--admin', 'jane@example.com');

  const told = async () => JSON.parse((await callAsUser(admin, '/api/stage/tonight')).text) as { stage: any; hasToken: boolean };
  const save = async () => {
    await page.getByRole('button', { name: 'Save configuration' }).click();
  };
  /** What the page is configured with, part by part. */
  const configs = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('script[type="backstage.io/config"]')].flatMap(
        script => JSON.parse(script.textContent ?? '[]') as { context: string; data: any }[],
      ),
    );
  const pick = async (label: string | RegExp, option: string | RegExp) => {
    await page.getByRole('button', { name: label }).click();
    await page.getByRole('option', { name: option }).click();
  };

  const steps: Step[] = [
    [
      'it is found among what may be installed, and read about',
      async () => {
        const added = await fetch(`http://127.0.0.1:${installation.port}/api/tenant-admin/v1/secrets`, {
          method: 'POST',
          headers: { authorization: `Bearer ${String(made.token)}`, 'content-type': 'application/json' },
          body: JSON.stringify({ name: 'BOX_OFFICE', scope: 'any', description: '', value: SECRET }),
        });
        assert.equal(added.status, 201, await added.text());
        await admin.open(`${tenant}/`);
        await page.getByLabel('Mail address').fill('jane@example.com');
        await page.getByLabel('Password', { exact: true }).fill((made.admin as { password: string }).password);
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();
        await admin.settle();
        await installation.command('plugin', 'install', `${PACKAGE}@1.0.0`, '--tenant', 'acme');
        await admin.open(`${tenant}/settings/plugins`);
        await admin.sees('Find plugins');
        await admin.sees('proscenium:tech-radar');
        assert.deepEqual(await admin.obstacles(), []);
        await admin.open(`${tenant}/settings/plugins/stage`);
        await page.getByText(`README of ${PACKAGE}`).click();
        await admin.sees('what is on');
        assert.equal(await page.locator('.plugins-readme script').count(), 0);
        assert.deepEqual(await admin.obstacles(), []);
        admin.assertQuiet();
      },
    ],
    [
      'a mistake stands beside its field',
      async () => {
        await page.getByLabel('Seats').fill('many');
        admin.excuse(/400/);
        await save();
        await admin.sees('It must be a number.');
        await admin.sees('It is needed.');
        assert.deepEqual((await told()).stage, {});
        assert.deepEqual(await admin.obstacles(), []);
      },
    ],
    [
      'what is saved is with the worker within ten seconds, a secret by its name',
      async () => {
        await page.getByLabel('Base URL').fill('https://box-office.example.com');
        await page.getByLabel('Internal URL').fill('http://inside.example.com');
        await page.getByLabel('Seats').fill('120');
        await pick(/Token/, /BOX_OFFICE/);
        await page.getByRole('button', { name: 'Grant BOX_OFFICE' }).click();
        await admin.sees('Granted to this plugin');
        await pick(/Open/, 'Yes');
        await pick(/Mode/, 'evening');
        await page.getByRole('group', { name: 'Halls' }).getByRole('button', { name: 'Add entry' }).click();
        await page.getByLabel(/^Name/).fill('Great hall');
        await page.getByRole('group', { name: 'Labels' }).getByRole('button', { name: 'Add entry' }).click();
        await page.getByLabel('Name of Labels 1').fill('street');
        await page.getByLabel('Labels 1', { exact: true }).fill('Broadway');
        await pick(/Source/, 'Kind: url');
        await page.getByLabel(/^URL/).fill('https://plays.example.com');
        await page.getByLabel('Base URL').scrollIntoViewIfNeeded();
        await admin.screenshot('plugin-form');
        await save();
        await admin.sees('Saved. The plugin starts anew with it.');
        const since = Date.now();
        let found = await told();
        while (!found.hasToken && Date.now() - since < LIVE_MS) found = await told();
        assert.ok(found.hasToken, JSON.stringify(found));
        assert.deepEqual(found.stage, {
          baseUrl: 'https://box-office.example.com',
          internalUrl: 'http://inside.example.com',
          seats: 120,
          open: true,
          mode: 'evening',
          halls: [{ name: 'Great hall' }],
          labels: { street: 'Broadway' },
          source: { kind: 'url', url: 'https://plays.example.com' },
        });
      },
    ],
    [
      'browsers read what is marked for them, and nothing else',
      async () => {
        await new Promise(wait => setTimeout(wait, 2_500));
        await admin.open(`${tenant}/settings/plugins/stage`);
        const parts = await configs();
        assert.deepEqual(
          parts.filter(({ context: from }) => from.startsWith('plugin:')),
          [{ context: 'plugin:stage', data: { stage: { baseUrl: 'https://box-office.example.com' } } }],
        );
        const html = await page.evaluate(async () => (await fetch('/')).text());
        for (const hidden of ['inside.example.com', 'BOX_OFFICE', SECRET, 'Great hall']) assert.ok(!html.includes(hidden), hidden);
      },
    ],
    [
      'text and form are the same draft, and nothing is lost between them',
      async () => {
        await page.getByRole('radio', { name: 'YAML' }).click();
        const text = page.getByLabel('Configuration as YAML');
        const before = await text.inputValue();
        assert.match(before, /token: \${{ secrets.BOX_OFFICE }}/);
        await text.fill(`${before}\n  curtain: { colour: red }\nother:\n  - 1\n`);
        await page.getByRole('radio', { name: 'Form' }).click();
        await page.getByLabel('Seats').fill('121');
        await page.getByRole('radio', { name: 'YAML' }).click();
        const after = await text.inputValue();
        assert.match(after, /seats: 121/);
        assert.match(after, /colour: red/);
        assert.match(after, /other:\n {2}- 1/);
        await text.fill('stage: [');
        assert.ok(await page.getByRole('radio', { name: 'Form' }).isDisabled());
        await text.fill(after);
        await save();
        await admin.sees('Saved.');
        const { stage } = await told();
        assert.deepEqual([stage.seats, stage.curtain], [121, { colour: 'red' }]);
      },
    ],
    [
      'a secret in clear is refused, and not even offered',
      async () => {
        const text = page.getByLabel('Configuration as YAML');
        await text.fill('stage: { baseUrl: x, token: typed-in }');
        await save();
        await admin.sees(/This is a secret/);
        assert.equal(await page.getByRole('button', { name: 'Save it anyway' }).count(), 0);
        await text.fill('stage: { seats: 7 }');
        await save();
        await admin.sees('It is needed.');
        await page.getByRole('button', { name: 'Save it anyway' }).click();
        await admin.sees('Saved.');
        assert.equal((await told()).stage.seats, 7);
      },
    ],
    [
      'the page says what the worker takes and has done',
      async () => {
        await admin.open(`${tenant}/settings/plugins/stage`);
        await admin.sees(/MB of/);
        await admin.sees('Requests');
        assert.deepEqual(await admin.obstacles(), []);
        admin.assertQuiet();
      },
    ],
  ];
  await inOrder(context, steps);
});
