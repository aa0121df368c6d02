/** Unmodified scaffolder modules from npm, without the scaffolder that they were written for. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../src/protocol/limits.ts';
import { makeBoot, platformKey, TENANT } from './support/boot.ts';
import { startGateway, type Gateway } from './support/platform.ts';
import { fixtureBundle, profileName } from './support/profiles.ts';
import { runAction, type RunRequest } from './support/run.ts';
import { installOnce } from './support/tool.ts';
import { exitWithin, startWorker, type Worker } from './support/worker.ts';

const GITHUB = '@backstage/plugin-scaffolder-backend-module-github';
const UTILS = '@roadiehq/scaffolder-backend-module-utils';
const HTTP = '@roadiehq/scaffolder-backend-module-http-request';
const only = { skip: profileName !== 'node', timeout: 300_000 };

interface Described {
  extensions: {
    hosts: string[];
    actions: { id: string; schema: { input?: object }; examples: unknown[] }[];
    autocomplete: string[];
    filters: unknown[];
    globals: unknown[];
    ignored: string[];
  };
}

async function start(
  bundle: string,
  features: string[],
  more: { config?: object; gateway?: string } = {},
): Promise<{ worker: Worker; socket: string; described: Described }> {
  const boot = makeBoot({
    config: (more.config ?? {}) as Record<string, never>,
  });
  if (more.gateway !== undefined) boot.gateway.url = more.gateway;
  boot.plugins = [
    {
      id: 'scaffolder-module',
      extends: 'scaffolder',
      instance: 'test',
      serviceToken: 'a-service-token',
      bundle,
      features,
    },
  ];
  const worker = startWorker(boot);
  await worker.ready();
  const answer = await worker.control('/describe');
  return {
    worker,
    socket: boot.socket,
    described: answer.json() as Described,
  };
}

describe('a module of ours', only, () => {
  let worker: Worker;
  let socket: string;
  let described: Described;
  let gateway: Gateway;

  before(async () => {
    gateway = await startGateway(() => [{ kind: 'Component' }]);
    ({ worker, socket, described } = await start(
      fixtureBundle('actions'),
      ['actions-backend'],
      { gateway: gateway.url },
    ));
  });
  after(async () => {
    await worker.kill();
    gateway.close();
  });

  test('what it registers is described, and what has no effect is named', () => {
    const { hosts, actions, filters, globals, autocomplete, ignored } =
      described.extensions;
    assert.deepEqual(hosts, ['scaffolder']);
    assert.deepEqual(
      actions.map(action => action.id),
      ['test:files', 'test:wait', 'test:whoami', 'test:once', 'test:fail'],
    );
    assert.deepEqual(filters, [{ id: 'shout', description: 'Says it louder' }]);
    assert.deepEqual(globals, [{ id: 'answer', value: 42 }, { id: 'add' }]);
    assert.deepEqual(autocomplete, ['colours']);
    assert.deepEqual(ignored, ['scaffolder.taskBroker.setTaskBroker']);
  });

  test('the workspace goes there and back, and stays where nothing changed', async () => {
    const files = { 'a/one.txt': '1', 'two.txt': '2' };
    const changed = await runAction(socket, {
      action: 'test:files',
      input: { write: { 'b/three.txt': '3' }, remove: 'two.txt' },
      files,
    });
    assert.equal(changed.status, 200);
    assert.deepEqual(changed.lines.at(-1), { event: 'done', workspace: true });
    assert.deepEqual(changed.files, { 'a/one.txt': '1', 'b/three.txt': '3' });
    assert.deepEqual(changed.output, { seen: ['a', 'two.txt'], dryRun: false });
    const same = await runAction(socket, { action: 'test:files', files });
    assert.deepEqual(same.lines.at(-1), { event: 'done', workspace: false });
  });

  test('a link that an action leaves is not sent', async () => {
    const { files, lines } = await runAction(socket, {
      action: 'test:files',
      input: { link: '/etc/passwd', write: { x: 'y' } },
    });
    assert.equal(lines.at(-1)?.event, 'done');
    assert.deepEqual(files, { x: 'y' });
  });

  test('a dry run, secrets and logs reach the action and come back', async () => {
    const { output, lines } = await runAction(socket, {
      action: 'test:files',
      isDryRun: true,
      secrets: { token: 'tell-nobody' },
    });
    assert.equal(output['dryRun'], true);
    const logs = lines.filter(line => line.event === 'log');
    assert.deepEqual(
      logs.map(line => [line['level'], line['message']]),
      [
        ['info', 'working {"secrets":1}'],
        ['info', 'written to the old stream'],
      ],
    );
  });

  test('whoever started the run is known, and their token goes on to the platform', async () => {
    const token = await platformKey.sign({
      aud: 'plugin:scaffolder-module',
      tenant: TENANT,
    });
    const { output } = await runAction(socket, {
      action: 'test:whoami',
      token,
    });
    assert.deepEqual(output['who'], {
      type: 'user',
      userEntityRef: 'user:default/jane',
    });
    assert.equal(gateway.seen.at(-1)?.token, token);
    const nobody = await runAction(socket, { action: 'test:whoami' });
    assert.equal(nobody.lines.at(-1)?.event, 'failed');
  });

  test('a checkpoint is told once and believed the next time', async () => {
    const first = await runAction(socket, { action: 'test:once' });
    const told = first.lines.find(line => line.event === 'checkpoint');
    assert.equal(told?.['key'], 'number');
    const again = await runAction(socket, {
      action: 'test:once',
      checkpoints: { number: told['value'] },
    });
    assert.deepEqual(again.output, first.output);
    assert.ok(!again.lines.some(line => line.event === 'checkpoint'));
  });

  test('an action that throws ends with its error, one that is not there with 404', async () => {
    const failed = await runAction(socket, { action: 'test:fail' });
    assert.deepEqual(failed.lines.at(-1), {
      event: 'failed',
      error: { name: 'InputError', message: 'on purpose' },
    });
    const missing = await runAction(socket, { action: 'nothing' });
    assert.equal(missing.status, 404);
  });

  test('dropping the request cancels the action', async () => {
    const cancel = new AbortController();
    const run = runAction(socket, {
      action: 'test:wait',
      signal: cancel.signal,
    });
    const dropped = assert.rejects(run);
    await sleep(200);
    const busy = (await worker.control('/health')).json() as {
      inFlight: number;
    };
    assert.equal(busy.inFlight, 1);
    cancel.abort();
    await dropped;
    await sleep(150);
    const idle = (await worker.control('/health')).json() as {
      inFlight: number;
    };
    assert.equal(idle.inFlight, 0);
    assert.ok(worker.logs.some(line => line.includes('told to stop')));
  });

  test('filters, globals and autocomplete answer', async () => {
    const call = async (path: string, body: object) => {
      const answer = await worker.control(`/scaffolder/${path}`, { body });
      return [answer.status, answer.json()];
    };
    const filter = { kind: 'filter', id: 'shout', arguments: ['hello', '!'] };
    assert.deepEqual(await call('extension', filter), [
      200,
      { value: 'HELLO!' },
    ]);
    const global = { kind: 'global', id: 'add', arguments: [40, 2] };
    assert.deepEqual(await call('extension', global), [200, { value: 42 }]);
    const missing = { kind: 'filter', id: 'nothing', arguments: [] };
    assert.equal((await call('extension', missing))[0], 404);
    const asked = { provider: 'colours', resource: 'warm', token: 't' };
    assert.deepEqual(await call('autocomplete', asked), [
      200,
      { results: [{ id: 'warm-red' }] },
    ]);
    const unknown = { provider: 'nothing', resource: 'warm', token: 't' };
    assert.equal((await call('autocomplete', unknown))[0], 400);
  });
});

describe('roadiehq utils from npm', only, () => {
  let worker: Worker;
  let socket: string;
  let described: Described;

  before(async () => {
    const bundle = await installOnce(`${UTILS}@4.1.2`);
    ({ worker, socket, described } = await start(bundle, [UTILS]));
  });
  after(() => worker.kill());
  const run = (request: RunRequest) => runAction(socket, request);

  test('its thirteen actions are described with schemas and examples', () => {
    const { actions } = described.extensions;
    assert.equal(actions.length, 13);
    assert.ok(actions.every(action => action.schema.input));
  });

  test('it writes, merges, parses and serialises files', async () => {
    const written = await run({
      action: 'roadiehq:utils:fs:write',
      input: { path: 'a/hello.json', content: '{"name":"artist"}' },
    });
    assert.deepEqual(written.files, { 'a/hello.json': '{"name":"artist"}' });
    const merged = await run({
      action: 'roadiehq:utils:json:merge',
      input: { path: 'a/hello.json', content: { owner: 'team-a' } },
      files: written.files,
    });
    assert.deepEqual(JSON.parse(merged.files['a/hello.json'] ?? ''), {
      name: 'artist',
      owner: 'team-a',
    });
    const parsed = await run({
      action: 'roadiehq:utils:fs:parse',
      input: { path: 'a/hello.json', parser: 'json' },
      files: merged.files,
    });
    assert.deepEqual(parsed.output['content'], {
      name: 'artist',
      owner: 'team-a',
    });
    assert.equal(parsed.lines.at(-1)?.['workspace'], false);
    const sum = await run({
      action: 'roadiehq:utils:jsonata',
      input: {
        data: { items: [{ n: 1 }, { n: 41 }] },
        expression: '$sum(items.n)',
      },
    });
    assert.equal(sum.output['result'], 42);
    const zip = await run({
      action: 'roadiehq:utils:zip',
      input: { path: 'a', outputPath: 'a.zip' },
      files: merged.files,
    });
    assert.ok((zip.files['a.zip'] ?? '').startsWith('PK'));
  });

  test('a path that leads out of the workspace is refused', async () => {
    const { lines } = await run({
      action: 'roadiehq:utils:fs:write',
      input: { path: '../../etc/escape', content: 'x' },
    });
    assert.equal(lines.at(-1)?.event, 'failed');
  });
});

describe('the GitHub module and http-request from npm', only, () => {
  test('the GitHub module describes fourteen actions and completes from GitHub', async () => {
    const bundle = await installOnce(`${GITHUB}@0.10.4`);
    const { worker, described } = await start(bundle, [GITHUB]);
    try {
      const { actions, autocomplete } = described.extensions;
      const ids = actions.map(action => action.id);
      assert.equal(ids.length, 14, ids.join(' '));
      for (const id of ['publish:github', 'publish:github:pull-request']) {
        assert.ok(ids.includes(id), id);
      }
      assert.ok(actions.every(action => action.schema.input));
      assert.deepEqual(autocomplete, ['github']);
    } finally {
      await worker.kill();
    }
  });

  test('http:backstage:request reaches the platform as the user', async () => {
    const bundle = await installOnce(`${HTTP}@5.8.0`);
    const gateway = await startGateway(() => ({ hello: 'from the platform' }));
    const { worker, socket } = await start(bundle, [HTTP], {
      gateway: gateway.url,
    });
    try {
      const token = await platformKey.sign({
        aud: 'plugin:scaffolder-module',
        tenant: TENANT,
      });
      const { output, lines } = await runAction(socket, {
        action: 'http:backstage:request',
        input: { method: 'GET', path: '/proxy/hello' },
        token,
      });
      assert.equal(lines.at(-1)?.event, 'done', JSON.stringify(lines));
      assert.deepEqual(output['body'], { hello: 'from the platform' });
      assert.equal(gateway.seen.at(-1)?.path, '/api/proxy/hello');
      assert.equal(gateway.seen.at(-1)?.token, token);
    } finally {
      await worker.kill();
      gateway.close();
    }
  });

  test('a module of a plugin that nobody stands in for does not start', async () => {
    const boot = makeBoot();
    boot.plugins = boot.plugins.map(plugin => ({
      ...plugin,
      bundle: fixtureBundle('stray'),
      features: ['stray-backend'],
    }));
    const worker = startWorker(boot);
    assert.match((await worker.fatal()).message, /somewhere/);
    assert.equal(await exitWithin(worker, 4_000), EXIT.failed);
  });
});
