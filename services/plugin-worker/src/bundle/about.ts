/** What a package says to people: for the page on which plugins are found and read about. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageJson } from './package.ts';

/** A package's words about itself. All of it was written by strangers. */
export interface About {
  package: string;
  version: string;
  description?: string;
  licence?: string;
  /** `backend-plugin`, `frontend-plugin-module` and so on. */
  role?: string;
  pluginId?: string;
  keywords: string[];
  /** Where it is described, and where its code is; `https` addresses only. */
  homepage?: string;
  repository?: string;
  /** Other packages of the same plugin. */
  siblings: string[];
}

/** Longest README that is kept, in bytes. */
export const MAX_README_BYTES = 64 * 1024;
const MOST_WORDS = 20;
const LONGEST_TEXT = 500;
const LONGEST_WORD = 60;

/** The parts of a manifest that people read. */
export type Manifest = Pick<
  PackageJson,
  'name' | 'version' | 'description' | 'license' | 'backstage'
> & {
  keywords?: unknown;
  homepage?: unknown;
  repository?: unknown;
};

/** Reads a manifest, on disk or as the registry shows it. */
export function aboutPackage(pkg: Manifest): About {
  const { role, pluginId, pluginPackages } = pkg.backstage ?? {};
  const homepage = address(pkg.homepage);
  const repository = address(repositoryOf(pkg.repository));
  const description = text(pkg.description, LONGEST_TEXT);
  const licence = text(pkg.license, LONGEST_WORD);
  return {
    package: pkg.name,
    version: pkg.version,
    ...(description !== undefined && { description }),
    ...(licence !== undefined && { licence }),
    ...(role !== undefined && { role }),
    ...(pluginId !== undefined && { pluginId }),
    keywords: words(pkg.keywords),
    ...(homepage !== undefined && { homepage }),
    ...(repository !== undefined && { repository }),
    siblings: words(pluginPackages, 214).filter(name => name !== pkg.name),
  };
}

/** The package's README as far as it is kept, if it has one. */
export function readmeOf(folder: string): string | undefined {
  const name = readdirSync(folder).find(name =>
    /^readme(\.md|\.markdown)?$/i.test(name),
  );
  if (name === undefined) return undefined;
  const file = openSync(join(folder, name), 'r');
  try {
    const buffer = Buffer.alloc(MAX_README_BYTES);
    const bytes = readSync(file, buffer, 0, MAX_README_BYTES, 0);
    const whole = bytes < MAX_README_BYTES;
    const read = buffer.subarray(0, bytes).toString('utf8');
    // What the limit cut through is not a character any more.
    return whole ? read : read.replace(/\uFFFD+$/, '').concat('\n\n…');
  } finally {
    closeSync(file);
  }
}

function text(value: unknown, longest: number): string | undefined {
  return typeof value === 'string' && value !== ''
    ? value.slice(0, longest)
    : undefined;
}

function words(value: unknown, longest = LONGEST_WORD): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((word): word is string => typeof word === 'string' && word !== '')
    .slice(0, MOST_WORDS)
    .map(word => word.slice(0, longest));
}

function repositoryOf(value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { url, directory } = value as { url?: unknown; directory?: unknown };
  if (typeof url !== 'string') return undefined;
  const plain = url.replace(/^git\+/, '').replace(/\.git$/, '');
  const isGitHub = plain.startsWith('https://github.com/');
  return isGitHub && typeof directory === 'string'
    ? `${plain}/tree/HEAD/${directory}`
    : plain;
}

function address(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT)
    return undefined;
  try {
    const url = new URL(value);
    return url.protocol === 'https:' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
