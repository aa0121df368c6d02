/**
 * What else comes with a package: licences, native code and install scripts of everything in the bundle, and what the
 * registry warns of. It decides nothing; whoever installs a plugin reads it. It is written beside the bundle as `proscenium-bundle.json`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import type { Advisories, Packages } from './advisories.ts';

/** What is known of a bundle's content. */
export interface BundleReport {
  packages: number;
  /** Number of packages by licence, as they say it. */
  licences: Record<string, number>;
  /** Packages under a licence that asks for more than its notice, or under none that they say. */
  unusualLicences: { package: string; licence: string }[];
  /** Packages with compiled code for this machine. */
  nativeCode: string[];
  /** Packages whose install scripts were not run; some do without them, others lack what these would have built. */
  installScripts: string[];
  /** What the registry warned of when the bundle was made. */
  advisories?: Advisories;
}

/** Name of the report's file in a bundle. */
export const REPORT_FILE = 'proscenium-bundle.json';

/** Licences that ask for no more than their notice. */
const PERMISSIVE = new Set(
  [
    ...['0BSD', 'Apache-2.0', 'Artistic-2.0', 'BSD', 'BSD-2-Clause'],
    ...['BSD-3-Clause', 'BlueOak-1.0.0', 'CC-BY-3.0', 'CC-BY-4.0', 'CC0-1.0'],
    ...['ISC', 'MIT', 'MIT-0', 'Python-2.0', 'Unlicense', 'WTFPL', 'Zlib'],
  ].map(name => name.toLowerCase()),
);

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

interface Manifest {
  name?: string;
  version?: string;
  license?: unknown;
  licenses?: unknown;
  scripts?: Record<string, string>;
}

/** Looks at every package below a bundle's `node_modules`. */
export function reportOn(nodeModules: string): BundleReport {
  const report: BundleReport = {
    packages: 0,
    licences: {},
    unusualLicences: [],
    nativeCode: [],
    installScripts: [],
  };
  const { manifests, native } = contentOf(nodeModules);
  for (const [folder, manifest] of manifests) {
    const name = `${manifest.name ?? ''}@${manifest.version ?? ''}`;
    const licence = licenceOf(manifest);
    report.packages += 1;
    report.licences[licence] = (report.licences[licence] ?? 0) + 1;
    if (!isPermissive(licence)) {
      report.unusualLicences.push({ package: name, licence });
    }
    if (native.has(folder)) report.nativeCode.push(name);
    if (INSTALL_SCRIPTS.some(script => manifest.scripts?.[script])) {
      report.installScripts.push(name);
    }
  }
  return report;
}

/**
 * Every package below a bundle's `node_modules` that a registry may know, by name with its versions, without `own`: what
 * an organisation uploaded is nobody else's to hear of.
 */
export function packagesIn(nodeModules: string, own?: string): Packages {
  const found: Packages = new Map();
  for (const [, { name = '', version = '' }] of contentOf(nodeModules)
    .manifests) {
    if (name === own || !NAME.test(name) || !semver.valid(version)) continue;
    const versions = found.get(name);
    if (versions) versions.add(version);
    else found.set(name, new Set([version]));
  }
  return found;
}

/** A package's name as registries take it. */
const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

interface Content {
  /** By folder, in its order. */
  manifests: [folder: string, manifest: Manifest][];
  /** Folders of packages with compiled code. */
  native: Set<string>;
}

function contentOf(nodeModules: string): Content {
  const entries = readdirSync(nodeModules, {
    withFileTypes: true,
    recursive: true,
  });
  const native = new Set<string>();
  const manifests: Content['manifests'] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    if (entry.name.endsWith('.node') || entry.name === 'binding.gyp') {
      native.add(packageFolder(entry.parentPath));
    }
    if (
      entry.name === 'package.json' &&
      packageFolder(entry.parentPath) === entry.parentPath
    ) {
      const manifest = read(join(entry.parentPath, entry.name));
      if (manifest?.name) manifests.push([entry.parentPath, manifest]);
    }
  }
  manifests.sort(([a], [b]) => (a < b ? -1 : 1));
  return { manifests, native };
}

/** Writes the report beside the bundle. */
export function writeReport(dir: string, report: BundleReport): void {
  writeFileSync(
    join(dir, REPORT_FILE),
    `${JSON.stringify(report, undefined, 2)}\n`,
  );
}

/** The folder of the package that a folder is in: the last `node_modules/name` or `node_modules/@scope/name`. */
function packageFolder(folder: string): string {
  const found = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(folder);
  return found?.[0] ?? folder;
}

function read(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

function licenceOf({ license, licenses }: Manifest): string {
  const said: unknown =
    license ?? (Array.isArray(licenses) ? licenses[0] : licenses);
  if (typeof said === 'string') return said;
  if (typeof said === 'object' && said !== null && 'type' in said) {
    return String(said.type);
  }
  return 'unknown';
}

/** `(MIT OR GPL-2.0)` is permissive by choice, `(MIT AND GPL-2.0)` is not. */
export function isPermissive(licence: string): boolean {
  return licence
    .replaceAll(/[()]/g, ' ')
    .split(/ OR /i)
    .some(choice =>
      choice
        .split(/ AND /i)
        .every(part => PERMISSIVE.has(part.trim().toLowerCase())),
    );
}
