/**
 * The npm client, run as a child. Install scripts never run: a package from a registry may do nothing on this
 * machine before it is inside a worker's sandbox.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** npm failed; the message is its own. */
export class NpmError extends Error {
  override name = 'NpmError';
}

/** A version in the registry. */
export interface Resolved {
  package: string;
  version: string;
  integrity: string;
}

/** `@scope/name@range` → name and range. */
export function parseSpec(spec: string): { name: string; range: string } {
  const at = spec.indexOf('@', 1);
  const name = at < 0 ? spec : spec.slice(0, at);
  const range = at < 0 ? 'latest' : spec.slice(at + 1);
  if (
    !/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name) ||
    !/^[\w.^~<>=|* -]+$/.test(range)
  ) {
    throw new NpmError(
      `${spec} is not a package name, or not followed by a version`,
    );
  }
  return { name, range };
}

/** The newest published version that a spec stands for. */
export async function resolve(spec: string): Promise<Resolved> {
  const { name, range } = parseSpec(spec);
  const out = await npm([
    'view',
    `${name}@${range}`,
    'name',
    'version',
    'dist.integrity',
    '--json',
  ]);
  const parsed = JSON.parse(out || '[]') as
    Record<string, string> | Record<string, string>[];
  const newest = Array.isArray(parsed) ? parsed.at(-1) : parsed;
  if (!newest?.['version']) {
    throw new NpmError(`no version of ${name} matches ${range}`);
  }
  return {
    package: name,
    version: newest['version'],
    integrity: newest['dist.integrity'] ?? '',
  };
}

/** Installs one package with its dependencies into an own folder. */
export async function install(spec: string, dir: string): Promise<void> {
  const { name, range } = parseSpec(spec);
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'package.json'),
    `${JSON.stringify({ private: true, dependencies: { [name]: range } })}\n`,
  );
  await npm(
    [
      'install',
      '--ignore-scripts',
      '--omit=dev',
      // Front ends still ask for React 17 beside 18; the shell's React is used anyway.
      '--legacy-peer-deps',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    dir,
  );
}

function npm(args: string[], cwd?: string): Promise<string> {
  // npm's own script starts `node` from the path: make it the one that runs this.
  const path = [dirname(process.execPath), process.env['PATH']]
    .filter(Boolean)
    .join(delimiter);
  return new Promise((done, fail) => {
    const child = spawn(process.env['NPM'] ?? 'npm', args, {
      cwd,
      env: { ...process.env, PATH: path, NO_UPDATE_NOTIFIER: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', error => {
      fail(new NpmError(`npm cannot be started: ${error.message}`));
    });
    child.on('close', code => {
      if (code === 0) done(Buffer.concat(out).toString('utf8'));
      else fail(new NpmError(reason(Buffer.concat(err).toString('utf8'))));
    });
  });
}

/** npm's error lines without its decoration. */
function reason(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter(line => line.startsWith('npm error'))
    .map(line => line.replace(/^npm error ?/, '').trim())
    .filter(line => line !== '' && !line.startsWith('A complete log'));
  return lines.slice(0, 6).join(' ') || stderr.trim().slice(-500);
}
