/** Builds the remote of an installed front-end package and writes its manifest. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { digestFolder } from '../bundle/digest.ts';
import {
  describePackage,
  exportFile,
  packageDir,
  readPackage,
  UnsuitableError,
} from '../bundle/package.ts';
import { compileRemote } from './compiler.ts';
import { decideSharing, parseShellVersions, type Decision } from './sharing.ts';

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
}

/** Builds and returns the manifest, which is also written beside the remote's files. */
export async function buildRemote(
  options: RemoteOptions,
): Promise<RemoteManifest> {
  const root = resolve(options.root);
  const out = resolve(options.out);
  const pkg = readPackage(root, options.package);
  const described = describePackage(pkg);
  if (!described.hasFrontend) {
    throw new UnsuitableError(`${pkg.name} has no front end`);
  }
  if (described.legacyFrontend) {
    throw new UnsuitableError(
      `${pkg.name} is made for the old front-end system only, which needs a recipe that does not exist yet`,
    );
  }
  const shell = parseShellVersions(readFileSync(options.shellVersions, 'utf8'));
  const sharing = decideSharing(shell, name => installedVersion(root, name));
  const remote = remoteName(pkg.name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await compileRemote({
    root,
    out,
    name: remote,
    exposes: Object.fromEntries(
      described.frontendFeatures.map(path => [
        path,
        join(packageDir(root, pkg.name), exportFile(pkg, path)),
      ]),
    ),
    fromShell: Object.entries(sharing)
      .filter(([, decision]) => decision.from === 'shell')
      .map(([name]) => name),
  });
  // Build statistics: nothing reads them, and they name folders of this machine.
  rmSync(join(out, 'mf-stats.json'), { force: true });
  const manifest: RemoteManifest = {
    schema: SCHEMA,
    package: pkg.name,
    version: pkg.version,
    pluginId: described.pluginId,
    remote,
    entry: 'mf-manifest.json',
    modules: described.frontendFeatures.map(expose => ({ expose })),
    sharing,
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

function installedVersion(root: string, name: string): string | undefined {
  try {
    return readPackage(root, name).version;
  } catch {
    return undefined;
  }
}
