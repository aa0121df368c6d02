/**
 * A git host with a memory: repositories are made by their first push, kept as git keeps them, and every push is counted.
 * Tests hear of each moment of a push and of each reading, and may let the pusher die in it.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What the host was doing when it told. */
export type Moment = 'before the push' | 'after the push' | 'reading';

/** A running host. */
export interface GitHost {
  /** `localhost:PORT`, for the reading allow-list. */
  readonly host: string;
  /** Is told of each moment; what it waits for, the pusher waits for. */
  onMoment: (moment: Moment, repository: string) => Promise<void>;
  /** How often a push changed the repository. */
  changes(repository: string): number;
  /** Commits on the branch `main`; 0 where there is no such repository. */
  commits(repository: string): Promise<number>;
  close(): Promise<void>;
}

const nothing = async () => {};

/** Starts the host on a free port. */
export async function serveGit(): Promise<GitHost> {
  const root = await mkdtemp(path.join(tmpdir(), 'git-host-'));
  const changed = new Map<string, number>();
  const made = new Map<string, Promise<unknown>>();
  const folder = (repository: string) => path.join(root, `${repository}.git`);
  const head = (repository: string) =>
    execute('git', ['-C', folder(repository), 'rev-parse', '--verify', '-q', 'refs/heads/main']).then(
      done => done.stdout.trim(),
      () => '',
    );

  const host: GitHost = {
    host: '',
    onMoment: nothing,
    changes: repository => changed.get(repository) ?? 0,
    commits: repository =>
      execute('git', ['-C', folder(repository), 'rev-list', '--count', 'main']).then(
        done => Number(done.stdout.trim()),
        () => 0,
      ),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(root, { recursive: true, force: true });
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://host');
    const raw = /^\/([a-z0-9-]+)\/raw\/main\/(.+)$/.exec(url.pathname);
    if (raw?.[1] !== undefined && raw[2] !== undefined) {
      await host.onMoment('reading', raw[1]);
      const shown = await execute('git', ['-C', folder(raw[1]), 'show', `main:${raw[2]}`]).catch(() => undefined);
      response.writeHead(shown ? 200 : 404, { 'content-type': 'text/plain' }).end(shown?.stdout ?? 'not here');
      return;
    }
    const repository = /^\/([a-z0-9-]+)\.git\//.exec(url.pathname)?.[1];
    if (repository === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (!made.has(repository)) made.set(repository, execute('git', ['init', '-q', '--bare', '-b', 'main', folder(repository)]));
    await made.get(repository);
    const pushes = url.pathname.endsWith('/git-receive-pack') && request.method === 'POST';
    if (pushes) await host.onMoment('before the push', repository);
    const before = pushes ? await head(repository) : '';
    const said = await backend(request, url, root);
    if (pushes) {
      if ((await head(repository)) !== before) changed.set(repository, host.changes(repository) + 1);
      await host.onMoment('after the push', repository);
    }
    response.writeHead(said.status, said.headers).end(said.body);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return Object.assign(host, { host: `localhost:${address.port}` });
}

/** git's own program for the protocol, as a web server would call it. */
async function backend(
  request: IncomingMessage,
  url: URL,
  root: string,
): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.receivepack',
      GIT_CONFIG_VALUE_0: 'true',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(body);
  const said: Buffer[] = [];
  for await (const part of child.stdout) said.push(part as Buffer);
  const all = Buffer.concat(said);
  const end = all.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  for (const line of all.subarray(0, end).toString().split('\r\n')) {
    const [name, value] = line.split(': ');
    if (name !== undefined && value !== undefined) headers[name.toLowerCase()] = value;
  }
  const status = Number(headers.status?.split(' ')[0] ?? 200);
  delete headers.status;
  return { status, headers, body: all.subarray(end + 4) };
}
