/**
 * kill -9 of the process that runs tasks: at the boundaries of steps, inside a push before and after it took effect, while
 * a file is read for the catalog, while a gate waits, and at any other moment. Another process takes the tasks over. In
 * the end each push has come exactly once, each file is registered exactly once, and an action that runs at most once was
 * not run again: its task says so.
 *
 * `E2E_KILLS` says how often (10; more for the figure in loadtest/README.md); the seed is printed, `E2E_SEED` takes it again.
 */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveFiles } from './fixtures.ts';
import { type Moment, serveGit } from './git-host.ts';
import { install, type RoleProcess } from './installation.ts';

const KILLS = Number(process.env.E2E_KILLS ?? 10);
/** Tasks that are under way at the same time. */
const ABREAST = 6;
/** How long a life lasts at most, in milliseconds. */
const LONGEST_LIFE = 4000;
/** How long the last tasks may take when nobody kills any more. */
const PATIENCE = 120_000;

type Template = 'plain' | 'each' | 'gates' | 'once';
const TEMPLATES: readonly Template[] = ['plain', 'each', 'gates', 'once'];

interface Task {
  readonly id: string;
  readonly template: Template;
  readonly repositories: readonly string[];
}

interface Event {
  readonly type: string;
  readonly body: { message?: string; stepId?: string; error?: { name: string; message: string } };
}

const component = `
        entity:
          apiVersion: backstage.io/v1alpha1
          kind: Component
          metadata: {name: '\${{ parameters.name }}'}
          spec: {type: service, lifecycle: test, owner: user:default/ops}`;

/** A push, and the registration of what it brought. */
function pushing(host: string, { once = false } = {}): string {
  return `
    - id: write
      name: Write
      action: catalog:write
      input:${component}
    - id: push
      name: Push
      action: proscenium:git:push${once ? '\n      atMostOnce: true' : ''}
      input: {remoteUrl: 'http://${host}/\${{ parameters.name }}.git'}
    - id: register
      name: Register
      action: catalog:register
      input: {repoContentsUrl: '\${{ steps.push.output.repoContentsUrl }}', catalogInfoPath: /catalog-info.yaml}`;
}

function templates(host: string): string {
  const of = (name: Template, steps: string) => `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: ${name}}
spec:
  owner: user:default/ops
  type: service
  parameters:
    properties: {name: {type: string}}
  steps:${steps}
`;
  const say = `
    - {id: say, name: Say, action: 'debug:log', input: {message: 'done \${{ parameters.name }}'}}`;
  const each = `
    - id: write
      name: Write
      action: catalog:write
      input:${component}
    - id: push
      name: Push
      each: [a, b]
      action: proscenium:git:push
      input: {remoteUrl: 'http://${host}/\${{ parameters.name }}-\${{ each.value }}.git'}`;
  const gates = `
    - {id: rest, name: Rest, action: 'gate:timer', input: {duration: PT1S}}
    - id: ask
      name: Ask
      action: gate:approval
      input: {approvers: ['user:default/ops'], selfApproval: true}${pushing(host)}`;
  const all = [of('plain', pushing(host) + say), of('each', each + say), of('gates', gates), of('once', pushing(host, { once: true }))];
  return all.join('---\n');
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('tasks whose process is killed are gone on with, and no effect comes twice', { timeout: 7_200_000 }, async () => {
  const seed = Number(process.env.E2E_SEED ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}, ${KILLS} kills`);
  const random = randomNumbers(seed);
  const [git, files] = [await serveGit(), await serveFiles()];
  files.put('templates.yaml', templates(git.host), 'text/yaml');
  const installation = await install({
    layout: 'roles',
    env: {
      PROSCENIUM_READING__ALLOW: `${git.host},${files.host}`,
      // The one that serves requests runs nothing: those that run are started, and killed, here.
      PROSCENIUM_SCAFFOLDER__CONCURRENCY: '0',
      PROSCENIUM_SCAFFOLDER__LEASE: '1s',
    },
  });
  after(async () => {
    await installation.stop();
    files.close();
    await git.close();
  });
  const made = await installation.command('tenant', 'create', 'kills', '--name', 'Kills', '--admin', 'ops@kills.test');
  const headers = { authorization: `Bearer ${String(made.token)}`, 'content-type': 'application/json' };
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${installation.port}/api${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Record<string, unknown> };
  };
  const events = async (task: Task) => (await ask('GET', `/scaffolder/v2/tasks/${task.id}/events`)).body as unknown as Event[];
  const registered = await ask('POST', '/catalog/locations', { type: 'url', target: files.url('templates.yaml') });
  assert.equal(registered.status, 201, JSON.stringify(registered.body));
  for (let tries = 0; ; tries++) {
    const found = await ask('GET', '/catalog/entities/by-name/template/default/once');
    if (found.status === 200) break;
    assert.ok(tries < 300, 'the templates never came');
    await sleep(100);
  }

  let number = 0;
  const begin = async (): Promise<Task> => {
    const template = TEMPLATES[number % TEMPLATES.length] ?? 'plain';
    const name = `r${number++}`;
    const answer = await ask('POST', '/scaffolder/v2/tasks', { templateRef: `template:default/${template}`, values: { name } });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    const repositories = template === 'each' ? [`${name}-a`, `${name}-b`] : [name];
    return { id: String(answer.body.id), template, repositories };
  };
  const isOver = async (task: Task) => {
    const status = (await ask('GET', `/scaffolder/v2/tasks/${task.id}`)).body.status;
    return status === 'completed' || status === 'failed';
  };
  const approve = async () => {
    const { items } = (await ask('GET', '/scaffolder/v1/gates?state=waiting&kind=approval')).body as { items: { id: string }[] };
    for (const { id } of items) await ask('POST', `/scaffolder/v1/gates/${id}/approve`, { reason: 'go on' });
  };

  const tally: Record<string, number> = {};
  const all: Task[] = [];
  let underWay: Task[] = [];
  const worker = () => installation.role('scaffolder', { PROSCENIUM_SCAFFOLDER__CONCURRENCY: '8' });

  /** One life of the process that runs tasks: it is killed at the chosen moment, or when its time is over. */
  const live = async (process: RoleProcess, choice: number) => {
    let over = false;
    let kill: (why: string) => void = () => {};
    const killed = new Promise<string>(done => (kill = done));
    const moments: Moment[] = ['before the push', 'after the push', 'reading'];
    const moment = moments[choice];
    git.onMoment = async now => {
      if (now !== moment || over) return;
      over = true;
      kill(now);
      // Whoever asked is gone by then.
      await sleep(50);
    };
    const atBoundary = async () => {
      const watched = underWay[Math.floor(random() * underWay.length)];
      if (choice !== 3 || watched === undefined) return;
      const seen = (await events(watched)).length;
      while (!over) {
        const now = await events(watched);
        const fresh = now.slice(seen).some(({ body }) => /^(Beginning|Finished|Retrying) step/.test(body.message ?? ''));
        if (fresh) return kill('boundary of a step');
        if (now.some(({ type }) => type === 'completion')) return;
        await sleep(10);
      }
    };
    const watching = atBoundary();
    const late = setTimeout(() => kill(choice === 4 ? 'any moment' : 'nothing came of the plan'), choice === 4 ? random() * 1500 : LONGEST_LIFE);
    const why = await killed;
    over = true;
    await process.kill();
    clearTimeout(late);
    await watching;
    git.onMoment = async () => {};
    tally[why] = (tally[why] ?? 0) + 1;
  };

  for (let kills = 0; kills < KILLS; kills++) {
    while (underWay.length < ABREAST) {
      const task = await begin();
      all.push(task);
      underWay.push(task);
    }
    await approve();
    await live(await worker(), kills % 5);
    const still = await Promise.all(underWay.map(async task => ({ task, over: await isOver(task) })));
    underWay = still.filter(({ over }) => !over).map(({ task }) => task);
  }

  const last = await worker();
  const deadline = Date.now() + PATIENCE;
  for (const task of all) {
    while (!(await isOver(task))) {
      assert.ok(Date.now() < deadline, `task ${task.id} (${task.template}) did not end: ${JSON.stringify((await events(task)).slice(-5))}`);
      await approve();
      await sleep(200);
    }
  }
  await last.kill();

  let [stopped, retried] = [0, 0];
  const locations = (await ask('GET', '/catalog/locations')).body as unknown as { data: { target: string } }[];
  for (const task of all) {
    const told = await events(task);
    retried += told.filter(({ body }) => body.message?.startsWith('Retrying step')).length;
    const end = told.filter(({ type }) => type === 'completion');
    assert.equal(end.length, 1, `task ${task.id} ended ${end.length} times`);
    const error = end[0]?.body.error;
    if (error !== undefined) {
      assert.equal(task.template, 'once', `${task.template} failed: ${error.message}`);
      assert.match(error.message, /runs at most once, so it is not run again by itself/);
      stopped++;
    }
    for (const repository of task.repositories) {
      const commits = await git.commits(repository);
      assert.equal(git.changes(repository), commits, `${repository} was pushed to more often than it has commits`);
      // What was stopped in the middle of the push may or may not have come, and its task says so.
      if (error === undefined) assert.equal(commits, 1, `${repository} of ${task.template}`);
      else assert.ok(commits <= 1, repository);
      const target = `http://${git.host}/${repository}/raw/main/catalog-info.yaml`;
      const found = locations.filter(({ data }) => data.target === target).length;
      assert.equal(found, error === undefined && task.template !== 'each' ? 1 : 0, `${target} is registered ${found} times`);
    }
  }
  console.log(`${all.length} tasks, ${KILLS} kills (${JSON.stringify(tally)}), ${retried} steps retried, ${stopped} stopped before a second time`);
});
