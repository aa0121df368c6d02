/** An unmodified plugin from npm with a database of its own: `@backstage-community/plugin-badges-backend`. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeBoot, platformKey, TENANT } from './support/boot.ts';
import {
  startGateway,
  type Gateway,
  type SeenRequest,
} from './support/platform.ts';
import { startPostgres, type Postgres } from './support/postgres.ts';
import { profileName } from './support/profiles.ts';
import { installOnce, runTool } from './support/tool.ts';
import { exitWithin, startWorker, type Worker } from './support/worker.ts';

const PACKAGE = '@backstage-community/plugin-badges-backend';
const VERSION = '0.27.0';
const only = { skip: profileName !== 'node', timeout: 300_000 };
const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { namespace: 'default', name: 'artist', uid: 'u-1' },
  spec: { type: 'service', lifecycle: 'production', owner: 'team-a' },
};

describe('badges from npm', only, () => {
  let gateway: Gateway;
  let postgres: Postgres;
  let worker: Worker;
  let token: string;

  before(async () => {
    const bundle = await installOnce(`${PACKAGE}@${VERSION}`);
    gateway = await startGateway(() => entity);
    postgres = await startPostgres();
    const boot = makeBoot({
      config: { app: { title: 'Acme', badges: { obfuscate: true } } },
    });
    boot.gateway.url = gateway.url;
    boot.plugins = [
      {
        id: 'badges',
        instance: 'test',
        serviceToken: 'badges-own-token',
        bundle,
        features: [PACKAGE],
        database: await postgres.grant('badges'),
      },
    ];
    worker = startWorker(boot);
    await worker.ready();
    token = await platformKey.sign({ aud: 'plugin:badges', tenant: TENANT });
  });
  after(async () => {
    await worker.kill();
    gateway.close();
    await postgres.stop();
  });

  const seen = (): SeenRequest | undefined => gateway.seen.at(-1);
  const uuidOf = async (): Promise<string> => {
    const answer = await worker.ask(
      '/api/badges/entity/default/component/artist/obfuscated',
      { token },
    );
    assert.equal(answer.status, 200, answer.text);
    return (answer.json() as { uuid: string }).uuid;
  };

  test('the bundle tool describes it from its package.json', async () => {
    const dir = await installOnce(`${PACKAGE}@${VERSION}`);
    const { code, output } = await runTool(
      'bundle',
      'describe',
      PACKAGE,
      '--dir',
      dir,
    );
    assert.equal(code, 0);
    assert.equal(output['pluginId'], 'badges');
    assert.equal(output['version'], VERSION);
    assert.deepEqual(output['backendFeatures'], [PACKAGE]);
    assert.equal(output['hasFrontend'], false);
    assert.match(String(output['lockDigest']), /^[0-9a-f]{64}$/);
  });

  test('it runs on the framework that it brought', async () => {
    const answer = await worker.control('/describe');
    const { framework, routes } = answer.json() as {
      framework: { origin: string };
      routes: string[];
    };
    assert.equal(framework.origin, 'bundle');
    assert.deepEqual(routes, ['/api/badges']);
  });

  test('its migrations ran in its own schema and nowhere else', async () => {
    const { rows } = await postgres.admin.raw<{
      rows: { schemaname: string; tablename: string }[];
    }>(
      `select schemaname, tablename from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by 2`,
    );
    assert.deepEqual(
      rows.map(row => `${row.schemaname}.${row.tablename}`),
      [
        't_badges.badges',
        't_badges.knex_migrations',
        't_badges.knex_migrations_lock',
      ],
    );
  });

  test('a row that it writes for a user is found again', async () => {
    const uuid = await uuidOf();
    assert.equal(await uuidOf(), uuid);
    assert.equal(seen()?.token, token);
    assert.equal(seen()?.host, 'acme.localhost:7007');
    const stored = await postgres.admin('t_badges.badges').where({ uuid });
    assert.equal(stored.length, 1);
  });

  test('it draws a badge, reading the catalog with its own token', async () => {
    const path = `/api/badges/entity/${await uuidOf()}/owner`;
    const answer = await worker.ask(path, {
      headers: { accept: 'image/svg+xml' },
    });
    assert.equal(answer.status, 200);
    assert.match(String(answer.headers['content-type']), /svg/);
    assert.match(answer.text, /team-a/);
    assert.equal(seen()?.token, 'badges-own-token');
  });

  test('a token of another audience is refused', async () => {
    const other = await platformKey.sign({ aud: 'backstage', tenant: TENANT });
    const answer = await worker.ask(
      '/api/badges/entity/default/component/artist/obfuscated',
      { token: other },
    );
    assert.equal(answer.status, 401);
    assert.equal(answer.text.includes('user:default/jane'), false);
  });

  test('its pool is closed when it drains', async () => {
    worker.stdin.end();
    assert.equal(await exitWithin(worker, 5_000), 0);
    const { rows } = await postgres.admin.raw<{ rows: unknown[] }>(
      `select 1 from pg_stat_activity where application_name = 'plugin badges'`,
    );
    assert.deepEqual(rows, []);
  });
});
