/**
 * The protocol's contract, for a worker in any language:
 * `WORKER_CMD='target/debug/tech-radar' WORKER_PROFILE=tech-radar npm run test:contract`.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Boot } from '../src/protocol/boot.ts';
import { EXIT, MAX_BOOT_BYTES, SUPPORTED } from '../src/protocol/limits.ts';
import { makeBoot, TENANT, userToken } from './support/boot.ts';
import { keySet, signingKey } from './support/platform.ts';
import { profile, profileName } from './support/profiles.ts';
import {
  exitWithin,
  runFolder,
  startWorker,
  Worker,
  workerCommand,
} from './support/worker.ts';

/** A worker must be gone this long after its drain limit, which the tests set to 2 s. */
const GONE_MS = 5_000;
const pipeModule = new URL('./support/pipe.ts', import.meta.url).href;
const PATH = `/api/${profile.pluginId}${profile.path}`;

for (const protocol of SUPPORTED) {
  describe(
    `contract of a worker (${profileName}, ${protocol})`,
    { timeout: 60_000 },
    () => {
      contract(protocol);
    },
  );
}

function contract(protocol: string): void {
  describe('running', () => {
    let boot: Boot;
    let worker: Worker;

    before(async () => {
      boot = makeBoot({ protocol });
      worker = startWorker(boot);
      await worker.ready();
    });
    after(() => worker.kill());

    test('says on descriptor 3 that it is ready, once, with its plugins', async () => {
      const line = await worker.ready();
      assert.equal(line.protocol, protocol);
      assert.deepEqual(line.plugins, [profile.pluginId]);
      assert.ok(line.rssBytes > 0);
      assert.ok(line.timings.totalMs >= 0);
      assert.equal(worker.lines.length, 1);
    });

    test('listens on a socket that only its own user can open', () => {
      assert.equal(statSync(boot.socket).mode & 0o777, 0o600);
    });

    test('reports its health', async () => {
      const answer = await worker.control('/health');
      assert.equal(answer.status, 200);
      const health = answer.json() as Record<string, unknown>;
      assert.equal(health['state'], 'ready');
      assert.equal(health['inFlight'], 0);
      assert.ok(Number(health['rssBytes']) > 0);
      assert.ok(Number(health['uptimeMs']) > 0);
    });

    test('describes what it hosts', async () => {
      const answer = await worker.control('/describe');
      assert.equal(answer.status, 200);
      const described = answer.json() as Record<string, unknown>;
      assert.equal(described['protocol'], protocol);
      assert.deepEqual(described['routes'], [`/api/${profile.pluginId}`]);
      assert.deepEqual(
        (described['plugins'] as { id: string }[]).map(p => p.id),
        [profile.pluginId],
      );
      for (const list of ['tasks', 'eventSubscriptions']) {
        assert.ok(Array.isArray(described[list]), list);
      }
    });

    test('refuses a control request without the capability, whatever its path', async () => {
      for (const path of ['/health', '/describe', '/drain', '/nothing']) {
        for (const capability of [undefined, '', 'wrong']) {
          const answer = await worker.ask(`/_worker/v1${path}`, {
            method: path === '/drain' ? 'POST' : 'GET',
            headers:
              capability === undefined
                ? {}
                : { 'x-proscenium-capability': capability },
          });
          assert.equal(answer.status, 401, `${path} ${capability ?? 'none'}`);
        }
      }
      assert.equal((await worker.control('/health')).status, 200);
    });

    test('answers unknown and malformed control requests with an error body', async () => {
      const unknown = await worker.control('/nothing');
      assert.equal(unknown.status, 404);
      const noTask = await worker.control('/tasks/run', {
        body: { plugin: profile.pluginId, task: 'nothing' },
      });
      assert.equal(noTask.status, 404);
      assert.match(noTask.text, /NotFoundError/);
      const noTopic = await worker.control('/events', { body: {} });
      assert.equal(noTopic.status, 400);
      assert.match(noTopic.text, /InputError/);
      const stranger = await worker.control('/token', {
        body: { plugins: [{ id: 'stranger', serviceToken: 'x' }] },
      });
      assert.equal(stranger.status, 404);
    });

    test('answers a user of the tenant', async () => {
      const answer = await worker.ask(PATH, { token: await userToken() });
      assert.equal(answer.status, 200, answer.text);
      assert.match(String(answer.headers['content-type']), /json/);
    });

    test('refuses nobody, strangers and the wrong door', async () => {
      const stranger = await signingKey('first');
      const refused: Record<string, string | undefined> = {
        'no token': undefined,
        'not a token': 'nonsense',
        'another audience': await userToken({ aud: 'plugin:other' }),
        'the portal’s own audience': await userToken({ aud: 'backstage' }),
        'another tenant': await userToken({ tenant: 'somebody-else' }),
        expired: await userToken({ expiresIn: '-1m' }),
        'a key of somebody else': await stranger.sign({
          aud: `plugin:${profile.pluginId}`,
          tenant: TENANT,
        }),
      };
      for (const [name, token] of Object.entries(refused)) {
        const answer = await worker.ask(PATH, token ? { token } : {});
        assert.equal(answer.status, 401, name);
        const body = answer.json() as { error: { name: string } };
        assert.equal(body.error.name, 'AuthenticationError', name);
      }
    });

    test('answers paths of no plugin with 404 in the usual shape', async () => {
      const answer = await worker.ask('/api/nothing');
      assert.equal(answer.status, 404);
      const body = answer.json() as { error: { name: string } };
      assert.equal(body.error.name, 'NotFoundError');
    });

    test('takes new keys while it runs, and the old ones are gone', async () => {
      const second = await signingKey('second');
      const token = await second.sign({
        aud: `plugin:${profile.pluginId}`,
        tenant: TENANT,
      });
      assert.equal((await worker.ask(PATH, { token })).status, 401);
      const renewed = await worker.control('/token', {
        body: { jwks: keySet(second) },
      });
      assert.equal(renewed.status, 204);
      assert.equal((await worker.ask(PATH, { token })).status, 200);
      const old = await worker.ask(PATH, { token: await userToken() });
      assert.equal(old.status, 401);
      const back = await worker.control('/token', {
        body: { jwks: boot.jwks },
      });
      assert.equal(back.status, 204);
    });
  });

  describe('ending', () => {
    const ends: [string, string, (worker: Worker) => unknown][] = [
      ['its lifeline ends', 'lifeline', w => w.stdin.end()],
      ['it gets SIGTERM', 'signal', w => w.child.kill('SIGTERM')],
      [
        'it is asked to drain',
        'drain',
        w => w.control('/drain', { method: 'POST' }),
      ],
    ];
    for (const [name, reason, end] of ends) {
      test(`it drains and exits 0 when ${name}`, async () => {
        const worker = startWorker(makeBoot({ protocol }));
        await worker.ready();
        await end(worker);
        assert.equal(await exitWithin(worker, GONE_MS), EXIT.ok);
        assert.deepEqual(worker.lines.at(-1), {
          type: 'stopped',
          reason,
          cutOff: 0,
        });
      });
    }

    test('kill -9 of the supervisor leaves no worker', async () => {
      const boot = makeBoot({ protocol });
      const script = join(runFolder(), 'supervisor.mjs');
      writeFileSync(
        script,
        `import { spawn } from 'node:child_process';
         import { makePipe } from ${JSON.stringify(pipeModule)};
         const [boot, program, ...args] = process.argv.slice(2);
         const pipe = makePipe();
         const worker = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe', pipe.writeEnd] });
         pipe.given();
         pipe.reader.once('data', () => console.log(worker.pid));
         worker.stdin.write(boot + '\\n');`,
      );
      const supervisor = spawn(process.execPath, [
        script,
        JSON.stringify(boot),
        ...workerCommand,
      ]);
      const pid = await new Promise<number>(resolve => {
        supervisor.stdout.once('data', (data: Buffer) => {
          resolve(Number(data.toString()));
        });
      });
      assert.ok(alive(pid));
      supervisor.kill('SIGKILL');
      const until = Date.now() + GONE_MS;
      while (alive(pid) && Date.now() < until) await sleep(50);
      const left = alive(pid);
      if (left) process.kill(pid, 'SIGKILL');
      assert.equal(left, false);
    });
  });

  describe('not becoming ready', () => {
    test('an unknown protocol is refused with exit code 64', async () => {
      const worker = new Worker('').boot({
        ...makeBoot({ protocol }),
        protocol: 'proscenium-worker/2',
      });
      const { reason, message } = await worker.fatal();
      assert.equal(reason, 'boot');
      assert.match(message, /proscenium-worker\/2/);
      assert.match(message, /proscenium-worker\/1/);
      assert.equal(await exitWithin(worker, GONE_MS), EXIT.refused);
    });

    test('a boot document that is no good is refused by the name of the field', async () => {
      const { capability: _, ...without } = makeBoot({ protocol });
      const socket = `/tmp/${'s'.repeat(120)}`;
      const refused: [unknown, RegExp][] = [
        ['a string', /protocol|object/],
        [without, /capability/],
        [{ ...makeBoot({ protocol }), socket }, /socket/],
        [{ ...makeBoot({ protocol }), plugins: [] }, /plugins/],
      ];
      for (const [boot, expected] of refused) {
        const worker = new Worker('').boot(boot);
        assert.match((await worker.fatal()).message, expected);
        assert.equal(await exitWithin(worker, GONE_MS), EXIT.refused);
      }
    });

    test('a boot document that never ends is refused', async () => {
      const endless = new Worker('');
      endless.stdin.write('x'.repeat(MAX_BOOT_BYTES + 65_536));
      assert.equal((await endless.fatal()).reason, 'boot');
      assert.equal(await exitWithin(endless, GONE_MS), EXIT.refused);
      const cut = new Worker('');
      cut.stdin.end('{"protocol":');
      assert.equal((await cut.fatal()).reason, 'boot');
      assert.equal(await exitWithin(cut, GONE_MS), EXIT.refused);
    });

    test('a plugin that fails to start is fatal, named, and never ready', async () => {
      const broken = profile.break(makeBoot({ protocol }));
      const worker = startWorker(broken.boot);
      const line = await worker.fatal();
      assert.equal(line.reason, 'start');
      assert.match(line.message, broken.message);
      assert.equal(line.failures[0]?.plugin, broken.boot.plugins[0]?.id);
      assert.equal(await exitWithin(worker, GONE_MS), EXIT.failed);
      assert.deepEqual(
        worker.lines.map(l => l.type),
        ['fatal'],
      );
    });

    test('a socket that cannot be bound is fatal', async () => {
      const worker = startWorker(
        makeBoot({ protocol, socket: '/proc/no/such.sock' }),
      );
      assert.equal((await worker.fatal()).reason, 'listen');
      assert.equal(await exitWithin(worker, GONE_MS), EXIT.failed);
    });

    test('a socket that a killed worker left behind is replaced', async () => {
      const boot = makeBoot({ protocol });
      const first = startWorker(boot);
      await first.ready();
      await first.kill();
      const second = startWorker(boot);
      await second.ready();
      assert.equal((await second.control('/health')).status, 200);
      await second.kill();
    });
  });
}

/** Whether a process still runs. One that has ended and waits for its new parent to notice does not. */
function alive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}
