/** The Postgres and the Redis that an installation in one process brought along: stopped and started as an operator might. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Whether a process is there. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>, what: string, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come true within ${seconds} s`);
    await new Promise(wait => setTimeout(wait, 50));
  }
}

/** Folders below `folder` that hold `name`. */
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
  await until(() => !lives(pid), 'the end of Postgres');
  const { uid, gid } = await stat(folder);
  const child = spawn(program, args, { uid, gid, cwd: folder, stdio: 'ignore', detached: true });
  child.unref();
  await until(
    () => readFile(path.join(folder, 'postmaster.pid'), 'utf8').then(text => text.includes('ready'), () => false),
    'Postgres',
  );
  return child;
}

/** The Redis that a server started. */
export async function redisOf(parent: number): Promise<number> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const status = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '');
    const isChild = new RegExp(`^PPid:\\s*${parent}$`, 'm').test(status);
    if (isChild && /^Name:\s*(redis|valkey)-server/m.test(status)) return Number(entry);
  }
  throw new Error('the server has no Redis of its own');
}

/** Ends a process and waits for its end. */
export async function end(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  // A zombie until its parent looks; it answers nobody.
  await until(
    async () => !lives(pid) || /^State:\s*Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: Z')),
    'the end of a process',
  );
}
