/**
 * Starts a worker as its supervisor would and listens on all its channels.
 *
 * `WORKER_CMD` names the worker to test, words separated by spaces; the default is this package's own. It lets the
 * same contract tests judge a worker in any language (see `profiles.ts`).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Boot } from '../../src/protocol/boot.ts';
import type { FatalLine, ReadyLine } from '../../src/protocol/lines.ts';
import { makePipe } from './pipe.ts';

type Line = Record<string, unknown> & { type: string };

/** Arguments of the worker under test. */
export const workerCommand: string[] = process.env['WORKER_CMD']?.split(
  ' ',
) ?? [
  process.execPath,
  fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
];

/** The capability in the boot documents of the tests. */
export const CAPABILITY = 'a-capability-for-tests';

/** An answer of the worker. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json(): unknown;
}

/** How to ask the worker something. */
export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  token?: string;
  body?: unknown;
  signal?: AbortSignal;
}

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders)
    rmSync(folder, { recursive: true, force: true });
});

/** A short private folder, as sockets need it. */
export function runFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pw-'));
  folders.push(folder);
  return folder;
}

/** A worker process. */
export class Worker {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  readonly logs: string[] = [];
  readonly exit: Promise<number | null>;
  readonly #socket: string;
  readonly #waiting: (() => void)[] = [];

  constructor(socket: string, command: string[] = workerCommand) {
    this.#socket = socket;
    const [program = '', ...args] = command;
    const protocol = makePipe();
    this.child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe', protocol.writeEnd],
      env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
    });
    this.exit = once(this.child, 'exit').then(
      ([code]) => code as number | null,
    );
    // A worker that refuses its boot document closes the pipe while it is being written to.
    this.stdin.on('error', () => undefined);
    protocol.given();
    createInterface(protocol.reader).on('line', text => {
      this.lines.push(JSON.parse(text) as Line);
      this.#waiting.splice(0).forEach(wake => {
        wake();
      });
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface(stream).on('line', l => this.logs.push(l));
    }
    void this.exit.then(() => {
      this.#waiting.splice(0).forEach(wake => {
        wake();
      });
    });
  }

  get stdin(): Writable {
    return this.child.stdin as Writable;
  }

  /** Writes the boot line and leaves standard input open. */
  boot(boot: unknown): this {
    this.stdin.write(`${JSON.stringify(boot)}\n`);
    return this;
  }

  /** Waits for a protocol line of a type; fails when the worker exits without it. */
  async line(type: string): Promise<Line> {
    for (;;) {
      const found = this.lines.find(line => line.type === type);
      if (found) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        const said = JSON.stringify(this.lines);
        throw new Error(
          `exited with ${String(this.child.exitCode)} and no ${type} line; it said ${said}\n${this.logs.join('\n')}`,
        );
      }
      await new Promise<void>(resolve => {
        this.#waiting.push(resolve);
      });
    }
  }

  ready(): Promise<ReadyLine> {
    return this.line('ready') as Promise<unknown> as Promise<ReadyLine>;
  }

  fatal(): Promise<FatalLine> {
    return this.line('fatal') as Promise<unknown> as Promise<FatalLine>;
  }

  /** Asks the worker on its socket. */
  ask(path: string, ask: Ask = {}): Promise<Answer> {
    const body = ask.body === undefined ? undefined : JSON.stringify(ask.body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          socketPath: this.#socket,
          path,
          method: ask.method ?? (body === undefined ? 'GET' : 'POST'),
          agent: false,
          ...(ask.signal && { signal: ask.signal }),
          headers: {
            ...(ask.token && { authorization: `Bearer ${ask.token}` }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...ask.headers,
          },
        },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: () => JSON.parse(text) as unknown,
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Asks the control API, with the capability. */
  control(path: string, ask: Ask = {}): Promise<Answer> {
    return this.ask(`/_worker/v1${path}`, {
      ...ask,
      headers: { 'x-proscenium-capability': CAPABILITY, ...ask.headers },
    });
  }

  /** Ends it whatever it does. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}

/** Starts a worker with a boot document. */
export function startWorker(boot: Boot): Worker {
  return new Worker(boot.socket).boot(boot);
}

/** Resolves to the exit code, or to `late` when the worker lives on after `ms`. */
export async function exitWithin(
  worker: Worker,
  ms: number,
): Promise<number | null | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => {
      resolve('late');
    }, ms);
  });
  const result = await Promise.race([worker.exit, late]);
  clearTimeout(timer);
  return result;
}
