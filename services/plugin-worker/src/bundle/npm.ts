/**
 * The npm registry, through pnpm, run as a child. It keeps every file of every package once, by its content, so the
 * second bundle that needs a package does not fetch or unpack it again.
 *
 * Install scripts never run: a package from a registry may do nothing on this machine before it is inside a worker's
 * sandbox. A bundle holds its own copies of files, so what happens to one cannot reach another.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The registry or its client refused; the message is the client's own. */
export class NpmError extends Error {
  override name = 'NpmError';
}

/** A version in the registry. */
export interface Resolved {
  package: string;
  version: string;
  integrity: string;
}

/** Name of the file that names every package of a bundle by version and integrity. */
export const LOCK_FILE = 'pnpm-lock.yaml';

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
  const out = await pnpm([
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

/** What the registry shows of the newest version of a package. */
export async function view(spec: string): Promise<Record<string, unknown>> {
  const { name } = parseSpec(spec);
  const fields = ['name', 'version', 'description', 'license', 'keywords'];
  const more = ['homepage', 'repository', 'backstage', '--json'];
  const out = await pnpm(['view', `${name}@latest`, ...fields, ...more]);
  const found = JSON.parse(out || '{}') as Record<string, unknown>;
  if (typeof found['version'] !== 'string') {
    throw new NpmError(`the registry has no package ${name}`);
  }
  return found;
}

/**
 * Installs one package with its dependencies into an own folder, and `others` beside it: what its code asks for without
 * saying so. With the name of an archive in the folder, the package itself is what that holds.
 */
export async function install(
  spec: string,
  dir: string,
  others: Record<string, string> = {},
  archive?: string,
): Promise<void> {
  const { name, range } = parseSpec(spec);
  mkdirSync(dir, { recursive: true });
  const from = archive === undefined ? range : archiveSpec(archive);
  writeFileSync(
    join(dir, 'package.json'),
    `${JSON.stringify({ private: true, dependencies: { ...others, [name]: from } })}\n`,
  );
  await pnpm(
    [
      'install',
      '--ignore-scripts',
      '--prod',
      '--no-frozen-lockfile',
      // The flat layout that published plugins expect: some use packages that they do not declare.
      '--config.node-linker=hoisted',
      // Front ends still ask for React 17 beside 18; the shell's React is used anyway.
      '--config.auto-install-peers=false',
      '--config.strict-peer-dependencies=false',
      '--config.package-import-method=clone-or-copy',
      // Whoever asked for this version has decided; a settling time would be the operator's to set.
      '--config.minimum-release-age=0',
      '--reporter=append-only',
    ],
    dir,
  );
  // The client's own notes: nothing reads them, and they name folders of this machine.
  for (const note of ['.modules.yaml', '.pnpm-workspace-state-v1.json']) {
    rmSync(join(dir, 'node_modules', note), { force: true });
  }
}

/** The address of the registry that a folder's packages come from, as the client's settings say. */
export async function registryOf(dir: string): Promise<string> {
  return (await pnpm(['config', 'get', 'registry'], dir)).trim();
}

/** A file in the folder itself, under a name that means nothing else to the client. */
function archiveSpec(archive: string): string {
  if (!/^[\w-]+\.tgz$/.test(archive)) {
    throw new NpmError(`${archive} is not the name of an archive`);
  }
  return `file:${archive}`;
}

const require = createRequire(import.meta.url);

function pnpm(args: string[], cwd?: string): Promise<string> {
  // Its script, run by this Node.
  const program = join(dirname(require.resolve('pnpm')), 'bin/pnpm.cjs');
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: clientEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', error => {
      fail(
        new NpmError(`the registry's client cannot start: ${error.message}`),
      );
    });
    child.on('close', code => {
      const text = Buffer.concat(out).toString('utf8');
      if (code === 0) done(text);
      else fail(new NpmError(reason(text, Buffer.concat(err).toString())));
    });
  });
}

/** Operators set npm's variables (registry, proxy, CA); pnpm reads the same settings under its own prefix. */
export function clientEnvironment(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...given, CI: 'true' };
  for (const [name, value] of Object.entries(given)) {
    const setting = /^npm_config_(.+)$/i.exec(name)?.[1]?.toLowerCase();
    if (setting !== undefined) env[`pnpm_config_${setting}`] ??= value;
  }
  return env;
}

/** The client's own words in one line, with npm's name for the cause when it is one that may pass. */
export function reason(stdout: string, stderr: string): string {
  const json = errorOf(stdout);
  // An installation says what went wrong among its progress, on standard output.
  const text = json
    ? `${json.code}: ${json.message}`
    : `${stderr} ${stdout.replaceAll(/^(Progress: .*|\++)$/gm, '')}`
        .replaceAll(/[×├│╰─▶]+/g, ' ')
        .replaceAll(/\s+/g, ' ');
  const said = text.trim().replace(/^Error: /, '');
  const cause = PASSING.find(([pattern]) => pattern.test(said))?.[1];
  const line = said.slice(0, 600) || 'the registry’s client failed silently';
  return cause === undefined ? line : `${cause}: ${line}`;
}

/** Causes that may be gone at the next try, by npm's names, which the plugin host knows. */
const PASSING: [RegExp, string][] = [
  [/connection refused/i, 'ECONNREFUSED'],
  [/connection reset/i, 'ECONNRESET'],
  [/dns error|failed to lookup/i, 'ENOTFOUND'],
  [/timed? ?out/i, 'ETIMEDOUT'],
  [/FETCH_429/, 'E429'],
  [/FETCH_502/, 'E502'],
  [/FETCH_503/, 'E503'],
  [/FETCH_504/, 'E504'],
];

function errorOf(
  stdout: string,
): { code: string; message: string } | undefined {
  try {
    return (JSON.parse(stdout) as { error?: { code: string; message: string } })
      .error;
  } catch {
    return undefined;
  }
}
