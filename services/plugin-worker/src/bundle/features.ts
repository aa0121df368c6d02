/**
 * What a back end's code declares, read and not run: the plugins that it makes, and the plugins that its modules extend.
 * Published packages keep the framework's calls and their literal ids, since only their consumers bundle them.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageJson } from './package.ts';

/** Back-end features that a package's code makes. */
export interface DeclaredFeatures {
  /** Ids of plugins, in the order of the files. */
  plugins: string[];
  /** Modules, with the plugin that each extends. */
  modules: { extends: string; id: string }[];
  /** Whether it makes any feature at all, also one whose id is not written as a literal. */
  any: boolean;
}

/** Code that is read of one package; what is beyond is not looked at. */
const MOST_BYTES = 16_000_000;

const REQUIRED = /\brequire\(["']((?:@[\w.~-]+\/)?[\w.~-]+)/g;
const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const FEATURE = /createBackend(Plugin|Module|FeatureLoader)\b/;
const CALLS = /createBackend(Plugin|Module)\)?\(\{([^{}]{0,400})/g;

/**
 * Packages that a back end's code loads although it names them among its peers or for its development only, or, if
 * they are Backstage's, nowhere: in a Backstage app they are always there. Those that are `present` are left out.
 */
export function unsaidDependencies(
  dir: string,
  pkg: Pick<
    PackageJson,
    'dependencies' | 'peerDependencies' | 'devDependencies'
  >,
  present: (name: string) => boolean,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const file of codeFiles(dir)) {
    if (statSync(file).size > MOST_BYTES) continue;
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(REQUIRED)) {
      const range =
        pkg.peerDependencies?.[name] ??
        pkg.devDependencies?.[name] ??
        (name.startsWith('@backstage/') ? '*' : undefined);
      if (range === undefined || pkg.dependencies?.[name] !== undefined) {
        continue;
      }
      if (NAME.test(name) && isRange(range) && !present(name)) {
        found[name] = range;
      }
    }
  }
  return found;
}

/** A version or range of the registry; the client takes a leading dot, or an archive's ending, for a file. */
function isRange(range: string): boolean {
  return (
    /^[\w^~<>=|*][\w.^~<>=|* -]*$/.test(range) &&
    !/\.(tgz|tar|tar\.gz)$/i.test(range)
  );
}

/** Reads the code below a package's folder, but not of the packages that it brings. */
export function declaredFeatures(dir: string): DeclaredFeatures {
  const found: DeclaredFeatures = { plugins: [], modules: [], any: false };
  let bytes = 0;
  for (const file of codeFiles(dir)) {
    bytes += statSync(file).size;
    if (bytes > MOST_BYTES) break;
    const text = readFileSync(file, 'utf8');
    if (!FEATURE.test(text)) continue;
    found.any = true;
    for (const [, kind, options = ''] of text.matchAll(CALLS)) {
      const plugin = literal(options, 'pluginId');
      if (plugin === undefined) continue;
      if (kind === 'Plugin') add(found.plugins, plugin);
      else {
        const id = literal(options, 'moduleId') ?? 'unnamed';
        found.modules.push({ extends: plugin, id });
      }
    }
  }
  return found;
}

function literal(options: string, key: string): string | undefined {
  return new RegExp(`\\b${key}: ?["']([a-z0-9-]{1,64})["']`).exec(options)?.[1];
}

function add(list: string[], value: string): void {
  if (!list.includes(value)) list.push(value);
}

/** CommonJS is what a worker loads; a package may hold its ES modules beside it. */
function codeFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && /\.(c?js)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !file.slice(dir.length).includes('node_modules'))
    .sort();
}
