/**
 * The bundle tool, run by the supervisor when a plugin is installed. It prints one JSON object.
 *
 * - `node dist/bundle.js resolve PACKAGE[@RANGE]`: the version that this stands for, with its integrity.
 * - `node dist/bundle.js about PACKAGE`: what the registry shows of its newest version.
 * - `node dist/bundle.js install PACKAGE[@RANGE] --dir DIR [--keep-all] [--archive FILE]`: installs it into DIR, without
 *   its install scripts, takes out what no worker reads, and describes it: with its README, the schema of its
 *   configuration and what the registry warns of in it. The package itself comes from FILE, an archive in DIR, if one is given; its dependencies come from the
 *   registry all the same.
 * - `node dist/bundle.js describe PACKAGE --dir DIR`: describes a package that is installed there.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { aboutPackage, readmeOf, type Manifest } from './bundle/about.ts';
import { askAdvisories } from './bundle/advisories.ts';
import { configSchema } from './bundle/configSchema.ts';
import { declaredFeatures, unsaidDependencies } from './bundle/features.ts';
import {
  describePackage,
  packageDir,
  readPackage,
  type PackageDescription,
  type PackageJson,
} from './bundle/package.ts';
import {
  install,
  LOCK_FILE,
  parseSpec,
  registryOf,
  resolve,
  view,
} from './bundle/npm.ts';
import { prune } from './bundle/prune.ts';
import { packagesIn, reportOn, writeReport } from './bundle/report.ts';
import { findRecipe } from './remote/recipe.ts';
import {
  parseArguments,
  runCommand,
  UsageError,
  type Arguments,
} from './command.ts';

/** What `install` and `describe` print. */
interface BundleDescription extends PackageDescription {
  dir: string;
  /** SHA-256 in hex of the lock file: names every package of the bundle by version and integrity. */
  lockDigest: string;
}

const COMMANDS: Record<
  string,
  (spec: string, args: Arguments) => Promise<unknown>
> = {
  resolve: spec => resolve(spec),
  about: async spec => aboutPackage((await view(spec)) as unknown as Manifest),
  describe: (spec, args) =>
    Promise.resolve(describe(parseSpec(spec).name, args.option('dir'))),
  install: async (spec, args) => {
    const dir = resolvePath(args.option('dir'));
    await installWhole(spec, dir, args.optional('archive'));
    const described = describe(parseSpec(spec).name, dir);
    const report = reportOn(join(dir, 'node_modules'));
    // Declarations and prose are read before they are taken out.
    const told = await tell(parseSpec(spec).name, dir);
    // A bundler follows source maps and style sheets into places that a worker never reads.
    const whole = args.flag('keep-all') || !described.hasBackend;
    const prunedBytes = whole ? 0 : prune(join(dir, 'node_modules'));
    report.advisories = await advisoriesOf(spec, dir, args.optional('archive'));
    writeReport(dir, report);
    return { ...described, ...told, prunedBytes, ...report };
  },
};

/** What the registry warns of; it hears nothing of a package that came as an archive. */
async function advisoriesOf(spec: string, dir: string, archive?: string) {
  const own = archive === undefined ? undefined : parseSpec(spec).name;
  const packages = packagesIn(join(dir, 'node_modules'), own);
  return askAdvisories(await registryOf(dir).catch(() => ''), packages);
}

/** What people read of an installed package, and what they can configure. */
async function tell(name: string, dir: string) {
  return {
    about: aboutPackage(readPackage(dir, name)),
    readme: readmeOf(packageDir(dir, name)),
    configSchema: await configSchema(dir, name),
  };
}

/**
 * Installs a package, and once more when its code needs what it does not bring, or when a version that it asks for
 * itself did not come to lie beside it: that is where the framework and the sharing of libraries look.
 */
async function installWhole(
  spec: string,
  dir: string,
  archive?: string,
): Promise<void> {
  await install(spec, dir, {}, archive);
  const { name } = parseSpec(spec);
  const pkg = readPackage(dir, name);
  const folder = packageDir(dir, name);
  const others = ownCopies(folder, pkg);
  if (isBackend(pkg)) {
    const isThere = (other: string) =>
      existsSync(packageDir(dir, other)) ||
      existsSync(packageDir(folder, other));
    Object.assign(others, unsaidDependencies(folder, pkg, isThere));
  }
  if (Object.keys(others).length > 0) {
    await install(spec, dir, others, archive);
  }
}

/** Dependencies of a package that lie within it, with their versions. */
function ownCopies(folder: string, pkg: PackageJson): Record<string, string> {
  const names = Object.keys(pkg.dependencies ?? {});
  return Object.fromEntries(
    names
      .filter(name => existsSync(packageDir(folder, name)))
      .map(name => [name, readPackage(folder, name).version]),
  );
}

function isBackend(pkg: PackageJson): boolean {
  return pkg.backstage?.role?.startsWith('backend-') ?? false;
}

function describe(name: string, dir: string): BundleDescription {
  const lock = readFileSync(join(dir, LOCK_FILE));
  const pkg = readPackage(dir, name);
  return {
    ...describePackage(
      pkg,
      findRecipe(name)?.pluginId,
      isBackend(pkg) ? declaredFeatures(packageDir(dir, name)) : undefined,
    ),
    dir: resolvePath(dir),
    lockDigest: createHash('sha256').update(lock).digest('hex'),
  };
}

runCommand(async () => {
  const args = parseArguments(
    process.argv.slice(2),
    ['dir', 'archive'],
    ['keep-all'],
  );
  const [name, spec] = args.positionals;
  const command = name === undefined ? undefined : COMMANDS[name];
  if (!command || spec === undefined) {
    throw new UsageError(
      'usage: bundle.js resolve|about|install|describe PACKAGE',
    );
  }
  return command(spec, args);
});
