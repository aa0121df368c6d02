/**
 * The platform itself goes the way of its plugins: with requests under way, the database is migrated and one process
 * after another gives way to a newer one. No request fails, an open event stream goes on where it was, and each run of a
 * template ends once.
 *
 * `E2E_OLD_BIN` is the executable that is replaced (else the same one); `E2E_RATE` how many requests a second (50).
 */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveFiles } from './fixtures.ts';
import { firstLine } from './installation.ts';
import { Door, type Running, startRole, stopRole } from './rolling.ts';
import { Traffic } from './traffic.ts';

const NEW = process.env.PROSCENIUM_BIN ?? path.resolve('../../target/debug/proscenium');
const OLD = process.env.E2E_OLD_BIN ?? NEW;
const RATE = Number(process.env.E2E_RATE ?? 50);
/** In the order in which they are replaced: whoever is asked before whoever asks. */
const ROLES = ['integrations', 'catalog', 'scaffolder', 'tenant-admin', 'plugin-host', 'gateway'] as const;

type Role = (typeof ROLES)[number];
interface Event {
  id: number;
  type: string;
  body: { message?: string; stepId?: string };
}

/** A run that lasts about as long as the replacement of all roles, and one that is over at once. */
const templates = `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: long}
spec:
  owner: user:default/ops
  type: service
  steps:
${Array.from({ length: 25 }, (_, n) => `    - {id: say${n}, name: Say, action: 'debug:log', input: {message: 'line ${n}'}}\n    - {id: wait${n}, name: Wait, action: 'debug:wait', input: {seconds: 1}}`).join('\n')}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: short}
spec:
  owner: user:default/ops
  type: service
  steps:
    - {id: say, name: Say, action: 'debug:log', input: {message: done}}
`;

/** Reads a run's event stream to its end, connecting anew after the last event whenever the stream ends. */
async function follow(get: (path: string) => Promise<Response>, task: string): Promise<{ events: Event[]; connections: number }> {
  const events: Event[] = [];
  let connections = 0;
  while (!events.some(({ type }) => type === 'completion')) {
    const last = events.at(-1);
    const answer = await get(`/scaffolder/v2/tasks/${task}/eventstream${last ? `?after=${last.id}` : ''}`);
    assert.equal(answer.status, 200);
    connections++;
    let text = '';
    try {
      for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const parts = (text + chunk).split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) {
          const data = part.split('\n').find(line => line.startsWith('data: '));
          if (data) events.push(JSON.parse(data.slice(6)) as Event);
        }
      }
    } catch {
      // Cut off in the middle: that is what connecting anew is for.
    }
  }
  return { events, connections };
}

test('every role is replaced under load, and nobody notices', { timeout: 600_000 }, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'proscenium-e2e-'));
  const files = await serveFiles();
  files.put('templates.yaml', templates, 'text/yaml');
  const doors = new Map<Role, Door>();
  for (const role of ROLES) doors.set(role, await Door.open());
  const door = (role: Role): Door => doors.get(role) ?? assert.fail(role);
  const args = ['--data-dir', dataDir];
  const common = { ...process.env, PROSCENIUM_TELEMETRY__LEVEL: 'warn' };
  const backends = spawn(NEW, ['dev-backends', ...args], { env: common, stdio: ['ignore', 'pipe', 'ignore'] });
  const running = new Map<Role, Running>();
  after(async () => {
    await Promise.all([...running.values()].map(one => stopRole(one, 'SIGINT')));
    await stopRole({ child: backends, port: 0 });
    for (const one of doors.values()) one.close();
    files.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const found = await firstLine(backends);
  const gateway = door('gateway');
  const env = {
    ...common,
    PROSCENIUM_DOMAIN: `localhost:${gateway.port}`,
    PROSCENIUM_DRAIN: '2s',
    PROSCENIUM_READING__ALLOW: files.host,
    PROSCENIUM_SCAFFOLDER__LEASE: '2s',
    PROSCENIUM_INTERNAL__KEY: randomBytes(32).toString('base64'),
    PROSCENIUM_INTERNAL__MASTER_KEY: randomBytes(32).toString('base64'),
    DATABASE_URL: String(found.databaseUrl),
    REDIS_URL: String(found.redisUrl),
    PROSCENIUM_S3__URL: String(found.s3Url),
    PROSCENIUM_S3__ACCESS_KEY: String(found.s3AccessKey),
    PROSCENIUM_S3__SECRET_KEY: String(found.s3SecretKey),
    PROSCENIUM_SERVICES__CATALOG_URL: door('catalog').url,
    PROSCENIUM_SERVICES__SCAFFOLDER_URL: door('scaffolder').url,
    PROSCENIUM_SERVICES__INTEGRATIONS_URL: door('integrations').url,
    PROSCENIUM_SERVICES__TENANT_ADMIN_URL: door('tenant-admin').url,
    PROSCENIUM_SERVICES__PLUGIN_HOST_URL: door('plugin-host').url,
    PROSCENIUM_SERVICES__GATEWAY_URL: gateway.url,
  };
  const run = (binary: string, ...command: string[]) =>
    firstLine(spawn(binary, [...command, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] }));
  const before = await run(OLD, 'migrate');
  for (const role of ROLES) {
    const one = await startRole(OLD, role, args, env);
    running.set(role, one);
    door(role).turnTo(one.port);
  }
  const made = await run(OLD, 'tenant', 'create', 'rolling', '--name', 'Rolling', '--admin', 'ops@rolling.test');
  await run(OLD, 'plugin', 'install', 'proscenium:tech-radar', '--tenant', 'rolling');
  const headers = { authorization: `Bearer ${String(made.token)}`, 'content-type': 'application/json' };
  const get = (at: string) => fetch(`${gateway.url}/api${at}`, { headers });
  const post = (at: string, body: unknown) => fetch(`${gateway.url}/api${at}`, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal((await post('/catalog/locations', { type: 'url', target: files.url('templates.yaml') })).status, 201);
  for (let tries = 0; (await get('/catalog/entities/by-name/template/default/short')).status !== 200; tries++) {
    assert(tries < 100, 'the templates did not come');
    await sleep(200);
  }
  const radar = await get('/tech-radar/data');
  assert.equal(radar.status, 200, await radar.text());
  const start = async (template: string): Promise<Response> => post('/scaffolder/v2/tasks', { templateRef: `template:default/${template}`, values: {} });

  const long = ((await (await start('long')).json()) as { id: string }).id;
  const following = follow(get, long);
  const paths = [
    '/catalog/entities/by-query?limit=5',
    '/catalog/entities/by-name/template/default/long',
    '/catalog/entity-facets?facet=kind',
    '/search/query?term=long',
    '/scaffolder/v2/actions',
    `/scaffolder/v2/tasks/${long}`,
    '/tenant-admin/v1/members',
    '/tech-radar/data',
  ];
  const traffic = new Traffic([gateway.port], paths.map(at => `/api${at}`), headers, RATE);
  // Beside them, runs that are started: one a second, each asked for once.
  const shorts: string[] = [];
  const refused: string[] = [];
  const startOne = async (): Promise<void> => {
    try {
      const answer = await start('short');
      const text = await answer.text();
      if (answer.status === 201) shorts.push((JSON.parse(text) as { id: string }).id);
      else refused.push(`${answer.status} ${text}`);
    } catch (error) {
      refused.push(String(error));
    }
  };
  const starting = setInterval(() => void startOne(), 1000);
  await sleep(1000);

  const migrated = await run(NEW, 'migrate');
  for (const role of ROLES) {
    const former = running.get(role) ?? assert.fail(role);
    const next = await startRole(NEW, role, args, env);
    door(role).turnTo(next.port);
    running.set(role, next);
    assert.equal(await stopRole(former), 0, `${role} did not stop properly`);
  }
  const { events, connections } = await following;
  clearInterval(starting);
  await traffic.stop();

  console.log(
    `${traffic.answers.length} requests, ${Math.round(traffic.perSecond)} a second, ${traffic.failed.length} failed, ` +
      `slowest ${traffic.percentileMs(0.999)} ms (99.9 %); ` +
      `${shorts.length + 1} runs, ${connections} connections of the event stream; migrations ${String(before.migrations)}, then ${String(migrated.migrations)}`,
  );
  assert.deepEqual(traffic.failed.slice(0, 5), []);
  assert.deepEqual(refused, []);
  assert(shorts.length > 10, 'hardly any runs were started');
  assert(connections > 1, 'the event stream was never interrupted');
  const ids = events.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)].sort((a, b) => a - b), 'events came twice or out of order');
  const all = (await (await get(`/scaffolder/v2/tasks/${long}/events`)).json()) as Event[];
  assert.deepEqual(ids, all.map(({ id }) => id), 'the stream left events out');
  for (let n = 0; n < 25; n++) {
    const lines = all.filter(({ body }) => body.stepId === `say${n}` && body.message?.endsWith(`: line ${n}`));
    assert.equal(lines.length, 1, `line ${n} was said ${lines.length} times`);
  }
  for (const task of [long, ...shorts]) {
    for (let tries = 0; ; tries++) {
      const { status } = (await (await get(`/scaffolder/v2/tasks/${task}`)).json()) as { status: string };
      if (status === 'completed') break;
      assert(tries < 50 && (status === 'open' || status === 'processing'), `a run is ${status}`);
      await sleep(200);
    }
    const said = (await (await get(`/scaffolder/v2/tasks/${task}/events`)).json()) as Event[];
    assert.equal(said.filter(({ type }) => type === 'completion').length, 1);
  }
});
