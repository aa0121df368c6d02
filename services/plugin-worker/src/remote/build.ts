/** Builds the remote of an installed front-end package and writes its manifest. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { digestFolder } from '../bundle/digest.ts';
import {
  describePackage,
  exportFile,
  packageDir,
  readPackage,
  UnsuitableError,
  type PackageJson,
} from '../bundle/package.ts';
import { compileRemote } from './compiler.ts';
import {
  checkVersion,
  ENTRY_NEEDS,
  entrySource,
  findRecipe,
  RECIPES,
  type Recipe,
} from './recipe.ts';
import {
  decideSharing,
  lendAnyway,
  parseShellVersions,
  type Decision,
} from './sharing.ts';

/** Version of the manifest's shape. */
export const SCHEMA = 'proscenium-plugin/1';

/** Name of the manifest in the remote's folder. */
export const MANIFEST = 'proscenium-plugin.json';

/** `proscenium-plugin.json`: everything that the platform needs to serve a remote and to know when it is stale. */
export interface RemoteManifest {
  schema: typeof SCHEMA;
  package: string;
  version: string;
  pluginId: string;
  /** Name of the module-federation container. */
  remote: string;
  /** File that the portal loads first. */
  entry: 'mf-manifest.json';
  modules: { expose: string }[];
  sharing: Record<string, Decision>;
  /** Of a front end from before the new system: the recipe that it was built by. */
  recipe?: Recipe;
  bytes: number;
  /** SHA-256 in hex by path. */
  files: Record<string, string>;
  /** SHA-256 in hex over all files; the remote's address. */
  digest: string;
}

/** What to build from what. */
export interface RemoteOptions {
  /** Folder that the package is installed in. */
  root: string;
  package: string;
  out: string;
  /** The shell's `shared-versions.json`. */
  shellVersions: string;
  /** Folder of recipes; those that come with the worker unless it is given. */
  recipes?: string;
}

/** Folder, below the installed package's, of what is generated for the build. */
const GENERATED = '.proscenium-build';
/** React 18's own module of that name does no more, and the shell's `react-dom` must be the only one. */
const REACT_DOM_CLIENT = [
  'react-dom-client.mjs',
  `export { createRoot, hydrateRoot } from 'react-dom';\n`,
] as const;
/** What a remote made by a recipe exposes. */
const LEGACY = './legacy';

/** Builds and returns the manifest, which is also written beside the remote's files. */
export async function buildRemote(
  options: RemoteOptions,
): Promise<RemoteManifest> {
  const root = resolve(options.root);
  const out = resolve(options.out);
  const pkg = readPackage(root, options.package);
  const recipe = findRecipe(pkg.name, options.recipes ?? RECIPES);
  const described = describePackage(pkg, recipe?.pluginId);
  if (!described.hasFrontend) {
    throw new UnsuitableError(`${pkg.name} has no front end`);
  }
  const legacy = described.legacyFrontend ? recipe : undefined;
  if (described.legacyFrontend && !legacy) {
    throw new UnsuitableError(
      `${pkg.name} is made for the old front-end system only, and there is no recipe for it`,
    );
  }
  if (legacy) checkVersion(legacy, pkg.version);
  const shell = parseShellVersions(readFileSync(options.shellVersions, 'utf8'));
  const sharing = decideSharing(shell, name =>
    resolvedVersion(root, pkg.name, name),
  );
  if (legacy) lendAnyway(sharing, shell, ENTRY_NEEDS);
  const remote = remoteName(pkg.name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const exposes = legacy
    ? { [LEGACY]: writeEntry(root, pkg, legacy) }
    : Object.fromEntries(
        described.frontendFeatures.map(path => [path, fileOf(root, pkg, path)]),
      );
  try {
    await compileRemote({
      root,
      out,
      name: remote,
      exposes,
      stubs: { 'react-dom/client': writeGenerated(root, REACT_DOM_CLIENT) },
      fromShell: Object.entries(sharing)
        .filter(([, decision]) => decision.from === 'shell')
        .map(([name]) => name),
    });
  } finally {
    rmSync(join(root, GENERATED), { recursive: true, force: true });
  }
  // Build statistics: nothing reads them, and they name folders of this machine.
  rmSync(join(out, 'mf-stats.json'), { force: true });
  const manifest: RemoteManifest = {
    schema: SCHEMA,
    package: pkg.name,
    version: pkg.version,
    pluginId: described.pluginId,
    remote,
    entry: 'mf-manifest.json',
    modules: Object.keys(exposes).map(expose => ({ expose })),
    sharing,
    ...(legacy && { recipe: legacy }),
    ...digestFolder(out, [MANIFEST]),
  };
  writeFileSync(
    join(out, MANIFEST),
    `${JSON.stringify(manifest, undefined, 2)}\n`,
  );
  return manifest;
}

/** A name that is also a JavaScript identifier: `backstage_community__plugin_tech_radar`. */
export function remoteName(packageName: string): string {
  return packageName
    .replace(/^@/, '')
    .replaceAll('/', '__')
    .replaceAll(/[^A-Za-z0-9_]/g, '_');
}

/** The file that an export path stands for. */
function fileOf(root: string, pkg: PackageJson, path: string): string {
  return join(packageDir(root, pkg.name), exportFile(pkg, path));
}

/** Writes the module that stands for a package by its recipe. Its place is the same in every bundle: it is in digests. */
function writeEntry(root: string, pkg: PackageJson, recipe: Recipe): string {
  const main = relative(join(root, GENERATED), fileOf(root, pkg, '.'));
  const text = entrySource(recipe, main.split(sep).join('/'));
  return writeGenerated(root, ['entry.mjs', text]);
}

function writeGenerated(
  root: string,
  [name, text]: readonly [name: string, text: string],
): string {
  const folder = join(root, GENERATED);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** The version of a library that a package resolves: its own, if it brings one, else the one beside it. */
function resolvedVersion(
  root: string,
  packageName: string,
  name: string,
): string | undefined {
  for (const folder of [packageDir(root, packageName), root]) {
    try {
      return readPackage(folder, name).version;
    } catch {
      // Not there: the next place, as Node looks for it.
    }
  }
  return undefined;
}
