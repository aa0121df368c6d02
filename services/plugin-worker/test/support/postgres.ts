/**
 * A real Postgres: the one at `DATABASE_ADMIN_URL` (a role that may create roles and databases), else one started from
 * the system's binaries in a temporary folder, reached by its Unix socket only.
 */
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knex, { type Knex } from 'knex';
import type { DatabaseGrant } from '../../src/protocol/boot.ts';

const VERSIONS = '/usr/lib/postgresql';

/** A database for plugin schemas. */
export interface Postgres {
  admin: Knex;
  /** Makes a role and a schema that it owns, as the supervisor does. */
  grant(plugin: string): Promise<DatabaseGrant>;
  stop(): Promise<void>;
}

interface Server {
  host: string;
  port: number;
  user: string;
  password: string;
  stop(): void;
}

/** Connects to a server, starting one if none is given, and makes a database of its own. */
export async function startPostgres(): Promise<Postgres> {
  const given = process.env['DATABASE_ADMIN_URL'];
  const server = given ? remote(new URL(given)) : launch();
  const { host, port, user, password } = server;
  const connect = (database: string) =>
    knex({
      client: 'pg',
      connection: { host, port, user, password, database },
      pool: { min: 0, max: 2 },
    });
  const name = `plugin_worker_test_${process.pid}`;
  const root = connect('postgres');
  await root.raw(`create database ${name}`);
  const admin = connect(name);
  await admin.raw('revoke all on schema public from public');
  const roles: string[] = [];
  return {
    admin,
    async grant(plugin) {
      const role = `${name}_${plugin}`;
      const schema = `t_${plugin}`;
      await admin.raw(`create role ${role} login password 'p'`);
      roles.push(role);
      await admin.raw(`create schema ${schema} authorization ${role}`);
      return { host, port, user: role, password: 'p', database: name, schema };
    },
    async stop() {
      await admin.destroy();
      await root.raw(`drop database ${name} with (force)`);
      for (const role of roles) await root.raw(`drop role ${role}`);
      await root.destroy();
      server.stop();
    },
  };
}

function remote(url: URL): Server {
  return {
    host: url.searchParams.get('host') ?? decodeURIComponent(url.hostname),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    stop: () => undefined,
  };
}

function launch(): Server {
  const bin = newestBinaries();
  const dir = mkdtempSync(join(tmpdir(), 'pw-pg-'));
  const data = join(dir, 'data');
  // Postgres refuses to run as root.
  const as = process.getuid?.() === 0 ? postgresUser() : undefined;
  if (as) chownSync(dir, as.uid, as.gid);
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(bin, program), args, {
      ...as,
      cwd: dir,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync');
  const options = `-k ${dir} -c listen_addresses='' -c fsync=off`;
  run(
    'pg_ctl',
    '-D',
    data,
    '-o',
    options,
    '-l',
    join(dir, 'log'),
    '-w',
    'start',
  );
  return {
    host: dir,
    port: 5432,
    user: 'postgres',
    password: '',
    stop: () => {
      run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function newestBinaries(): string {
  const versions = existsSync(VERSIONS)
    ? readdirSync(VERSIONS).map(Number)
    : [];
  const newest = versions.sort((a, b) => b - a)[0];
  if (newest === undefined) {
    throw new Error(
      `no Postgres in ${VERSIONS}: install the package postgresql, or set DATABASE_ADMIN_URL`,
    );
  }
  return join(VERSIONS, String(newest), 'bin');
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
