/** Redis gone and Postgres restarted under traffic: what goes on, what fails, for how long, and that nothing is lost. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { end, redisOf, restartPostgres } from './backends.ts';
import { install, type Installation } from './installation.ts';
import { inOrder } from './steps.ts';
import { Traffic } from './traffic.ts';

interface Made {
  token: string;
  admin: { email: string; password: string };
}

const slug = 'steady';

async function send(installation: Installation, path: string, init: RequestInit & { headers: Record<string, string> }) {
  return fetch(`http://127.0.0.1:${installation.port}${path}`, init);
}

function entity(name: string): unknown {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: { name },
    spec: { type: 'database', owner: 'group:default/stagehands' },
  };
}

async function write(installation: Installation, token: string, name: string): Promise<number> {
  const answer = await send(installation, '/api/catalog/v1/sets/steady/entities', {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ entity: entity(name) }),
  }).catch(() => undefined);
  return answer?.status ?? 0;
}

/** Signing in needs the portal's own host, which only browsers resolve: node's fetch cannot set it, curl's way does. */
async function signIn(installation: Installation, made: Made): Promise<number> {
  const { request } = await import('node:http');
  const host = `${slug}.localhost:${installation.port}`;
  return new Promise((found, failed) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: installation.port,
        method: 'POST',
        path: '/api/auth/v1/sign-in',
        headers: { host, origin: `http://${host}`, 'content-type': 'application/json' },
      },
      answer => {
        answer.resume();
        answer.once('end', () => found(answer.statusCode ?? 0));
      },
    );
    sent.once('error', failed);
    sent.end(JSON.stringify(made.admin));
  });
}

async function withoutRedis(installation: Installation, made: Made): Promise<void> {
  const traffic = new Traffic(installation.port, '/api/catalog/entities', { authorization: `Bearer ${made.token}` }, 50);
  await new Promise(wait => setTimeout(wait, 1_000));
  await end(await redisOf(installation.pid));
  assert.equal(await signIn(installation, made), 204);
  const written = await write(installation, made.token, 'without-redis');
  assert.ok(written === 200 || written === 201, `writing answered ${written}`);
  await new Promise(wait => setTimeout(wait, 3_000));
  await traffic.stop();
  assert.ok(traffic.answers.length > 150);
  assert.deepEqual(traffic.failed, []);
}

/** Reads and writes go on the whole time; what was acknowledged is there afterwards. */
async function postgresRestarts(installation: Installation, made: Made): Promise<void> {
  const traffic = new Traffic(installation.port, '/api/catalog/entities', { authorization: `Bearer ${made.token}` }, 50);
  const acknowledged: string[] = [];
  let writing = true;
  const writer = (async () => {
    for (let number = 0; writing; number++) {
      const name = `steady-${number}`;
      const status = await write(installation, made.token, name);
      if (status === 200 || status === 201) acknowledged.push(name);
      else await new Promise(wait => setTimeout(wait, 50));
    }
  })();
  await new Promise(wait => setTimeout(wait, 1_000));
  await restartPostgres(installation.dataDir);
  await new Promise(wait => setTimeout(wait, 8_000));
  writing = false;
  await writer;
  await traffic.stop();
  const times = traffic.failed.map(({ at }) => at);
  const errorsMs = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  assert.ok(errorsMs <= 5_000, `requests failed for ${errorsMs} ms`);
  assert.ok(traffic.answers.slice(-50).every(({ status }) => status === 200), 'reads did not come back');
  const names = new Set<string>();
  const answer = await send(installation, '/api/catalog/entities?filter=kind=resource', {
    headers: { authorization: `Bearer ${made.token}` },
  });
  for (const found of (await answer.json()) as { metadata: { name: string } }[]) names.add(found.metadata.name);
  assert.ok(acknowledged.length > 10, `only ${acknowledged.length} writes were acknowledged`);
  assert.deepEqual(acknowledged.filter(name => !names.has(name)), []);
}

test('what stands behind the server goes away and comes back', async context => {
  const installation = await install();
  try {
    const made = (await installation.command(
      'tenant', 'create', slug, '--name', 'Steady', '--admin', 'ada@steady.test',
    )) as unknown as Made;
    await write(installation, made.token, 'first');
    await inOrder(context, [
      ['with Redis gone, reads, writes and signing in go on', () => withoutRedis(installation, made)],
      ['while Postgres restarts, requests fail for 5 s at most and nothing acknowledged is lost', () =>
        postgresRestarts(installation, made)],
    ]);
  } finally {
    await installation.stop();
  }
});
