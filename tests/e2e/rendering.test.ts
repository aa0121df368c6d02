/**
 * A front end that throws is found before anybody sees it: its pages are rendered in a browser of the server's own, with
 * the organisation's plugins, under the version that it has and under the one that it would get. Where that is off, the
 * browsers of the first people who meet it tell.
 */
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, Visitor } from './browser.ts';
import { type Fault, layDown, PACKAGE } from './front-end-versions.ts';
import { install, type Installation } from './installation.ts';
import { ask } from './traffic.ts';

const slug = 'acme';
const catalog = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'stage' },
  spec: { type: 'service', lifecycle: 'production', owner: 'user:default/ada' },
};
let installation: Installation;
let token: string;
let admin: { email: string; password: string };
/** The rollout whose version everybody has since. */
let switched = '';

interface Member {
  step: string;
  reason?: string;
  beacons: number;
  report?: { rendering?: { notRendered?: string; browser?: string; pages: { path: string; kind: string; broken: string[] }[] } };
}
interface Rollout {
  id: string;
  phase: string;
  reason?: string;
  members: Member[];
}

before(async () => {
  installation = await install({
    env: { PROSCENIUM_PLUGINS__ALLOW: PACKAGE, PROSCENIUM_LIMITS__PER_TOKEN: '0', PROSCENIUM_TELEMETRY__LEVEL: 'warn,plugin_host=debug' },
  });
  const made = await installation.command('tenant', 'create', slug, '--name', 'Acme', '--admin', 'ada@acme.test');
  ({ token, admin } = made as unknown as { token: string; admin: { email: string; password: string } });
  const reply = await send('PUT', '/api/catalog/v1/sets/seed/entities', { entity: catalog });
  assert.ok(reply.status < 300, reply.text);
  const versions: [string, Fault][] = [
    ['1.0.0', 'nowhere'],
    ['1.1.0', 'nowhere'],
    ['1.2.0', 'import'],
    ['1.3.0', 'page'],
    ['1.4.0', 'entity'],
  ];
  for (const [version, fault] of versions) await layDown(installation.dataDir, version, fault);
  const installed = await installation.command('plugin', 'install', `${PACKAGE}@1.0.0`, '--tenant', slug);
  assert.equal(installed.hasFrontend, true, JSON.stringify(installed));
});

after(async () => {
  await installation?.stop();
});

function send(method: string, path: string, body?: unknown) {
  const host = new URL(installation.tenant(slug)).host;
  const headers = { host, authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return ask(installation.port, method, path, headers, body === undefined ? undefined : JSON.stringify(body));
}

async function version(): Promise<unknown> {
  const reply = await send('GET', '/api/plugins/v1/installed/notes');
  const { packages } = JSON.parse(reply.text) as { packages?: { version: string }[] };
  return packages?.[0]?.version ?? reply.text;
}

/** Rolls a version out and waits for its end. */
async function rollOut(to: string, longest = 4, during?: (id: string) => Promise<void>): Promise<{ rollout: Rollout; seconds: number }> {
  const begun = Date.now();
  const wish = ['--soak', '2', '--min-requests', '1', '--longest', String(longest)];
  const { id } = (await installation.command('rollout', 'start', PACKAGE, to, ...wish)) as { id: string };
  await during?.(id);
  for (;;) {
    const rollout = (await installation.command('rollout', 'show', id)) as unknown as Rollout;
    if (['done', 'rolled-back', 'stopped'].includes(rollout.phase)) {
      return { rollout, seconds: (Date.now() - begun) / 1000 };
    }
    assert.ok(Date.now() - begun < 200_000, `it never ends: ${JSON.stringify(rollout)}`);
    await sleep(300);
  }
}

const bad = [
  ['1.2.0', 'throws at its import', /^\/$/, /notes cannot be loaded/],
  ['1.3.0', 'throws when its page is shown', /^\/notes$/, /notes has lost its page/],
  ['1.4.0', 'throws on the page of an entity alone', /^\/catalog\/default\/component\/stage\/notes$/, /notes knows no entities/],
] as const;

for (const [to, what, page, words] of bad) {
  test(`a version that ${what} is refused, and the report says where`, async context => {
    const { rollout, seconds } = await rollOut(to);
    context.diagnostic(`${seconds.toFixed(1)} s; ${rollout.reason}`);
    const [member] = rollout.members;
    assert.equal(rollout.phase, 'rolled-back', JSON.stringify(rollout));
    assert.equal(member?.step, 'refused');
    assert.match(member.reason ?? '', words);
    const rendering = member.report?.rendering;
    assert.match(rendering?.browser ?? '', /Chrom/, JSON.stringify(rendering));
    const broken = rendering?.pages.filter(({ broken }) => broken.length > 0) ?? [];
    assert.ok(broken.some(({ path, broken: said }) => page.test(path) && said.some(line => words.test(line))), JSON.stringify(rendering));
    if (to === '1.4.0') assert.equal(broken.length, 1, JSON.stringify(broken));
    const own = await send('GET', '/api/plugins/v1/upgrades');
    assert.match(own.text, words, 'the organisation sees the report');
    assert.equal(await version(), '1.0.0');
  });
}

test('a version that shows as the former did is switched to', async context => {
  const { rollout, seconds } = await rollOut('1.1.0');
  context.diagnostic(`${seconds.toFixed(1)} s`);
  assert.equal(rollout.phase, 'done', JSON.stringify(rollout));
  switched = rollout.id;
  const pages = rollout.members[0]?.report?.rendering?.pages ?? [];
  assert.deepEqual(pages.map(({ path }) => path).sort(), ['/', '/catalog/default/component/stage/notes', '/notes']);
  assert.equal(await version(), '1.1.0');
});

test('the operator sees how each page looks under both versions, and nobody else does', async () => {
  const browser = await launch();
  try {
    const visitor = await Visitor.arrive(browser);
    const { page } = visitor;
    const { url } = await installation.command('operator', 'link', '--name', 'Ada');
    visitor.excuse(/401/);
    await page.goto(String(url));
    await visitor.sees('Ada, until');
    await visitor.open(`${installation.origin}/operator/rollouts/${switched}`);
    await page.getByRole('button', { name: 'Report of Acme' }).click();
    for (const seen of ['/', '/notes', '/catalog/default/component/stage/notes']) {
      for (const under of ['1.0.0', '1.1.0']) {
        const picture = page.getByRole('img', { name: `${seen} under ${under}`, exact: true });
        await picture.scrollIntoViewIfNeeded();
        await page.waitForFunction(img => (img as HTMLImageElement).naturalWidth > 0, await picture.elementHandle());
        const size = await picture.evaluate(img => [(img as HTMLImageElement).naturalWidth, (img as HTMLImageElement).naturalHeight]);
        assert.deepEqual(size, [1280, 860], `${seen} under ${under}`);
      }
    }
    assert.deepEqual(await visitor.obstacles(), []);
    await page.getByRole('button', { name: 'Hide report' }).scrollIntoViewIfNeeded();
    await visitor.screenshot('operator-rendering');
    visitor.assertQuiet();
    const picture = page.getByRole('img', { name: '/notes under 1.1.0', exact: true });
    const address = (await picture.getAttribute('src')) ?? '';
    const answer = await page.request.get(`${installation.origin}${address}`);
    const headers = answer.headers();
    assert.equal(answer.status(), 200);
    assert.deepEqual([headers['content-type'], headers['cache-control'], headers['x-content-type-options']], ['image/jpeg', 'no-store', 'nosniff']);
    const bytes = await answer.body();
    assert.equal(bytes.subarray(0, 3).toString('hex'), 'ffd8ff');
    assert.ok(bytes.length > 5_000 && bytes.length <= 200_000, String(bytes.length));
    const opening = visitor.context.waitForEvent('page');
    await picture.click();
    const large = await opening;
    await large.waitForLoadState();
    assert.equal(await large.evaluate(() => document.images[0]?.naturalWidth), 1280);
    // An administrator of the organisation whose pages they are is nobody here, and has a report without pictures.
    const authorization = `Bearer ${token}`;
    assert.equal((await ask(installation.port, 'GET', address, { authorization })).status, 403);
    assert.equal((await ask(installation.port, 'GET', address)).status, 401);
    const own = await send('GET', '/api/plugins/v1/upgrades');
    assert.ok(own.text.includes('/notes') && !own.text.includes('.jpg'));
  } finally {
    await browser.close();
  }
});

test('without rendering the browsers of the first people tell, and the version goes back', async context => {
  await installation.restart({ PROSCENIUM_PLUGINS__RENDER: 'off' });
  const browser = await launch();
  try {
    const visitor = await Visitor.arrive(browser, { screenshots: false });
    visitor.excuse(/notes has lost its page|401/);
    const portal = installation.tenant(slug);
    await visitor.open(portal);
    await visitor.page.getByLabel('Mail address').fill(admin.email);
    await visitor.page.getByLabel('Password', { exact: true }).fill(admin.password);
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
    await visitor.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
    const { rollout, seconds } = await rollOut('1.3.0', 90, async id => {
      for (let people = 0; people < 30; people++) {
        const [member] = ((await installation.command('rollout', 'show', id)) as unknown as Rollout).members;
        if (member?.step === 'watching') await visitor.open(`${portal}/notes`);
        else if (member && !['waiting', 'checking', 'switching'].includes(member.step)) return;
        else await sleep(200);
      }
    });
    context.diagnostic(`${seconds.toFixed(1)} s; ${rollout.reason}`);
    const [member] = rollout.members;
    assert.equal(member?.step, 'restored', JSON.stringify(rollout));
    assert.equal(member.report?.rendering, undefined);
    assert.ok(member.beacons >= 3, String(member.beacons));
    assert.equal(await version(), '1.1.0');
  } finally {
    await browser.close();
  }
});
