/** What can be configured in a plugin: the JSON schema of its bundle's packages, made in a child that may do nothing else. */
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Extracted, Skipped } from '../config-schema.ts';
import { schemaPackages } from './schemaPackages.ts';

/** What is known of a bundle's configuration. */
export interface ConfigSchema {
  /** JSON Schema (draft 07) of the configuration tree, with Backstage's `visibility` and `deepVisibility`. */
  schema?: unknown;
  /** Its topmost keys that the plugin itself describes. */
  ownKeys: string[];
  /** Packages that it was made from. */
  packages: { name: string; version: string }[];
  /** What is missing in it, for people. */
  notes: string[];
}

/** Longest schema, in bytes of JSON. */
export const MAX_SCHEMA_BYTES = 256 * 1024;
/** What compiling may take; usual is half a second. */
const PATIENCE_MS = 60_000;
const HEAP_MB = 512;
const LONGEST_NOTE = 300;

/** The worker's own folder: its programs and libraries. */
const TOOLS = fileURLToPath(new URL('../../', import.meta.url));
/** Beside this file's folder, compiled or not, as this file is. */
const PROGRAM = fileURLToPath(
  new URL(`../config-schema${extname(import.meta.url)}`, import.meta.url),
);

class TooSlowError extends Error {
  override name = 'TooSlowError';

  constructor() {
    super(`reading it took longer than ${PATIENCE_MS / 1000} seconds`);
  }
}

/**
 * Extracts the schema of a package that is installed in `dir`. It never fails: a plugin without a schema is configured
 * as text, and the notes say why.
 */
export async function configSchema(
  dir: string,
  name: string,
): Promise<ConfigSchema> {
  const found = schemaPackages(dir, name);
  const packages = found.map(({ name, version }) => ({ name, version }));
  if (found.length === 0) return { ownKeys: [], packages, notes: [] };
  const isOwn = found[0]?.name === name;
  const { schema, ownKeys, skipped } = await run(
    dir,
    found.map(({ manifest }) => realpathSync(manifest)),
  ).catch((error: unknown): Extracted => ({
    skipped: [{ package: name, reason: reasonOf(error) }],
  }));
  const notes = skipped.map(noteOf);
  const kept = packages.filter(
    ({ name }) => !skipped.some(other => other.package === name),
  );
  if (schema === undefined) return { ownKeys: [], packages: [], notes };
  const bytes = Buffer.byteLength(JSON.stringify(schema));
  if (bytes <= MAX_SCHEMA_BYTES) {
    const own = isOwn ? (ownKeys ?? []) : [];
    return { schema, ownKeys: own, packages: kept, notes };
  }
  notes.push(
    `The schema has ${bytes} bytes; at most ${MAX_SCHEMA_BYTES} are kept.`,
  );
  return { ownKeys: [], packages: [], notes };
}

function noteOf({ package: name, reason }: Skipped): string {
  const note = `The schema of ${name} cannot be used: ${reason}`;
  return note.replaceAll(/\s+/g, ' ').slice(0, LONGEST_NOTE);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function run(dir: string, manifests: string[]): Promise<Extracted> {
  const bundle = realpathSync(dir);
  const readable = [bundle, TOOLS, realpathSync(`${TOOLS}node_modules`)];
  const args = [
    `--max-old-space-size=${HEAP_MB}`,
    '--permission',
    ...readable.map(folder => `--allow-fs-read=${folder}`),
    PROGRAM,
    ...manifests,
  ];
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      args,
      {
        // The loader resolves links of where it runs, and above the bundle nothing may be looked at.
        cwd: '/',
        env: {},
        timeout: PATIENCE_MS,
        killSignal: 'SIGKILL',
        maxBuffer: 8 << 20,
      },
      (error, stdout) => {
        const said = parse(stdout);
        if (said && 'skipped' in said) done(said);
        else if (error?.killed) fail(new TooSlowError());
        else fail(new Error(said?.error.message ?? 'it cannot be read'));
      },
    );
  });
}

function parse(
  stdout: string,
): Extracted | { error: { message: string } } | undefined {
  try {
    return JSON.parse(stdout) as Extracted | { error: { message: string } };
  } catch {
    return undefined;
  }
}
