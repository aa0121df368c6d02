/**
 * Which packages of a bundle say what can be configured: the plugin itself, and libraries that it asks for. The
 * framework's own settings are the platform's, and another plugin's are made where that one is installed.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { packageDir, type PackageJson } from './package.ts';

/** A package whose schema counts. */
export interface SchemaPackage {
  name: string;
  version: string;
  /** Its `package.json`. */
  manifest: string;
}

/** Most packages whose schemas are taken; a plugin has two or three. */
const MOST_PACKAGES = 40;

/** Roles of packages that others are built on; one without a role may be anything. */
const LIBRARY_ROLES = [
  undefined,
  'common-library',
  'node-library',
  'web-library',
];

type Manifest = Pick<PackageJson, 'backstage' | 'dependencies'> & {
  name?: string;
  version?: string;
  configSchema?: unknown;
};

/** The plugin first, then its libraries in the order in which they are asked for. */
export function schemaPackages(dir: string, name: string): SchemaPackage[] {
  const plugin = read(packageDir(dir, name));
  const found: SchemaPackage[] = [];
  const seen = new Set<string>();
  const waiting = [packageDir(dir, name)];
  for (const folder of waiting) {
    const pkg = read(folder);
    if (pkg?.name === undefined || seen.has(pkg.name)) continue;
    seen.add(pkg.name);
    const isOwn = pkg.name === name;
    if (!isOwn && !isLibraryOf(plugin, pkg)) continue;
    if (holdsSchema(folder, pkg) && found.length < MOST_PACKAGES) {
      const { name, version = '' } = pkg;
      found.push({ name, version, manifest: join(folder, 'package.json') });
    }
    // What the framework asks for is its own affair.
    if (!isOwn && pkg.name.startsWith('@backstage/')) continue;
    for (const other of Object.keys(pkg.dependencies ?? {})) {
      const places = [packageDir(folder, other), packageDir(dir, other)];
      const place = places.find(place => existsSync(place));
      if (place !== undefined) waiting.push(place);
    }
  }
  return found;
}

/**
 * Whether the schema is a value, or a file within the package: a name that leads out of it would have any file of this
 * machine read.
 */
function holdsSchema(folder: string, { configSchema }: Manifest): boolean {
  if (typeof configSchema === 'object' && configSchema !== null) return true;
  if (typeof configSchema !== 'string') return false;
  try {
    const file = realpathSync(resolve(folder, configSchema));
    const inside = relative(realpathSync(folder), file);
    return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`);
  } catch {
    return false;
  }
}

/** Backstage's own libraries are the framework, but for those of the same plugin and those for source hosts. */
function isLibraryOf(plugin: Manifest | undefined, pkg: Manifest): boolean {
  const { role, pluginId } = pkg.backstage ?? {};
  if (!LIBRARY_ROLES.includes(role)) return false;
  if (!pkg.name?.startsWith('@backstage/')) return true;
  if (/^@backstage\/integration(-|$)/.test(pkg.name)) return true;
  const ownId = plugin?.backstage?.pluginId;
  return pluginId !== undefined && pluginId === ownId;
}

function read(folder: string): Manifest | undefined {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    return JSON.parse(text) as Manifest;
  } catch {
    return undefined;
  }
}
