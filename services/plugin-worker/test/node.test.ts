/** What the Node worker gives to unmodified Backstage plugins, through the front door: its socket. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../src/protocol/limits.ts';
import { makeBoot, userToken } from './support/boot.ts';
import { startGateway, type Gateway } from './support/platform.ts';
import { fixtureBundle, profileName } from './support/profiles.ts';
import { startSupervisor, type Supervisor } from './support/supervisor.ts';
import { exitWithin, startWorker, type Worker } from './support/worker.ts';

const only = { skip: profileName !== 'node', timeout: 60_000 };

describe('services of the Node worker', only, () => {
  let gateway: Gateway;
  let worker: Worker;
  let token: string;
  let socket: string;
  let supervisor: Supervisor;

  before(async () => {
    gateway = await startGateway(() => [{ kind: 'Component' }]);
    supervisor = await startSupervisor();
    const boot = makeBoot({ platform: supervisor.socket });
    ({ socket } = boot);
    boot.gateway.url = gateway.url;
    worker = startWorker(boot);
    await worker.ready();
    token = await userToken();
  });
  after(async () => {
    await worker.kill();
    gateway.close();
    supervisor.close();
  });

  const get = async (path: string) =>
    (await worker.ask(`/api/echo${path}`, { token })).json();

  test('a user of the token is the principal', async () => {
    assert.deepEqual(await get('/whoami'), {
      type: 'user',
      userEntityRef: 'user:default/jane',
    });
  });

  test('a call for a user reaches the gateway under the tenant’s host with the user’s token', async () => {
    assert.deepEqual(await get('/catalog'), [{ kind: 'Component' }]);
    assert.deepEqual(gateway.seen.at(-1), {
      path: '/api/catalog/entities',
      host: 'acme.localhost:7007',
      token,
    });
  });

  test('a call of the plugin’s own shows its service token, and the renewed one', async () => {
    await get('/catalog-own');
    assert.equal(gateway.seen.at(-1)?.token, 'a-service-token');
    const renewed = await worker.control('/token', {
      body: { plugins: [{ id: 'echo', serviceToken: 'a-newer-one' }] },
    });
    assert.equal(renewed.status, 204);
    await get('/catalog-own');
    assert.equal(gateway.seen.at(-1)?.token, 'a-newer-one');
  });

  test('configuration and cache work', async () => {
    assert.deepEqual(await get('/config'), { title: 'Acme' });
    assert.deepEqual(await get('/cache'), { n: 1 });
  });

  test('a database that was not granted is an error that says so', async () => {
    const answer = await worker.ask('/api/echo/database', { token });
    assert.equal(answer.status, 503);
    assert.match(answer.text, /granted none/);
  });

  test('a task is registered, described, and run only when asked for', async () => {
    const described = (await worker.control('/describe')).json() as {
      tasks: unknown[];
      eventSubscriptions: unknown[];
    };
    assert.deepEqual(described.tasks, [
      {
        plugin: 'echo',
        id: 'sweep',
        everyMs: 3_600_000,
        timeoutMs: 60_000,
        initialDelayMs: 0,
        scope: 'global',
      },
    ]);
    assert.deepEqual(described.eventSubscriptions, [
      { plugin: 'echo', id: 'listener', topics: ['greeting'] },
    ]);
    assert.equal(((await get('/state')) as { runs: number }).runs, 0);
    const run = await worker.control('/tasks/run', {
      body: { plugin: 'echo', task: 'sweep' },
    });
    assert.equal(run.status, 200);
    assert.equal(((await get('/state')) as { runs: number }).runs, 1);
  });

  test('an event reaches the plugin that listens to its topic', async () => {
    const answer = await worker.control('/events', {
      body: { topic: 'greeting', eventPayload: { hello: 'world' } },
    });
    assert.deepEqual(answer.json(), { delivered: 1, failed: 0 });
    const { heard } = (await get('/state')) as { heard: unknown[] };
    assert.deepEqual(heard, [{ hello: 'world' }]);
    const other = await worker.control('/events', {
      body: { topic: 'other', eventPayload: null },
    });
    assert.deepEqual(other.json(), { delivered: 0, failed: 0 });
  });

  test('what a plugin publishes reaches its own worker and the platform, which may refuse it', async () => {
    await get('/publish');
    assert.deepEqual(supervisor.messages, [
      {
        path: '/_platform/v1/events',
        body: { topic: 'greeting', eventPayload: { n: 1 } },
      },
    ]);
    const { heard } = (await get('/state')) as { heard: unknown[] };
    assert.deepEqual(heard.at(-1), { n: 1 });
    supervisor.refuse(403);
    const refused = await worker.ask('/api/echo/publish', { token });
    supervisor.refuse(undefined);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /the platform refused/);
  });

  test('server-sent events come one by one, and an upload goes through as a stream', async () => {
    const times: number[] = [];
    await new Promise<void>((resolve, reject) => {
      request(
        {
          socketPath: socket,
          path: '/api/echo/events',
          headers: { authorization: `Bearer ${token}` },
        },
        response => {
          response.on('data', () => times.push(performance.now()));
          response.on('end', resolve);
        },
      )
        .on('error', reject)
        .end();
    });
    assert.equal(times.length, 3);
    assert.ok((times[2] ?? 0) - (times[0] ?? 0) > 200, 'all came at once');
    const size = 20_000_000;
    const counted = await new Promise<string>((resolve, reject) => {
      const sent = request(
        {
          socketPath: socket,
          path: '/api/echo/upload',
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
        },
        response => {
          response.setEncoding('utf8').on('data', resolve);
        },
      ).on('error', reject);
      for (let i = 0; i < 20; i += 1) sent.write(Buffer.alloc(size / 20));
      sent.end();
    });
    assert.deepEqual(JSON.parse(counted), { bytes: size });
  });

  test('a WebSocket is handed to the plugin', async () => {
    const shake = () =>
      new Promise<string>((resolve, reject) => {
        const stream = connect(socket);
        stream.on('error', reject);
        let said = '';
        stream.on('data', (bytes: Buffer) => {
          said += bytes.toString();
          if (said.includes('101') && said.endsWith('\r\n\r\n')) {
            stream.write('over the stream');
          }
          if (said.endsWith('over the stream') || !said.includes('101')) {
            stream.destroy();
            resolve(said);
          }
        });
        stream.write(
          `GET /api/echo/socket HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`,
        );
      });
    await shake();
    assert.match(await shake(), /101[^]*over the stream$/);
  });

  test('an error that a plugin throws outside of any request is logged and survived', async () => {
    await get('/crash');
    await sleep(100);
    assert.equal((await worker.control('/health')).status, 200);
    assert.ok(worker.logs.some(l => l.includes('outside of any request')));
  });
});

describe('draining of the Node worker', only, () => {
  test('requests in flight are finished, also when told by SIGTERM', async () => {
    const worker = startWorker(makeBoot());
    await worker.ready();
    const slow = worker.ask('/api/echo/slow', { token: await userToken() });
    await sleep(150);
    worker.child.kill('SIGTERM');
    assert.equal((await slow).status, 200);
    assert.equal(await exitWithin(worker, 4_000), EXIT.ok);
  });

  test('a request that never ends is cut off at the drain limit, and the exit code says so', async () => {
    const worker = startWorker(makeBoot({ drainMs: 300 }));
    await worker.ready();
    const stuck = worker.ask('/api/echo/stuck', { token: await userToken() });
    const cut = assert.rejects(stuck);
    await sleep(100);
    worker.stdin.end();
    assert.equal(await exitWithin(worker, 4_000), EXIT.cutOff);
    await cut;
    assert.deepEqual(worker.lines.at(-1), {
      type: 'stopped',
      reason: 'lifeline',
      cutOff: 1,
    });
  });

  test('an idle connection that is kept open does not hold the drain up', async () => {
    const boot = makeBoot();
    const worker = startWorker(boot);
    await worker.ready();
    const idle = connect(boot.socket);
    idle.on('error', () => undefined);
    idle.write('GET /api/nothing HTTP/1.1\r\nhost: x\r\n\r\n');
    await sleep(100);
    const began = Date.now();
    worker.stdin.end();
    assert.equal(await exitWithin(worker, 4_000), EXIT.ok);
    assert.ok(Date.now() - began < 1_500);
  });

  test('a broken log pipe ends the worker', async () => {
    const worker = startWorker(makeBoot());
    await worker.ready();
    worker.child.stdout?.destroy();
    worker.child.stderr?.destroy();
    const asked = worker.ask('/api/echo/log', { token: await userToken() });
    await asked.catch(() => undefined);
    assert.equal(await exitWithin(worker, 4_000), EXIT.pipe);
  });

  test('the end of the lifeline during a start ends the worker at once', async () => {
    const worker = startWorker(makeBoot());
    worker.stdin.end();
    assert.notEqual(await exitWithin(worker, 4_000), 'late');
    assert.equal(
      worker.lines.some(l => l.type === 'fatal'),
      false,
    );
  });
});

describe('starting of the Node worker', only, () => {
  const start = (features: string[], ...fixtures: string[]) => {
    const boot = makeBoot();
    const bundle = fixtureBundle(...fixtures);
    boot.plugins = boot.plugins.map(p => ({ ...p, bundle, features }));
    return startWorker(boot);
  };

  test('one good plugin does not hide a bad one', async () => {
    const worker = start(['echo-backend', 'broken-backend'], 'echo', 'broken');
    const line = await worker.fatal();
    assert.equal(line.failures.length, 1);
    assert.equal(line.failures[0]?.plugin, 'broken');
    assert.equal(await exitWithin(worker, 4_000), EXIT.failed);
  });

  test('a configuration that lets failed plugins pass is overruled', async () => {
    const boot = makeBoot({
      config: {
        backend: {
          startup: {
            default: { onPluginBootFailure: 'continue' },
            plugins: { broken: { onPluginBootFailure: 'continue' } },
          },
        },
      },
    });
    const bundle = fixtureBundle('broken');
    const features = ['broken-backend'];
    boot.plugins = boot.plugins.map(p => ({ ...p, bundle, features }));
    const worker = startWorker(boot);
    assert.equal((await worker.fatal()).reason, 'start');
    assert.equal(await exitWithin(worker, 4_000), EXIT.failed);
  });

  test('a package that is not there, or is no feature, is a load failure', async () => {
    const missing = start(['nothing-backend'], 'echo');
    assert.match((await missing.fatal()).message, /nothing-backend/);
    assert.equal(await exitWithin(missing, 4_000), EXIT.failed);
    const wrong = start(['@backstage/backend-plugin-api'], 'echo');
    const line = await wrong.fatal();
    assert.equal(line.reason, 'load');
    assert.match(line.message, /not a back-end feature/);
    assert.equal(await exitWithin(wrong, 4_000), EXIT.failed);
  });
});
