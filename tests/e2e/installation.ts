/**
 * Starts Proscenium as an operator would and stops it again: everything in one process, roles apart, or roles apart and
 * the busy ones doubled. Owns the processes it starts; ends them by pid.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.PROSCENIUM_BIN ?? path.join(root, 'target/debug/proscenium');

/** How the roles are spread over processes. */
export type Layout = 'all' | 'roles' | 'pairs';

/** A running installation. */
export interface Installation {
  readonly port: number;
  readonly origin: string;
  readonly dataDir: string;
  /** The server of the layout `all`, whose children are its Redis and its workers. */
  readonly pid: number;
  /** The origin of an organisation's portal. */
  tenant(slug: string): string;
  /** Where roles are apart: the address of the database, as a role that may read all of it. */
  readonly databaseUrl: string;
  /** Runs a command of the executable beside the server and parses the JSON it prints. */
  command(...args: string[]): Promise<Record<string, unknown>>;
  /** Starts one more process of a role beside the others, where roles are apart. */
  role(name: string, env: Record<string, string>): Promise<RoleProcess>;
  /** Kills everything without warning. */
  kill(): Promise<void>;
  /** Starts it again on the same data, with other settings if there are any. */
  restart(env?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

/** One process of a role. */
export interface RoleProcess {
  /** Kills it without warning, and waits until it is gone. */
  kill(): Promise<void>;
}

interface Options {
  layout?: Layout;
  /** Its domain, without the port: `localhost` or a name below it. */
  domain?: string;
  env?: Record<string, string>;
  /** A folder for what each process writes to its log, a file for each role. */
  logs?: string;
}

/** A free loopback port. */
export async function freePort(): Promise<number> {
  const socket = createSocket();
  await new Promise<void>(ready => socket.listen(0, '127.0.0.1', ready));
  const address = socket.address();
  await new Promise(closed => socket.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

class Processes {
  private readonly children: ChildProcess[] = [];
  private readonly environment: Record<string, string>;
  private readonly dataDir: string;
  private readonly logs: string | undefined;

  constructor(dataDir: string, environment: Record<string, string>, logs?: string) {
    this.dataDir = dataDir;
    this.environment = environment;
    this.logs = logs;
  }

  change(environment: Record<string, string>): void {
    Object.assign(this.environment, environment);
  }

  get first(): number {
    const pid = this.children[0]?.pid;
    if (pid === undefined) throw new Error('nothing runs');
    return pid;
  }

  get env(): NodeJS.ProcessEnv {
    return { ...process.env, PROSCENIUM_TELEMETRY__LEVEL: 'warn', ...this.environment };
  }

  start(args: string[], more: Record<string, string> = {}): ChildProcess {
    const log = this.logs && openSync(path.join(this.logs, `${args[0]}.log`), 'a');
    const child = spawn(binary, [...args, '--data-dir', this.dataDir], {
      env: { ...this.env, ...more },
      stdio: ['ignore', 'pipe', log || (process.env.E2E_LOGS ? 'inherit' : 'ignore')],
    });
    if (log) closeSync(log);
    this.children.push(child);
    return child;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const running = this.children.splice(0).reverse();
    await Promise.all(
      running.map(async child => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise(done => child.once('exit', done));
        child.kill(signal);
        const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
        await ended;
        clearTimeout(late);
      }),
    );
  }
}

/** Starts an installation with an empty data folder and waits until it is ready. */
export async function install({ layout = 'all', domain = 'localhost', env = {}, logs }: Options = {}): Promise<Installation> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'proscenium-e2e-'));
  const port = await freePort();
  const processes = new Processes(dataDir, { PROSCENIUM_DOMAIN: `${domain}:${port}`, ...env }, logs);
  const start = () => (layout === 'all' ? startAll(processes, port) : startRoles(processes, port, layout));
  await start();
  const execute = promisify(execFile);
  return {
    port,
    origin: `http://${domain}:${port}`,
    dataDir,
    get pid() {
      return processes.first;
    },
    get databaseUrl() {
      return roleSettings.get(processes)?.DATABASE_URL ?? '';
    },
    tenant: slug => `http://${slug}.${domain}:${port}`,
    async command(...args) {
      const done = await execute(binary, [...args, '--data-dir', dataDir], {
        env: { ...processes.env, ...roleSettings.get(processes) },
        timeout: 600_000,
      });
      return JSON.parse(done.stdout) as Record<string, unknown>;
    },
    async role(name, more) {
      const listen = await freePort();
      const child = processes.start([name, '--listen', `127.0.0.1:${listen}`], { ...roleSettings.get(processes), ...more });
      child.stdout?.resume();
      await ready(listen, child);
      return {
        kill: () =>
          new Promise<void>(done => {
            if (child.exitCode !== null || child.signalCode !== null) return done();
            child.once('exit', () => done());
            child.kill('SIGKILL');
          }),
      };
    },
    kill: () => processes.end('SIGKILL'),
    async restart(changed = {}) {
      await processes.end('SIGTERM');
      processes.change(changed);
      await start();
    },
    async stop() {
      await processes.end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startAll(processes: Processes, port: number): Promise<void> {
  const child = processes.start(['all', '--listen', `127.0.0.1:${port}`, '--demo']);
  child.stdout?.resume();
  await ready(port, child);
}

/** What separate roles are configured with, so that commands beside them can be too. */
const roleSettings = new WeakMap<Processes, Record<string, string>>();

async function startRoles(processes: Processes, port: number, layout: Layout): Promise<void> {
  const backends = await firstLine(processes.start(['dev-backends']));
  const key = () => randomBytes(32).toString('base64');
  const doubled = layout === 'pairs';
  const ports = {
    catalog: [await freePort(), ...(doubled ? [await freePort()] : [])],
    scaffolder: [await freePort()],
    integrations: [await freePort()],
    'tenant-admin': [await freePort()],
    'plugin-host': [await freePort()],
    gateway: doubled ? [await freePort(), await freePort()] : [port],
  };
  const urls = (role: keyof typeof ports) => ports[role].map(own => `http://127.0.0.1:${own}`).join(',');
  const settings: Record<string, string> = roleSettings.get(processes) ?? {
    PROSCENIUM_INTERNAL__KEY: key(),
    PROSCENIUM_INTERNAL__MASTER_KEY: key(),
  };
  Object.assign(settings, {
    DATABASE_URL: String(backends.databaseUrl),
    REDIS_URL: String(backends.redisUrl),
    PROSCENIUM_S3__URL: String(backends.s3Url),
    PROSCENIUM_S3__ACCESS_KEY: String(backends.s3AccessKey),
    PROSCENIUM_S3__SECRET_KEY: String(backends.s3SecretKey),
    PROSCENIUM_DEMO: 'true',
    PROSCENIUM_SERVICES__CATALOG_URL: urls('catalog'),
    PROSCENIUM_SERVICES__SCAFFOLDER_URL: urls('scaffolder'),
    PROSCENIUM_SERVICES__INTEGRATIONS_URL: urls('integrations'),
    PROSCENIUM_SERVICES__TENANT_ADMIN_URL: urls('tenant-admin'),
    PROSCENIUM_SERVICES__PLUGIN_HOST_URL: urls('plugin-host'),
    PROSCENIUM_SERVICES__GATEWAY_URL: `http://127.0.0.1:${ports.gateway[0]}`,
  });
  roleSettings.set(processes, settings);
  const migrated = processes.start(['migrate'], settings);
  await firstLine(migrated);
  for (const [role, own] of Object.entries(ports)) {
    for (const listen of own) {
      const child = processes.start([role, '--listen', `127.0.0.1:${listen}`], settings);
      child.stdout?.resume();
      if (role === 'gateway') await ready(listen, child);
    }
  }
  if (doubled) alternate(port, ports.gateway);
}

/** A front door that sends each request to the next gateway in turn. */
function alternate(port: number, gateways: number[]): void {
  let turn = 0;
  const door = createServer((incoming, outgoing) => {
    const onward = request(
      {
        host: '127.0.0.1',
        port: gateways[turn++ % gateways.length],
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  door.listen(port, '127.0.0.1');
  door.unref();
}

/** The first line that a process prints, which is JSON. The process goes on. */
export async function firstLine(child: ChildProcess): Promise<Record<string, unknown>> {
  return new Promise((found, failed) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) found(JSON.parse(text.slice(0, end)) as Record<string, unknown>);
    });
    child.once('exit', code => failed(new Error(`ended with ${code} before it printed its settings`)));
  });
}

/** Waits until what listens there says that it is ready. */
export async function ready(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const status = await fetch(`http://127.0.0.1:${port}/.backstage/health/v1/readiness`).then(
      answer => answer.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise(wait => setTimeout(wait, 100));
  }
  throw new Error('the server did not become ready in 90 s');
}
