/** The Postgres and the Redis that an installation brought along, stopped and started as an operator might; its gateways. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import path from 'node:path';
import { type Installation } from './installation.ts';

async function until(condition: () => boolean | Promise<boolean>, what: string, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come true within ${seconds} s`);
    await new Promise(wait => setTimeout(wait, 50));
  }
}

/** Whether a process runs. One that has ended and whose parent has not looked yet does not. */
async function runs(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: Z');
  return !/^State:\s*Z/m.test(status);
}

/** The folder below `folder` that holds `name`. */
async function find(folder: string, name: string): Promise<string | undefined> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const full = path.join(folder, entry.name);
    if (entry.name === name) return folder;
    if (entry.isDirectory()) {
      const below = await find(full, name);
      if (below) return below;
    }
  }
  return undefined;
}

/** Stops Postgres as `pg_ctl -m fast` does and starts it again with the command that it was started with. */
export async function restartPostgres(dataDir: string): Promise<ChildProcess> {
  const folder = await find(dataDir, 'postmaster.opts');
  if (!folder) throw new Error(`there is no Postgres below ${dataDir}`);
  const pid = Number((await readFile(path.join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const [program, ...args] = [...(await readFile(path.join(folder, 'postmaster.opts'), 'utf8')).matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  if (!program) throw new Error('postmaster.opts is empty');
  process.kill(pid, 'SIGINT');
  await until(async () => !(await runs(pid)), 'the end of Postgres');
  const { uid, gid } = await stat(folder);
  const child = spawn(program, args, { uid, gid, cwd: folder, stdio: 'ignore', detached: true });
  await until(
    () => readFile(path.join(folder, 'postmaster.pid'), 'utf8').then(text => text.includes('ready'), () => false),
    'Postgres',
  );
  return child;
}

/** Ends a process that a test started, and waits for its end. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise(done => child.once('exit', done));
  child.kill(signal);
  await ended;
}

/** A Redis that serves an installation. */
export interface Redis {
  readonly pid: number;
  readonly program: string;
  readonly socket: string;
}

/** The Redis that a server started. */
export async function redisOf(parent: number): Promise<Redis> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const status = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '');
    const isChild = new RegExp(`^PPid:\\s*${parent}$`, 'm').test(status);
    if (!isChild || !/^Name:\s*(redis|valkey)-server/m.test(status)) continue;
    const title = await readFile(`/proc/${entry}/cmdline`, 'utf8');
    const socket = /unixsocket[:\0]([^\0 ]+)/.exec(title)?.[1];
    if (!socket) throw new Error(`Redis does not say its socket: ${title}`);
    return { pid: Number(entry), program: await readlink(`/proc/${entry}/exe`), socket };
  }
  throw new Error('the server has no Redis of its own');
}

/** Ends Redis without warning. */
export async function endRedis(redis: Redis): Promise<void> {
  process.kill(redis.pid, 'SIGKILL');
  await until(async () => !(await runs(redis.pid)), 'the end of Redis');
}

/** An empty Redis where that one was. */
export async function startRedis({ program, socket }: Redis): Promise<ChildProcess> {
  const args = ['--unixsocket', socket, '--unixsocketperm', '700', '--port', '0', '--save', '', '--appendonly', 'no'];
  const child = spawn(program, [...args, '--dir', path.dirname(socket)], { stdio: 'ignore' });
  await until(() => command(socket, 'PING').then(answer => answer.includes('PONG'), () => false), 'Redis');
  return child;
}

/** What Redis answers to one command. */
async function command(socket: string, line: string): Promise<string> {
  return new Promise((found, failed) => {
    const connection = createConnection(socket);
    let answer = '';
    connection.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    connection.once('error', failed);
    connection.once('close', () => found(answer));
    connection.end(`${line}\r\n`);
  });
}

/** How many connections listen for news in Redis. Some versions of Valkey count the subscribers of a channel wrongly. */
export async function listeners({ socket }: Redis): Promise<number> {
  const clients = await command(socket, 'CLIENT LIST TYPE pubsub');
  return clients.split('\n').filter(line => / sub=[1-9]/.test(line)).length;
}

/** How many keys are in Redis. */
export async function keysIn({ socket }: Redis): Promise<number> {
  return Number(/^:(\d+)/.exec(await command(socket, 'DBSIZE'))?.[1]);
}

/** The ports of an installation's gateways, each to be asked by itself. */
export async function gatewaysOf({ dataDir, port }: Installation): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [, role, ...args] = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (role !== 'gateway' || args[args.indexOf('--data-dir') + 1] !== dataDir) continue;
    found.push(Number(args[args.indexOf('--listen') + 1]?.split(':').pop()));
  }
  return found.length === 0 ? [port] : found.sort((one, other) => one - other);
}

export { until };
