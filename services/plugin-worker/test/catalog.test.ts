/** Unmodified catalog and search modules from npm: a standing provider, batches of processors, collators. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EXIT } from '../src/protocol/limits.ts';
import { makeBoot } from './support/boot.ts';
import { startGitHub, type GitHub } from './support/github.ts';
import { fixtureBundle, profileName } from './support/profiles.ts';
import { startSupervisor, type Supervisor } from './support/supervisor.ts';
import { installOnce } from './support/tool.ts';
import { exitWithin, startWorker, type Worker } from './support/worker.ts';

const GITHUB = '@backstage/plugin-catalog-backend-module-github';
const RELATION =
  '@backstage-community/plugin-catalog-backend-module-scaffolder-relation-processor';
const only = { skip: profileName !== 'node', timeout: 300_000 };

function start(
  supervisor: Supervisor,
  host: string,
  bundle: string,
  features: string[],
  config: object = {},
): Worker {
  const boot = makeBoot({
    config: config as Record<string, never>,
    platform: supervisor.socket,
  });
  boot.plugins = [
    {
      id: `${host}-module`,
      extends: host,
      instance: 'test',
      serviceToken: 'a-service-token',
      bundle,
      features,
    },
  ];
  return startWorker(boot);
}

interface Task {
  plugin: string;
  id: string;
  everyMs?: number;
}

async function tasksOf(worker: Worker): Promise<Task[]> {
  const described = await worker.control('/describe');
  return (described.json() as { tasks: Task[] }).tasks;
}

describe('the GitHub entity provider from npm', only, () => {
  let worker: Worker;
  let github: GitHub;
  let supervisor: Supervisor;

  before(async () => {
    const bundle = await installOnce(`${GITHUB}@0.14.0`);
    supervisor = await startSupervisor();
    github = await startGitHub([
      { name: 'artist' },
      { name: 'booking' },
      { name: 'old', archived: true },
      { name: 'empty', hasCatalogFile: false },
    ]);
    worker = start(supervisor, 'catalog', bundle, [GITHUB], {
      integrations: {
        github: [
          {
            host: 'gh.local',
            apiBaseUrl: github.apiBaseUrl,
            token: 'the-tenants-token',
          },
        ],
      },
      catalog: {
        providers: {
          github: {
            acme: {
              host: 'gh.local',
              organization: 'acme',
              catalogPath: '/catalog-info.yaml',
              validateLocationsExist: true,
              schedule: { frequency: { minutes: 30 }, timeout: { minutes: 3 } },
            },
          },
        },
      },
    });
    await worker.ready();
  });
  after(async () => {
    await worker.kill();
    github.close();
    supervisor.close();
  });

  test('it is connected at the start, and its schedule is the platform’s to keep', async () => {
    assert.deepEqual(
      (await tasksOf(worker)).map(({ plugin, everyMs }) => [plugin, everyMs]),
      [['catalog', 1_800_000]],
    );
    assert.deepEqual(supervisor.messages, []);
  });

  test('a run of its task tells the platform of every repository with a catalog file', async () => {
    const [task] = await tasksOf(worker);
    const run = await worker.control('/tasks/run', {
      body: { plugin: task?.plugin, task: task?.id },
    });
    assert.equal(run.status, 200, run.text);
    const [message] = supervisor.messages;
    assert.equal(message?.path, '/_platform/v1/catalog/mutations');
    const { provider, mutation } = message.body as {
      provider: string;
      mutation: {
        type: string;
        entities: { entity: { spec: { target: string } } }[];
      };
    };
    assert.equal(provider, 'github-provider:acme');
    assert.equal(mutation.type, 'full');
    assert.deepEqual(
      mutation.entities.map(one => one.entity.spec.target),
      ['artist', 'booking'].map(
        name => `https://gh.local/acme/${name}/blob/main/catalog-info.yaml`,
      ),
    );
    assert.ok(github.asked.every(one => one.token === 'the-tenants-token'));
  });

  test('a push event becomes a delta or a refresh over the standing connection', async () => {
    supervisor.messages.length = 0;
    const event = {
      topic: 'github.push',
      eventPayload: {
        ref: 'refs/heads/main',
        repository: {
          name: 'newcomer',
          full_name: 'acme/newcomer',
          organization: 'acme',
          owner: { name: 'acme', login: 'acme' },
          url: 'https://gh.local/acme/newcomer',
          html_url: 'https://gh.local/acme/newcomer',
          default_branch: 'main',
          topics: [],
          archived: false,
          fork: false,
          visibility: 'private',
        },
        organization: { login: 'acme' },
        commits: [{ added: ['catalog-info.yaml'], modified: [], removed: [] }],
      },
      metadata: { 'x-github-event': 'push' },
    };
    const answer = await worker.control('/events', { body: event });
    assert.deepEqual(answer.json(), { delivered: 1, failed: 0 });
    const [message] = supervisor.messages;
    assert.equal(message?.path, '/_platform/v1/catalog/mutations');
    const { mutation } = message.body as {
      mutation: {
        type: string;
        added: { entity: { spec: { target: string } } }[];
      };
    };
    assert.equal(mutation.type, 'delta');
    assert.match(mutation.added[0]?.entity.spec.target ?? '', /newcomer/);
  });

  test('a mutation that the platform refuses is the task’s failure', async () => {
    supervisor.refuse(403);
    const [task] = await tasksOf(worker);
    await worker.control('/tasks/run', {
      body: { plugin: task?.plugin, task: task?.id },
    });
    supervisor.refuse(undefined);
    assert.ok(worker.logs.some(line => line.includes('the platform refused')));
  });
});

describe('processors', only, () => {
  const place = {
    type: 'url',
    target: 'https://gh.local/acme/artist/blob/main/catalog-info.yaml',
  };
  const component = (name: string, more: object = {}) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name },
    spec: { type: 'service', owner: 'team-a', ...more },
  });
  const batch = (stage: string, ...entities: object[]) => ({
    stage,
    items: entities.map(entity => ({ entity, location: place, origin: place })),
  });
  interface Processed {
    items: {
      entity?: { spec?: object; metadata?: { labels?: object } };
      emitted: Record<string, unknown>[];
      known?: boolean;
      error?: object;
    }[];
  }

  test('one from npm adds relations to a whole batch', async () => {
    const bundle = await installOnce(`${RELATION}@2.17.1`);
    const supervisor = await startSupervisor();
    const worker = start(supervisor, 'catalog', bundle, [RELATION]);
    await worker.ready();
    try {
      const answer = await worker.control('/catalog/process', {
        body: batch(
          'post',
          component('artist', { scaffoldedFrom: 'template:default/react' }),
          component('plain'),
        ),
      });
      assert.equal(answer.status, 200, answer.text);
      const { items } = answer.json() as Processed;
      assert.deepEqual(
        items.map(item => item.emitted.map(one => one['type'])),
        [['relation', 'relation'], []],
      );
    } finally {
      await worker.kill();
      supervisor.close();
    }
  });

  test('hooks run in the order of priorities, errors stay with their entity', async () => {
    const supervisor = await startSupervisor();
    const bundle = fixtureBundle('catalog');
    const worker = start(supervisor, 'catalog', bundle, ['catalog-backend']);
    await worker.ready();
    try {
      const described = (await worker.control('/describe')).json() as {
        extensions: { processors: object[]; ignored: string[] };
      };
      assert.deepEqual(described.extensions.processors, [
        { name: 'Late', priority: 30, hooks: ['preProcessEntity'] },
        {
          name: 'Early',
          priority: 10,
          hooks: ['preProcessEntity', 'validateEntityKind'],
        },
      ]);
      const pre = await worker.control('/catalog/process', {
        body: batch('pre', component('a'), component('bad'), component('c')),
      });
      const { items } = pre.json() as Processed;
      assert.deepEqual(items[0]?.entity?.metadata?.labels, {
        order: 'early-late',
      });
      assert.deepEqual(items[1]?.error, {
        name: 'InputError',
        message: 'bad is not good',
        processor: 'Early',
      });
      assert.ok(items[2]?.entity);
      const kinds = await worker.control('/catalog/process', {
        body: batch('validate', component('a'), {
          ...component('g'),
          kind: 'Gadget',
        }),
      });
      assert.deepEqual(
        (kinds.json() as Processed).items.map(item => item.known),
        [false, true],
      );
      const many = await worker.control('/catalog/process', {
        body: batch(
          'pre',
          ...Array.from({ length: 201 }, () => component('a')),
        ),
      });
      assert.equal(many.status, 400);
    } finally {
      await worker.kill();
      supervisor.close();
    }
  });

  test('a provider that cannot connect keeps the worker from being ready', async () => {
    const supervisor = await startSupervisor();
    const bundle = fixtureBundle('catalog');
    const worker = start(supervisor, 'catalog', bundle, ['catalog-backend'], {
      catalog: { broken: true },
    });
    assert.match((await worker.fatal()).message, /cannot connect/);
    assert.equal(await exitWithin(worker, 4_000), EXIT.failed);
    supervisor.close();
  });
});

describe('search collators', only, () => {
  test('a collator is a task whose run sends all documents, decorated', async () => {
    const supervisor = await startSupervisor();
    const bundle = fixtureBundle('search');
    const worker = start(supervisor, 'search', bundle, ['search-backend']);
    await worker.ready();
    try {
      const [task] = await tasksOf(worker);
      assert.deepEqual(
        [task?.plugin, task?.id, task?.everyMs],
        ['search', 'search_index_notes', 600_000],
      );
      const run = await worker.control('/tasks/run', {
        body: { plugin: 'search', task: task?.id },
      });
      assert.equal(run.status, 200, run.text);
      assert.deepEqual(supervisor.messages, [
        {
          path: '/_platform/v1/search/documents',
          body: {
            type: 'notes',
            documents: [
              { title: 'ONE', text: 'a', location: '/1' },
              { title: 'TWO', text: 'b', location: '/2' },
            ],
          },
        },
      ]);
    } finally {
      await worker.kill();
      supervisor.close();
    }
  });
});
