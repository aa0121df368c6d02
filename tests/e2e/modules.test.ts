/**
 * Unmodified modules from npm in a whole installation: scaffolder actions that templates run, an entity provider that
 * fills the catalog from a GitHub of the test's own, a processor that changes what is read.
 *
 * The packages come from the npm registry; where the worker's tests have installed them before, they are taken from there.
 */
import { strict as assert } from 'node:assert';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { install, type Installation } from './installation.ts';
import { inOrder, type Step } from './steps.ts';

const modules = [
  '@roadiehq/scaffolder-backend-module-utils@4.1.2',
  '@backstage/plugin-scaffolder-backend-module-github@0.10.4',
  '@roadiehq/scaffolder-backend-module-http-request@5.8.0',
  '@backstage/plugin-catalog-backend-module-github@0.14.0',
  '@backstage-community/plugin-catalog-backend-module-scaffolder-relation-processor@2.17.1',
];
const worker = fileURLToPath(new URL('../../services/plugin-worker', import.meta.url));
const cache = path.join(worker, '.cache/bundles');

/** What a template does with the modules, from the input to the output. */
const template = `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: modules, title: Modules }
spec:
  owner: crew
  type: service
  parameters: { type: object, required: [name], properties: { name: { type: string } } }
  steps:
    - id: write
      name: Write
      action: roadiehq:utils:fs:write
      input: { path: catalog-info.json, content: '{"name":"\${{ parameters.name }}"}' }
    - id: merge
      name: Merge
      action: roadiehq:utils:json:merge
      input: { path: catalog-info.json, content: { owner: crew } }
    - id: parse
      name: Parse
      action: roadiehq:utils:fs:parse
      input: { path: catalog-info.json, parser: json }
    - id: call
      name: Call
      action: http:backstage:request
      input: { method: GET, path: 'catalog/entities/by-name/template/default/modules' }
  output:
    owner: \${{ steps.parse.output.content.owner }}
    name: \${{ steps.parse.output.content.name }}
    template: \${{ steps.call.output.body.metadata.name }}
`;

const component = (name: string) => `
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { type: service, lifecycle: production, owner: crew, scaffoldedFrom: 'template:default/modules' }
`;

/** The repositories of the organisation `acme`, by GitHub's published GraphQL schema, and their files. */
async function serveGitHub(repositories: string[]) {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const [, , name, ...file] = (request.url ?? '').split('/');
      if (request.url?.endsWith('/template.yaml')) return response.end(template);
      if (file.at(-1) === 'catalog-info.yaml' && name) return response.end(component(name));
      if (request.method !== 'POST') return response.writeHead(404).end();
      response.setHeader('content-type', 'application/json');
      const nodes = repositories.map(repository => ({
        name: repository,
        url: `http://${host}/acme/${repository}`,
        isArchived: false,
        isFork: false,
        visibility: 'PRIVATE',
        repositoryTopics: { nodes: [] },
        defaultBranchRef: { name: 'main' },
        catalogInfoFile: { __typename: 'Blob', id: repository, text: component(repository) },
      }));
      const pageInfo = { hasNextPage: false, endCursor: null };
      response.end(JSON.stringify({ data: { repositoryOwner: { login: 'acme', repositories: { nodes, pageInfo } } } }));
    });
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `localhost:${address.port}`;
  return { host, url: (file: string) => `http://${host}/${file}`, close: () => server.close() };
}

/** Puts bundles that are on this machine where the plugin host looks for them. */
async function lendBundles(installation: Installation): Promise<void> {
  const known: string[] = await readdir(cache).catch(() => []);
  for (const spec of modules) {
    const name = spec.replace('/', '__');
    if (!known.includes(name) || !known.includes(`${name}.json`)) continue;
    const folder = path.join(installation.dataDir, 'bundles', spec.replace('/', '+'));
    await cp(path.join(cache, name), folder, { recursive: true, verbatimSymlinks: true });
    await cp(path.join(cache, `${name}.json`), path.join(folder, 'bundle.json'));
  }
}

/** A plugin of the worker's own tests, which shows how requests get through. */
async function lendEcho(installation: Installation): Promise<void> {
  const folder = path.join(installation.dataDir, 'bundles/echo-backend@1.0.0');
  const installed = path.join(folder, 'node_modules');
  await cp(path.join(worker, 'test/fixtures/echo'), path.join(installed, 'echo-backend'), { recursive: true });
  // The worker's own copy; a bundle has no links that lead out of it.
  const api = path.join('node_modules', '@backstage/backend-plugin-api');
  await mkdir(path.join(folder, api), { recursive: true });
  await writeFile(path.join(folder, api, 'package.json'), '{"name":"@backstage/backend-plugin-api","main":"index.cjs"}');
  await writeFile(
    path.join(folder, api, 'index.cjs'),
    `module.exports = require(${JSON.stringify(path.join(worker, api))});\n`,
  );
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  const described = {
    package: 'echo-backend',
    version: '1.0.0',
    role: 'backend-plugin',
    pluginId: 'echo',
    backendFeatures: ['echo-backend'],
    hasBackend: true,
    hasFrontend: false,
    lockDigest: 'none',
  };
  await writeFile(path.join(folder, 'bundle.json'), JSON.stringify(described));
}

test('modules from npm run in a whole installation', async context => {
  const github = await serveGitHub(['artist', 'booking']);
  const names = modules.map(spec => spec.slice(0, spec.lastIndexOf('@')));
  const installation = await install({
    env: {
      PROSCENIUM_READING__ALLOW: github.host,
      PROSCENIUM_PLUGINS__ALLOW: [...names, 'echo-backend'].join(','),
      // The GitHub of this test is on this machine, where plugins lead nowhere by themselves.
      PROSCENIUM_PLUGINS__REACH: 'localhost',
    },
  });
  context.after(async () => {
    await installation.stop();
    github.close();
  });
  await lendBundles(installation);
  await lendEcho(installation);
  const made = await installation.command('tenant', 'create', 'acme', '--name', 'Acme', '--admin', 'jane@example.com');
  const token = String(made.token);

  async function call(method: string, at: string, body?: unknown): Promise<{ status: number; body: any }> {
    const answer = await fetch(`${installation.origin}${at}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }
  async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + 90_000;
    while (Date.now() < deadline) {
      const found = await ask();
      if (found !== undefined) return found;
      await new Promise(wait => setTimeout(wait, 250));
    }
    throw new Error(`never: ${what}`);
  }
  async function run(values: object): Promise<{ status: string; events: any[] }> {
    const started = await call('POST', '/api/scaffolder/v2/tasks', {
      templateRef: 'template:default/modules',
      values,
    });
    assert.equal(started.status, 201, JSON.stringify(started.body));
    const at = `/api/scaffolder/v2/tasks/${started.body.id}`;
    const status = await until('the end of a run', async () => {
      const task = await call('GET', at);
      return ['completed', 'failed'].includes(task.body.status) ? (task.body.status as string) : undefined;
    });
    return { status, events: (await call('GET', `${at}/events`)).body };
  }

  const steps: Step[] = [
    [
      'five unmodified packages are installed, each with a worker of its own',
      async () => {
        for (const spec of modules) await installation.command('plugin', 'install', spec, '--tenant', 'acme');
        const { body } = await call('GET', '/api/plugins/v1/installed');
        const ids = body.items.map((item: { pluginId: string }) => item.pluginId).sort();
        assert.equal(ids.length, 5);
        for (const id of ['catalog-github', 'scaffolder-github', 'scaffolder-http-request', 'scaffolder-utils']) {
          assert.ok(ids.includes(id), ids.join(' '));
        }
      },
    ],
    [
      'their actions are listed with schemas beside the built-in ones',
      async () => {
        const { body } = await call('GET', '/api/scaffolder/v2/actions');
        const listed = body as { id: string; schema: { input?: object } }[];
        assert.ok(listed.length >= 40, `${listed.length}`);
        for (const id of ['fetch:template', 'publish:github', 'roadiehq:utils:fs:write', 'http:backstage:request']) {
          assert.ok(listed.find(action => action.id === id)?.schema.input, id);
        }
        assert.equal(new Set(listed.map(action => action.id)).size, listed.length);
      },
    ],
    [
      'a template runs them in order, with its workspace, as whoever started it',
      async () => {
        const registered = await call('POST', '/api/catalog/locations', {
          type: 'url',
          target: github.url('template.yaml'),
        });
        assert.equal(registered.status, 201, JSON.stringify(registered.body));
        await until('the template', async () => {
          const found = await call('GET', '/api/catalog/entities/by-name/template/default/modules');
          return found.status === 200 ? true : undefined;
        });
        const { status, events } = await run({ name: 'stage' });
        assert.equal(status, 'completed', JSON.stringify(events));
        const { output } = events.at(-1).body;
        assert.deepEqual(output, { owner: 'crew', name: 'stage', template: 'modules' });
      },
    ],
    [
      'input that breaks an action’s schema is refused before the worker is asked',
      async () => {
        const { body } = await call('GET', '/api/catalog/entities/by-name/template/default/modules');
        const [step] = body.spec.steps;
        const dry = await call('POST', '/api/scaffolder/v2/dry-run', {
          template: { ...body, spec: { ...body.spec, steps: [{ ...step, input: { path: 7 } }], output: {} } },
          values: { name: 'x' },
          directoryContents: [],
        });
        // Utils' actions do not support dry runs; what matters is that nothing was written and it says so.
        const said = JSON.stringify(dry.body);
        assert.match(said, /does not support dry-run|Invalid input/);
      },
    ],
    [
      'the GitHub provider fills the catalog, woken by the platform',
      async () => {
        const config = {
          integrations: { github: [{ host: github.host, apiBaseUrl: `http://${github.host}`, token: 'tenant-token' }] },
          catalog: {
            providers: {
              github: {
                acme: {
                  host: github.host,
                  organization: 'acme',
                  catalogPath: '/catalog-info.yaml',
                  schedule: { frequency: { minutes: 30 }, timeout: { minutes: 3 } },
                },
              },
            },
          },
        };
        const hosts = [github.host];
        const reach = await call('PUT', '/api/plugins/v1/installed/catalog-github/egress', { hosts });
        assert.equal(reach.status, 200, JSON.stringify(reach.body));
        const set = await call('PUT', '/api/plugins/v1/installed/catalog-github/config', {
          config,
          unchecked: true,
        });
        assert.equal(set.status, 200, JSON.stringify(set.body));
        await until('the entities of both repositories', async () => {
          const { body } = await call('GET', '/api/catalog/entities?filter=kind=component');
          const found = body.map((one: { metadata: { name: string } }) => one.metadata.name).sort();
          return found.join() === 'artist,booking' ? true : undefined;
        });
        const tasks = await until('the run to be written down', async () => {
          const { body } = await call('GET', '/api/plugins/v1/installed/catalog-github/tasks');
          return body.items[0]?.runs > 0 ? body.items : undefined;
        });
        assert.equal(tasks.length, 1);
        assert.equal(tasks[0].lastError, undefined);
        assert.ok(Date.parse(tasks[0].nextAt) > Date.now() + 20 * 60_000);
      },
    ],
    [
      'a processor has added its relations to what was read',
      async () => {
        const artist = await until('the relation', async () => {
          const { body } = await call('GET', '/api/catalog/entities/by-name/component/default/artist');
          return body.relations?.some((one: { type: string }) => one.type === 'scaffoldedFrom') ? body : undefined;
        });
        const relation = artist.relations.find((one: { type: string }) => one.type === 'scaffoldedFrom');
        assert.equal(relation.targetRef, 'template:default/modules');
      },
    ],
    [
      'streams, uploads and WebSockets go through the gateway to a plugin and back',
      async () => {
        await installation.command('plugin', 'install', 'echo-backend@1.0.0', '--tenant', 'acme');
        const authorization = `Bearer ${token}`;
        const headers = { authorization };
        const events = await fetch(`${installation.origin}/api/echo/events`, { headers });
        const times: number[] = [];
        for await (const _ of events.body ?? []) times.push(performance.now());
        assert.ok((times.at(-1) ?? 0) - (times[0] ?? 0) > 200, 'server-sent events came all at once');
        const uploaded = await fetch(`${installation.origin}/api/echo/upload`, {
          method: 'POST',
          headers,
          body: new Uint8Array(5_000_000),
        });
        assert.deepEqual(await uploaded.json(), { bytes: 5_000_000 });
        const shake = () =>
          new Promise<string>((resolve, reject) => {
            const stream = connect(installation.port, '127.0.0.1');
            let said = '';
            stream.on('error', reject);
            stream.on('close', () => resolve(said));
            stream.on('data', bytes => {
              said += bytes.toString();
              if (said.includes(' 101 ') && said.endsWith('\r\n\r\n')) stream.write('over the stream');
              if (said.endsWith('over the stream') || !said.includes(' 101 ')) stream.destroy();
            });
            stream.write(
              `GET /api/echo/socket HTTP/1.1\r\nhost: localhost:${installation.port}\r\n` +
                `authorization: ${authorization}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`,
            );
          });
        // As with Backstage's signals plugin, the first handshake makes it listen for others.
        await shake();
        assert.match(await shake(), / 101 [^]*over the stream$/);
      },
    ],
  ];
  await inOrder(context, steps);
});
