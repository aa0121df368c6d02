/**
 * Twenty secrets, sent along with runs and granted to their templates, go through every action, ours and one of a plugin
 * that tells everything to everybody, in files too. Every role is a process of its own that logs all that it can. Then
 * none of them is in any log, event, answer, row, object or trace, in whatever spelling.
 */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { serveGit } from './git-host.ts';
import { install } from './installation.ts';
import { inOrder } from './steps.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const worker = process.env.PROSCENIUM_WORKER__DIR ?? path.join(here, '../../services/plugin-worker');
const execute = promisify(execFile);

interface Canary {
  readonly name: string;
  /** The middle of it, which no escaping changes. */
  readonly core: string;
  readonly value: string;
}

/** Each with something that an encoding changes; some have several lines, some are longer than a line of base64. */
const canaries: readonly Canary[] = Array.from({ length: 20 }, (_, at) => {
  const core = `c4nary${at}x${randomBytes(9).toString('hex')}`;
  const odd = ['/slash', '+plus', ' blank', '"quote', '\\back', '&amp<', '%25', 'ünïcode😀', `\nline two of ${core}`, "'single"];
  const long = at % 10 === 4 ? `\n${`${core}/${'k'.repeat(40)}\n`.repeat(6)}` : '';
  return { name: `C${at}`, core, value: `${core}${odd[at % odd.length]}${long}` };
});
const sent = canaries.filter((_, at) => at % 2 === 0);
const granted = canaries.filter((_, at) => at % 2 === 1);

/** What a text would show of a canary. */
function needles({ core }: Canary): string[] {
  const base64 = [0, 1, 2].map(offset => Buffer.from(`${'x'.repeat(offset)}${core}`).toString('base64'));
  const hex = Buffer.from(core).toString('hex');
  // The ends of base64 depend on what is beside it.
  return [core, core.toUpperCase(), [...core].reverse().join(''), hex, hex.toUpperCase(), ...base64.map(text => text.slice(4, -4))];
}

/** Canaries that are in a text, also where it is broken over lines. */
function found(what: string, bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  const texts = [text, text.replace(/\\+[nr]|[\r\n]/g, '')];
  return canaries
    .filter(canary => needles(canary).some(needle => texts.some(one => one.includes(needle))))
    .map(canary => {
      const needle = needles(canary).find(one => texts.some(text => text.includes(one))) ?? '';
      const at = texts.map(one => one.indexOf(needle)).find(place => place >= 0) ?? 0;
      const near = (texts.find(one => one.includes(needle)) ?? '').slice(Math.max(0, at - 90), at + 40);
      return `${canary.name} in ${what}: …${near}…`;
    });
}

/** Files below a folder, as they are and unpacked, those of some folders left out. */
async function filesBelow(folder: string, without: string[] = []): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    const full = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || without.some(part => full.startsWith(path.join(folder, part)))) continue;
    const bytes = await readFile(full).catch(() => Buffer.alloc(0));
    files.set(full, bytes);
    try {
      files.set(`${full} unpacked`, gunzipSync(bytes));
    } catch {
      // It is not packed.
    }
  }
  return files;
}

type Step = Record<string, unknown> & { action: string };

const use = (name: string, filter = '') => `\${{ secrets.${name}${filter} }}`;

/** Everything that succeeds, with secrets wherever an input takes text. */
function steps(host: string, git: string): Step[] {
  const every = canaries.map(({ name }) => use(name)).join(' ');
  const values = { a: use('C0'), b: [use('C11')], c: { d: `x${use('C8')}` }, e: use('C4') };
  return [
    { action: 'debug:log', input: { message: `${every} \${{ secrets | dump }} ${use('C1', ' | urlencode')} ${use('C5', ' | escape')}` } },
    { action: 'debug:log', each: '${{ secrets }}', input: { message: '${{ each.key }}=${{ each.value }}' } },
    { action: 'debug:wait', input: { milliseconds: 1 } },
    { action: 'catalog:write', input: { entity: { apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata: { name: 'x', title: use('C3') }, spec: { type: every } } } },
    { action: 'fetch:plain:file', input: { url: `http://${host}/file?t=${use('C4', ' | urlencode')}`, targetPath: 'plain/a.txt', token: use('C5') } },
    { action: 'fetch:template:file', input: { url: `http://${host}/file?t=${use('C6', ' | urlencode')}`, targetPath: 'one.txt', values } },
    { action: 'workspace:template', input: { sourcePath: 'plain', targetPath: 'again', copyWithoutTemplating: [use('C6')], values } },
    { action: 'workspace:template:file', input: { sourcePath: 'plain/a.txt', targetPath: 'two.txt', values } },
    { action: 'fs:rename', input: { files: [{ from: 'two.txt', to: `${use('C7')}.txt` }] } },
    { id: 'list', action: 'fs:readdir', input: { paths: ['.'], recursive: true } },
    { action: 'debug:log', input: { listWorkspace: 'with-contents', message: '${{ steps.list.output | dump }}' } },
    { action: 'teller:tell', input: { given: every, deep: { values } } },
    { action: 'catalog:fetch', input: { entityRef: `component:default/${use('C12', ' | replace(r/[^a-z0-9]/g, "")')}`, optional: true } },
    { id: 'pushed', action: 'proscenium:git:push', input: { remoteUrl: `http://${git}/canaries.git`, gitCommitMessage: `${use('C15')} ${use('C8')}` } },
    { action: 'fs:delete', input: { files: [`${use('C7')}.txt`, `**/*.${use('C9')}`] } },
    // What is in the storage while the run goes on is looked at here.
    { id: 'pause', action: 'debug:wait', input: { seconds: 4 } },
    { action: 'debug:log', input: { message: '${{ steps.pushed.output | dump }} ${{ steps.s11.output | dump }}' } },
  ];
}

/** Steps that fail with a secret in what they were given. */
function failing(host: string): Step[] {
  return [
    { action: 'fs:rename', input: { files: [{ from: use('C1'), to: 'x' }] } },
    { action: 'fs:readdir', input: { paths: use('C2') } },
    { action: 'fs:delete', input: { files: [`../${use('C4')}`] } },
    { action: 'debug:wait', input: { seconds: use('C6') } },
    { action: 'fetch:plain:file', input: { url: `http://${host}/none/${use('C3', ' | urlencode')}`, targetPath: 'x' } },
    { action: 'fetch:plain', input: { url: `http://user:${use('C5', ' | urlencode')}@${host}/none?x=${use('C10', ' | urlencode')}` } },
    { action: 'fetch:plain', input: { url: `http://127.0.0.1:1/${use('C0', ' | urlencode')}` } },
    { action: 'fetch:template', input: { url: `ftp://${use('C7')}/x` } },
    { action: 'fetch:template', input: { url: `http://${host}/none/${use('C11', ' | urlencode')}` } },
    { action: 'fetch:template:file', input: { url: `http://${host}/none/${use('C13', ' | urlencode')}`, targetPath: 'x' } },
    { action: 'workspace:template', input: { sourcePath: use('C14'), targetPath: 'y' } },
    { action: 'workspace:template:file', input: { sourcePath: use('C16'), targetPath: 'y' } },
    { action: 'catalog:fetch', input: { entityRef: `component:default/${use('C12')}` } },
    { action: 'catalog:register', input: { catalogInfoUrl: `http://${host}/file?token=${use('C17', ' | urlencode')}` } },
    { action: 'catalog:register', input: { catalogInfoUrl: `http://${host}/none/${use('C18', ' | urlencode')}` } },
    { action: 'catalog:write', input: { filePath: `../${use('C18')}`, entity: {} } },
    { action: 'proscenium:git:push', input: { remoteUrl: `http://${host}/${use('C19', ' | urlencode')}.git` } },
    { action: 'debug:log', input: { message: { not: use('C19') } } },
    { action: 'teller:tell', input: { fail: true, given: use('C8') } },
    { action: 'no:such', input: { x: use('C9') } },
  ];
}

function template(name: string, own: Step[], output: object = {}): object {
  const named = own.map((step, at) => ({ id: `s${at}`, name: `Step ${at}`, ...step }));
  const metadata = { name, annotations: {} };
  return { apiVersion: 'scaffolder.backstage.io/v1beta3', kind: 'Template', metadata, spec: { owner: 'user:default/ops', type: 'x', steps: named, output } };
}

/** Answers with templates and a file, and takes what is said to the collector of traces. */
async function serve() {
  const traces: Buffer[] = [];
  const documents: object[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk as Buffer));
    request.on('end', () => {
      const { pathname } = new URL(request.url ?? '/', 'http://h');
      if (pathname === '/v1/traces') traces.push(Buffer.concat(chunks));
      if (pathname === '/templates.yaml') return response.end(documents.map(one => JSON.stringify(one)).join('\n---\n'));
      if (pathname === '/file') return response.end('F ${{ values.a }} ${{ values.b }} ${{ values.c | dump }} ${{ values.e }}');
      response.writeHead(pathname === '/v1/traces' ? 200 : 404).end();
    });
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { host: `localhost:${address.port}`, traces, documents, close };
}

/** The plugin where the plugin host looks for bundles, with the worker's own copy of what it needs. */
async function lendTeller(dataDir: string): Promise<void> {
  const folder = path.join(dataDir, 'bundles/teller-backend@1.0.0');
  const api = path.join('node_modules', '@backstage/backend-plugin-api');
  await cp(path.join(here, 'fixtures/teller'), path.join(folder, 'node_modules/teller-backend'), { recursive: true });
  await mkdir(path.join(folder, api), { recursive: true });
  await writeFile(path.join(folder, api, 'package.json'), '{"name":"@backstage/backend-plugin-api","main":"index.cjs"}');
  await writeFile(path.join(folder, api, 'index.cjs'), `module.exports = require(${JSON.stringify(path.join(worker, api))});\n`);
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  const described = {
    package: 'teller-backend',
    version: '1.0.0',
    role: 'backend-plugin-module',
    pluginId: 'scaffolder',
    backendFeatures: ['teller-backend'],
    hasBackend: true,
    hasFrontend: false,
    lockDigest: 'none',
  };
  await writeFile(path.join(folder, 'bundle.json'), JSON.stringify(described));
}

/** Everything in both databases, as `pg_dump` writes it. */
async function rows(databaseUrl: string, dataDir: string): Promise<Buffer> {
  const options = [...(await filesBelow(dataDir, ['objects', 'bundles']))].find(([name]) => name.endsWith('postmaster.opts'));
  const program = options && /[^\s"]*\/postgres\b/.exec(options[1].toString())?.[0];
  const beside = program ? path.join(path.dirname(program), 'pg_dump') : 'pg_dump';
  const plugins = new URL(databaseUrl);
  plugins.pathname = '/proscenium_plugins';
  const dumps = await Promise.all(
    [databaseUrl, plugins.href].map(url => execute(beside, ['--inserts', '-d', url], { maxBuffer: 1 << 29, encoding: 'buffer' })),
  );
  return Buffer.concat(dumps.map(({ stdout }) => stdout));
}

test('twenty secrets go through every action and are heard nowhere', async context => {
  const [served, git, logs] = await Promise.all([serve(), serveGit(), mkdtemp(path.join(tmpdir(), 'canaries-'))]);
  let stop = async () => {};
  after(async () => {
    await stop();
    served.close();
    await git.close();
    await rm(logs, { recursive: true, force: true });
  });
  const installation = await install({
    layout: 'roles',
    logs,
    env: {
      PROSCENIUM_READING__ALLOW: `${served.host},${git.host}`,
      PROSCENIUM_PLUGINS__ALLOW: 'teller-backend',
      PROSCENIUM_TELEMETRY__LEVEL: 'debug',
      PROSCENIUM_TELEMETRY__OTLP_URL: `http://${served.host}`,
    },
  });
  stop = async () => {
    stop = async () => {};
    await installation.stop();
  };
  const made = await installation.command('tenant', 'create', 'canaries', '--name', 'Canaries', '--admin', 'ops@canaries.test');
  const headers = { authorization: `Bearer ${String(made.token)}`, 'content-type': 'application/json' };
  const ask = async (method: string, at: string, body?: unknown) => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`http://127.0.0.1:${installation.port}/api${at}`, { method, headers, ...init });
    return { status: answer.status, text: await answer.text() };
  };
  const json = async <T>(method: string, at: string, body?: unknown): Promise<T> => {
    const { status, text } = await ask(method, at, body);
    assert.ok(status < 300, `${method} ${at}: ${status} ${text}`);
    return JSON.parse(text) as T;
  };
  const problems: string[] = [];
  const look = (what: string, bytes: Buffer | string) => problems.push(...found(what, Buffer.from(bytes)));
  const secrets = Object.fromEntries(sent.map(({ name, value }) => [name, value]));
  const wrong = failing(served.host);

  /** Runs a template to its end; everything that is told of it is looked at. */
  async function run(name: string, meanwhile?: (events: string) => Promise<boolean>): Promise<string> {
    const { id } = await json<{ id: string }>('POST', '/scaffolder/v2/tasks', { templateRef: `template:default/${name}`, values: {}, secrets });
    const at = `/scaffolder/v2/tasks/${id}`;
    let [status, waits] = ['open', meanwhile !== undefined];
    for (const deadline = Date.now() + 60_000; !['completed', 'failed'].includes(status); await sleep(100)) {
      assert.ok(Date.now() < deadline, `${name} does not end: ${(await ask('GET', `${at}/events`)).text}`);
      ({ status } = await json<{ status: string }>('GET', at));
      if (waits) waits = !(await meanwhile?.((await ask('GET', `${at}/events`)).text));
    }
    for (const told of [at, `${at}/events`, `${at}/eventstream`]) look(`${name} ${told}`, (await ask('GET', told)).text);
    const events = (await ask('GET', `${at}/events`)).text;
    assert.ok(!waits, `the storage was never looked at: ${events}`);
    return `${status} ${events}`;
  }

  await inOrder(context, [
    ['they are granted, and a plugin comes that tells everything', async () => {
      const outputs = { a: use('C0'), told: '${{ steps.s11.output.told }}', pushed: '${{ steps.pushed.output | dump }}', files: '${{ steps.list.output.files | dump }}' };
      served.documents.push(template('canaries', steps(served.host, git.host), outputs));
      served.documents.push(...wrong.map((step, at) => template(`failing-${at}`, [step])));
      for (const { name, value } of granted) {
        const { id } = await json<{ id: string }>('POST', '/tenant-admin/v1/secrets', { name, value, description: 'a canary' });
        const documents = served.documents as { metadata: { name: string } }[];
        for (const document of documents.filter(one => new RegExp(`\\b${name}\\b`).test(JSON.stringify(one)))) {
          await json('POST', `/tenant-admin/v1/secrets/${id}/grants`, { kind: 'template', id: `template:default/${document.metadata.name}` });
        }
      }
      await lendTeller(installation.dataDir);
      await installation.command('plugin', 'install', 'teller-backend@1.0.0', '--tenant', 'canaries');
      await json('POST', '/catalog/locations', { type: 'url', target: `http://${served.host}/templates.yaml` });
      for (let tries = 0; (await ask('GET', `/catalog/entities/by-name/template/default/failing-${wrong.length - 1}`)).status !== 200; tries++) {
        assert.ok(tries < 300, 'the templates never came');
        await sleep(100);
      }
    }],
    ['every action is given them and succeeds; what is stored meanwhile shows none', async () => {
      let objects = 0;
      const ended = await run('canaries', async events => {
        if (!events.includes('Beginning step Step 15')) return false;
        for (const [name, bytes] of await filesBelow(path.join(installation.dataDir, 'objects'))) {
          objects += name.includes('workspaces') && !name.endsWith('unpacked') ? 1 : 0;
          look(name, bytes);
        }
        look('the tables while it runs', await rows(installation.databaseUrl, installation.dataDir));
        return true;
      });
      assert.match(ended, /^completed/);
      assert.ok(ended.includes('***') && objects > 0, `${objects} objects were looked at`);
      // They did reach the actions.
      const log = await execute('git', ['clone', '-q', `http://${git.host}/canaries.git`, path.join(logs, 'clone')]).then(() =>
        execute('git', ['-C', path.join(logs, 'clone'), 'log', '--format=%B%an']),
      );
      assert.ok(found('the commit', Buffer.from(log.stdout)).length >= 2, log.stdout);
      const told = await readFile(path.join(logs, 'clone/told.txt'));
      assert.equal(found('the file', told).length, canaries.length);
      await rm(path.join(logs, 'clone'), { recursive: true });
    }],
    ['every action fails with them', async () => {
      const left = [...wrong.entries()];
      const some = async () => {
        for (let next = left.shift(); next; next = left.shift()) assert.match(await run(`failing-${next[0]}`), /^failed/, `${next[0]} ${next[1].action}`);
      };
      await Promise.all([some(), some(), some(), some()]);
    }],
    ['dry runs are given them', async () => {
      const body = { template: template('dry', [...steps(served.host, git.host), wrong[0] as Step]), values: {}, secrets: Object.fromEntries(canaries.map(({ name, value }) => [name, value])), directoryContents: [] };
      look('the dry run', (await ask('POST', '/scaffolder/v2/dry-run', body)).text);
    }],
    ['none of them is in any log, answer, row, object or trace', async () => {
      look('the plugin’s page', (await ask('GET', '/plugins/v1/installed')).text);
      const { items } = await json<{ items: { pluginId: string }[] }>('GET', '/plugins/v1/installed');
      for (const { pluginId } of items) {
        const lines = await json<unknown>('GET', `/plugins/v1/installed/${pluginId}/logs`);
        assert.match(JSON.stringify(lines), /\*\*\*/, 'the plugin told nothing');
        look('the plugin’s log', JSON.stringify(lines));
      }
      look('the audit log', (await ask('GET', '/tenant-admin/v1/audit?limit=100')).text);
      look('the tables', await rows(installation.databaseUrl, installation.dataDir));
      await quiesce();
      for (const [name, bytes] of await filesBelow(logs)) look(name, bytes);
      look('traces', Buffer.concat(served.traces));
      const sizes = [...(await filesBelow(logs))].map(([name, bytes]) => `${path.basename(name)} ${bytes.length >> 10} KiB`);
      context.diagnostic(`${sizes.join(', ')}, traces ${Buffer.concat(served.traces).length >> 10} KiB`);
      assert.ok(Buffer.concat(served.traces).includes('proscenium-scaffolder'), 'no traces came');
      assert.deepEqual([...new Set(problems)].slice(0, 30), []);
    }],
  ]);

  /** Ends the processes, so that the last lines and traces are written; what they kept on the disk is looked at before. */
  async function quiesce(): Promise<void> {
    for (const [name, bytes] of await filesBelow(installation.dataDir, ['bundles'])) look(name, bytes);
    await stop();
  }
});
