/**
 * Redis gone and back, and Postgres restarted, under traffic: what goes on, what fails and for how long, that nothing is
 * lost, and that settings are live without Redis too.
 */
import { strict as assert } from 'node:assert';
import { type ChildProcess } from 'node:child_process';
import { test } from 'node:test';
import {
  endChild,
  endRedis,
  keysIn,
  listeners,
  type Redis,
  redisOf,
  restartPostgres,
  startRedis,
  until,
} from './backends.ts';
import { type Look, Portal } from './hot-apply-portal.ts';
import { install } from './installation.ts';
import { inOrder, type Step } from './steps.ts';
import { Traffic } from './traffic.ts';

/** What every memory of a gateway is kept for without Redis, and half a second for the request that fills it. */
const withoutNewsMs = 2_500;
/** News are listened for again every second; a counter is skipped for a second after one failed. */
const backAgainS = 10;
/** Two gateways, two catalogs, and one of each other role. */
const processesOfPairs = 8;

/** Keeps what a test started beside the installation, to be ended before it. */
class Started {
  readonly children: ChildProcess[] = [];

  async end(): Promise<void> {
    for (const child of this.children) await endChild(child, 'SIGINT');
  }
}

function entity(name: string): object {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: { name },
    spec: { type: 'database', owner: 'group:default/stagehands' },
  };
}

/** Writes an entity; the status, or 0 when no answer came. */
async function write(portal: Portal, name: string): Promise<number> {
  const [port = 0] = portal.gateways;
  const path = '/api/catalog/v1/sets/steady/entities';
  const answer = portal.send(port, 'PUT', path, portal.asAdmin, { entity: entity(name) });
  return answer.then(({ status }) => status, () => 0);
}

const isWritten = (status: number) => status === 200 || status === 201;

function reads(portal: Portal, perSecond = 50): Traffic {
  return new Traffic(portal.gateways, ['/api/catalog/entities?limit=20'], portal.asAdmin, perSecond);
}

async function withoutRedis(portal: Portal, redis: Redis): Promise<void> {
  const traffic = reads(portal);
  await traffic.during(async () => {
    await until(() => traffic.answers.length > 50, 'traffic');
    await endRedis(redis);
    const before = traffic.answers.length;
    assert.notEqual(await portal.signIn(portal.admin.email, portal.admin.password), '');
    const written = await write(portal, 'without-redis');
    assert.ok(isWritten(written), `writing answered ${written}`);
    await until(() => traffic.answers.length > before + 150, 'traffic without Redis');
  });
  assert.deepEqual(traffic.failed, []);
}

/** The same processes use it again: they listen for news there, and count attempts to sign in there. */
async function redisComesBack(portal: Portal, redis: Redis, heard: number, started: Started): Promise<void> {
  const traffic = reads(portal);
  await traffic.during(async () => {
    started.children.push(await startRedis(redis));
    await until(async () => (await listeners(redis)) === heard, 'that all listen for news again', backAgainS);
    await until(async () => {
      // A wrong password: the right one would take its own count away.
      for (const port of portal.gateways) await portal.trySignIn(port, 'nobody@steady.test', 'wrong-and-long-enough');
      return (await keysIn(redis)) > 0;
    }, 'that attempts are counted in Redis again', backAgainS);
  });
  assert.deepEqual(traffic.failed, []);
}

/** Reads and writes go on the whole time; what was acknowledged is there afterwards. */
async function postgresRestarts(portal: Portal, started: Started): Promise<string> {
  const traffic = reads(portal);
  const acknowledged: string[] = [];
  let back = 0;
  await traffic.during(async () => {
    let writing = true;
    const writer = (async () => {
      for (let number = 0; writing; number++) {
        const name = `steady-${number}`;
        if (isWritten(await write(portal, name))) acknowledged.push(name);
        else await new Promise(wait => setTimeout(wait, 50));
      }
    })();
    try {
      await until(() => acknowledged.length > 10, 'writing');
      started.children.push(await restartPostgres(portal.installation.dataDir));
      back = Date.now();
      const written = acknowledged.length;
      // As long as errors may last, and a second of peace.
      await until(() => Date.now() > back + 6_000 && acknowledged.length > written + 10, 'writing after the restart');
    } finally {
      writing = false;
      await writer;
    }
  });
  const times = traffic.failed.map(({ at }) => at);
  const errorsMs = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  assert.ok(errorsMs <= 5_000, `requests failed for ${errorsMs} ms`);
  assert.ok(traffic.answers.slice(-50).every(({ status }) => status === 200), 'reads did not come back');
  const { text } = await portal.act('GET', '/api/catalog/entities?filter=kind=resource');
  const names = new Set((JSON.parse(text) as { metadata: { name: string } }[]).map(found => found.metadata.name));
  assert.deepEqual(acknowledged.filter(name => !names.has(name)), []);
  return `${traffic.failed.length} of ${traffic.answers.length} reads failed, for ${errorsMs} ms; ${acknowledged.length} writes were acknowledged and are there`;
}

/** No process hears of a change by another's: each looks again when its memory is too old. */
async function liveWithoutNews(portal: Portal): Promise<string> {
  const kim = await portal.invite('kim', 'viewer');
  const service = await portal.act('POST', '/api/tenant-admin/v1/service-tokens', { name: 'ci', role: 'viewer' });
  const robot = JSON.parse(service.text) as { id: string; token: string };
  const [kimAsks, robotAsks] = [portal.bearing(kim.token), portal.bearing(robot.token)];
  const [held, members, entities] = ['/api/catalog/v1/removals', '/api/tenant-admin/v1/members', '/api/catalog/entities?limit=1'];
  const shows = (what: string, look: Look) => portal.shows(what, look, 6, withoutNewsMs);
  // What was before is looked at just before: so it is in every memory when it changes.
  await shows('', portal.says('<title>steady</title>', '/', { accept: 'text/html' }));
  await portal.change('PATCH /api/tenant-admin/v1/tenant', {}, { name: 'Steady & Co' });
  await shows('the name', portal.says('<title>Steady &amp; Co</title>', '/', { accept: 'text/html' }));
  await shows('', portal.answers(403, kimAsks, held));
  await portal.change('PATCH /api/tenant-admin/v1/members/{id}', { id: kim.id }, { role: 'maintainer' });
  await shows("a member's role", portal.answers(200, kimAsks, held));
  const rules = [{ permission: 'tenant.member.read', effect: 'deny' }];
  const document = { roles: [{ name: 'unseen', subjects: [kim.userEntityRef], rules }] };
  const draft = await portal.change('PUT /api/tenant-admin/v1/policies/draft', {}, { revision: 0, document });
  const { revision } = JSON.parse(draft.text) as { revision: number };
  await shows('', portal.answers(200, kimAsks, members));
  await portal.change('POST /api/tenant-admin/v1/policies/publish', {}, { revision });
  await shows('a published policy', portal.answers(403, kimAsks, members));
  await shows('', portal.answers(200, robotAsks, entities));
  await portal.change('DELETE /api/tenant-admin/v1/service-tokens/{id}', { id: robot.id });
  await shows('a revoked token', portal.answers(401, robotAsks, entities));
  return portal.measured.map(({ what, ms }) => `${what} after ${ms} ms`).join(', ');
}

test('what stands behind the server goes away and comes back', async context => {
  const installation = await install();
  const started = new Started();
  try {
    const portal = await Portal.open(installation, 'steady');
    assert.ok(isWritten(await write(portal, 'first')));
    const redis = await redisOf(installation.pid);
    const heard = await listeners(redis);
    assert.ok(heard > 0, 'the server does not listen for news');
    await inOrder(context, [
      ['with Redis gone, reads, writes and signing in go on', () => withoutRedis(portal, redis)],
      ['a Redis that comes back is used again, without a restart', () => redisComesBack(portal, redis, heard, started)],
      ['while Postgres restarts, requests fail for 5 s at most and nothing acknowledged is lost', async () =>
        context.diagnostic(await postgresRestarts(portal, started))],
    ]);
  } finally {
    await started.end();
    await installation.stop();
  }
});

test('with two gateways and two catalogs, settings are live without Redis too', async context => {
  const installation = await install({ layout: 'pairs' });
  const started = new Started();
  try {
    const portal = await Portal.open(installation, 'steady');
    assert.equal(portal.gateways.length, 2);
    const redis = await redisOf(installation.pid);
    await until(async () => (await listeners(redis)) === processesOfPairs, 'that all listen for news');
    const steps: Step[] = [
      ['Redis goes, and every gateway still sees each change within 2.5 s', async () => {
        const traffic = reads(portal);
        await traffic.during(async () => {
          await endRedis(redis);
          context.diagnostic(await liveWithoutNews(portal));
        });
        assert.deepEqual(traffic.failed, []);
      }],
      ['Redis comes back, and every process listens there again', () => redisComesBack(portal, redis, processesOfPairs, started)],
    ];
    await inOrder(context, steps);
  } finally {
    await started.end();
    await installation.stop();
  }
});
