/**
 * What a published package says about itself. Backstage's build writes `backstage.role`, `.pluginId` and `.features`
 * into `package.json`; nothing is run to find out.
 */
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DeclaredFeatures } from './features.ts';

/** The parts of a published `package.json` that matter here. */
export interface PackageJson {
  name: string;
  version: string;
  description?: string;
  license?: string;
  main?: string;
  module?: string;
  exports?: Record<string, unknown> | string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  backstage?: {
    role?: string;
    pluginId?: string;
    pluginPackage?: string;
    pluginPackages?: string[];
    features?: Record<string, string>;
  };
}

/** A package as the platform sees it. */
export interface PackageDescription {
  package: string;
  version: string;
  description?: string;
  license?: string;
  role: string;
  pluginId: string;
  /** Import specifiers of back-end features, for the boot document. */
  backendFeatures: string[];
  /** Export paths of front-end features (`.`, `./alpha`), for the remote. */
  frontendFeatures: string[];
  hasBackend: boolean;
  hasFrontend: boolean;
  /** A front end from before the new front-end system: it needs a recipe to become a remote. */
  legacyFrontend: boolean;
  /** Plugins that its back-end modules extend, for example `catalog`. */
  extends: string[];
}

const BACKEND_ROLES = ['backend-plugin', 'backend-plugin-module'];
const FRONTEND_ROLES = ['frontend-plugin', 'frontend-plugin-module'];
const BACKEND_FEATURE = '@backstage/BackendFeature';
const FRONTEND_FEATURE = /^@backstage\/Frontend(Plugin|Module|FeatureLoader)$/;

/** The package is not a Backstage plugin, or not one that can be hosted. */
export class UnsuitableError extends Error {
  override name = 'UnsuitableError';
}

/** Folder of an installed package. */
export function packageDir(root: string, name: string): string {
  return join(root, 'node_modules', ...name.split('/'));
}

/** Reads an installed package's manifest. */
export function readPackage(root: string, name: string): PackageJson {
  const file = join(packageDir(root, name), 'package.json');
  if (!existsSync(file)) {
    throw new UnsuitableError(`${name} is not installed in ${root}`);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
}

/**
 * Says what a package is, or why it cannot be hosted. Packages built before `backstage.pluginId` was recorded have
 * `knownId` from elsewhere: their recipe, or the code itself.
 */
export function describePackage(
  pkg: PackageJson,
  knownId?: string,
  declared?: DeclaredFeatures,
): PackageDescription {
  const { role, pluginId = knownId ?? idFrom(declared) } = pkg.backstage ?? {};
  if (!role) {
    throw new UnsuitableError(
      `${pkg.name} is not a Backstage plugin: its package.json has no backstage.role`,
    );
  }
  const hasBackend = BACKEND_ROLES.includes(role);
  const hasFrontend = FRONTEND_ROLES.includes(role);
  if (!hasBackend && !hasFrontend) {
    throw new UnsuitableError(
      `${pkg.name} has the role ${role}; only plugins and their modules can be installed`,
    );
  }
  if (!pluginId) {
    throw new UnsuitableError(
      `${pkg.name} does not say its backstage.pluginId`,
    );
  }
  if (hasBackend && declared?.any === false) {
    throw new UnsuitableError(
      `${pkg.name} exports no back-end feature; it may be made for the back-end system from before`,
    );
  }
  const features = Object.entries(pkg.backstage?.features ?? {});
  const backend = features
    .filter(([, type]) => type === BACKEND_FEATURE)
    .map(([path]) => specifier(pkg.name, path));
  const frontend = features
    .filter(([, type]) => FRONTEND_FEATURE.test(type))
    .map(([path]) => path);
  return {
    package: pkg.name,
    version: pkg.version,
    ...(pkg.description && { description: pkg.description }),
    ...(pkg.license && { license: pkg.license }),
    role,
    pluginId,
    backendFeatures: hasBackend ? mainFeatures(pkg.name, backend) : [],
    frontendFeatures: hasFrontend ? frontend : [],
    hasBackend,
    hasFrontend,
    legacyFrontend: hasFrontend && frontend.length === 0,
    extends: [...new Set(declared?.modules.map(module => module.extends))],
  };
}

/**
 * Packages built before features were recorded export theirs as the default of the main entry. Other entries beside
 * the main one (`./alpha`, `./new-backend`) are older names of the same feature, which can be added only once.
 */
function mainFeatures(name: string, recorded: string[]): string[] {
  return recorded.length === 0 || recorded.includes(name) ? [name] : recorded;
}

/** The id of the one plugin that the code makes, or that its modules extend. */
function idFrom(declared?: DeclaredFeatures): string | undefined {
  return declared?.plugins[0] ?? declared?.modules[0]?.extends;
}

/** File that an export path stands for, for bundlers. */
export function exportFile(pkg: PackageJson, path: string): string {
  const exports = typeof pkg.exports === 'object' ? pkg.exports : {};
  const target = firstTarget(exports[path]);
  if (target !== undefined) return target;
  if (path === '.') return pkg.module ?? pkg.main ?? 'index.js';
  return path;
}

function firstTarget(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null) return undefined;
  const conditions = entry as Record<string, unknown>;
  return firstTarget(conditions['import'] ?? conditions['default']);
}

function specifier(name: string, path: string): string {
  return path === '.' ? name : `${name}/${path.replace(/^\.\//, '')}`;
}
