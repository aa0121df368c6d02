/**
 * One installation from the registry for several front ends: in CI the half gigabyte that they have in common is fetched
 * and laid down once. Each then gets a bundle of its own, of links to the same files, where the server looks for it before
 * it asks the registry; from there on everything is as for any other: the bundle is signed and stored, the remote built.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { install } from '../../services/plugin-worker/src/bundle/npm.ts';

const worker = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../services/plugin-worker');
const execute = promisify(execFile);

/** Descriptions have the same length, so that the parts into which bundles are cut are the same and stored once. */
const DESCRIPTION_BYTES = 64 * 1024;

/** A package in an exact version. */
export interface Exact {
  readonly package: string;
  readonly version: string;
}

/** Lays the packages down below `bundles`. */
export async function layDown(packages: readonly Exact[], bundles: string): Promise<void> {
  const [first, ...others] = packages;
  if (first === undefined) return;
  const shared = path.join(bundles, '.shared');
  const beside = Object.fromEntries(others.map(({ package: name, version }) => [name, version]));
  await install(`${first.package}@${first.version}`, shared, beside);
  for (const { package: name, version } of packages) {
    const bundle = path.join(bundles, `${name.replaceAll('/', '+')}@${version}`);
    await mkdir(bundle);
    await execute('cp', ['-al', path.join(shared, 'node_modules'), bundle]);
    for (const file of ['package.json', 'pnpm-lock.yaml']) await cp(path.join(shared, file), path.join(bundle, file));
    const tool = path.join(worker, 'dist/bundle.js');
    const { stdout } = await execute(process.execPath, [tool, 'describe', name, '--dir', bundle], { maxBuffer: 16 << 20 });
    await writeFile(path.join(bundle, 'bundle.json'), stdout.trim().padEnd(DESCRIPTION_BYTES));
  }
  await rm(shared, { recursive: true });
}
