/** Runs a scaffolder action as the scaffolder does: a line of JSON and a workspace out, lines and a workspace back. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAPABILITY } from './worker.ts';

/** A line of the answer. */
export type RunLine = { event: string } & Record<string, unknown>;

/** What came back. */
export interface RunResult {
  status: number;
  lines: RunLine[];
  /** Output values by name. */
  output: Record<string, unknown>;
  /** Files by path; the ones that were sent when the run changed nothing. */
  files: Record<string, string>;
}

/** What to run. */
export interface RunRequest {
  action: string;
  input?: unknown;
  files?: Record<string, string>;
  token?: string;
  signal?: AbortSignal;
  [more: string]: unknown;
}

/** Runs an action in the worker that listens on `socket`. */
export async function runAction(
  socket: string,
  { files = {}, token, signal, ...run }: RunRequest,
): Promise<RunResult> {
  const body = Buffer.concat([
    Buffer.from(`${JSON.stringify(run)}\n`),
    pack(files),
  ]);
  const { status, answer } = await new Promise<{
    status: number;
    answer: Buffer;
  }>((resolve, reject) => {
    const sent = request(
      {
        socketPath: socket,
        path: '/_worker/v1/scaffolder/run',
        method: 'POST',
        agent: false,
        ...(signal && { signal }),
        headers: {
          'x-proscenium-capability': CAPABILITY,
          'content-type': 'application/x-proscenium-run',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
      },
      response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            answer: Buffer.concat(chunks),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
  return read(status, answer, files);
}

function read(
  status: number,
  answer: Buffer,
  sent: Record<string, string>,
): RunResult {
  const lines: RunLine[] = [];
  let rest = answer;
  for (;;) {
    const end = rest.indexOf(0x0a);
    if (end < 0) break;
    const line = JSON.parse(rest.subarray(0, end).toString()) as RunLine;
    lines.push(line);
    rest = rest.subarray(end + 1);
    if (line.event === 'done' || line.event === 'failed') break;
  }
  if (lines.length === 0 && rest.length > 0) {
    lines.push(JSON.parse(rest.toString()) as RunLine);
    rest = Buffer.alloc(0);
  }
  const output = Object.fromEntries(
    lines
      .filter(line => line.event === 'output')
      .map(line => [line['name'] as string, line['value']]),
  );
  const files = lines.at(-1)?.['workspace'] === true ? unpack(rest) : sent;
  return { status, lines, output, files };
}

function pack(files: Record<string, string>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'pw-run-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      execFileSync('mkdir', ['-p', join(folder, path, '..')]);
      writeFileSync(join(folder, path), text);
    }
    return execFileSync('tar', ['-C', folder, '-cf', '-', '.']);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function unpack(archive: Buffer): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'pw-run-'));
  try {
    execFileSync('tar', ['-C', folder, '-xf', '-'], { input: archive });
    const paths = execFileSync('find', ['.', '-type', 'f'], { cwd: folder })
      .toString()
      .trim();
    return Object.fromEntries(
      paths
        .split('\n')
        .filter(path => path !== '')
        .map(path => [path.slice(2), readFileSync(join(folder, path), 'utf8')]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
