/**
 * Two layers of packages: the bundle of a plugin, and the worker's own (the base layer). Backstage's framework is
 * taken from the bundle when it holds one that this worker can drive, so that a plugin meets the versions it was
 * published with and two framework versions can run side by side; else from the base layer. Never a mix of both:
 * `backend-app-api` and the stock services of `backend-defaults` are made for each other.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import semver from 'semver';

/** Versions of `@backstage/backend-app-api` whose start result this worker can read. */
export const DRIVABLE = '>=1.3.0 <2';

/** The framework packages whose presence makes a bundle a framework layer. */
const FRAMEWORK = [
  '@backstage/backend-app-api',
  '@backstage/backend-defaults',
  '@backstage/backend-plugin-api',
  '@backstage/plugin-permission-node',
] as const;

/** Where framework packages come from. */
export interface FrameworkLayer {
  origin: 'bundle' | 'base';
  /** Version of `@backstage/backend-defaults`, the framework's name for its releases. */
  version: string;
  /** Loads a package of this layer; a package that it lacks comes from the base layer. */
  load<T>(id: string): T;
}

const base = createRequire(import.meta.url);

/** A `require` that resolves as the plugin's own package would. */
export function bundleRequire(bundle: string): NodeJS.Require {
  return createRequire(join(bundle, 'package.json'));
}

/** Chooses the layer for a worker that hosts these bundles. The first suitable bundle wins. */
export function chooseFramework(bundles: string[]): FrameworkLayer {
  for (const bundle of bundles) {
    const require = bundleRequire(bundle);
    const app = versionOf(require, '@backstage/backend-app-api');
    if (
      app !== undefined &&
      semver.satisfies(app, DRIVABLE) &&
      FRAMEWORK.every(name => versionOf(require, name) !== undefined)
    ) {
      return layer('bundle', require);
    }
  }
  return layer('base', base);
}

function layer(
  origin: FrameworkLayer['origin'],
  require: NodeJS.Require,
): FrameworkLayer {
  return {
    origin,
    version: versionOf(require, '@backstage/backend-defaults') ?? 'unknown',
    load<T>(id: string): T {
      try {
        return require(id) as T;
      } catch (error) {
        if (require === base || !isMissing(error, id)) throw error;
        return base(id) as T;
      }
    },
  };
}

function versionOf(require: NodeJS.Require, name: string): string | undefined {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** The package is not there, or is from before it had this entry (its API package may be newer than it is). */
function isMissing(error: unknown, id: string): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return (
    error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ||
    (error.code === 'MODULE_NOT_FOUND' && error.message.includes(`'${id}'`))
  );
}
