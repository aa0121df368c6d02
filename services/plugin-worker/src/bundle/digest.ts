/** Content digests: of each file, and of a folder as a whole. Equal content has an equal digest on every machine. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Digests of a folder. */
export interface FolderDigest {
  /** SHA-256 in hex by path (with `/`), in path order. */
  files: Record<string, string>;
  bytes: number;
  /** SHA-256 in hex over the lines `<file digest>  <path>\n`, as `sha256sum` prints them. */
  digest: string;
}

/** Digests every file below `dir` but those named in `except`. */
export function digestFolder(dir: string, except: string[] = []): FolderDigest {
  const files: Record<string, string> = {};
  let bytes = 0;
  const whole = createHash('sha256');
  for (const path of listFiles(dir)) {
    const name = relative(dir, path).split(sep).join('/');
    if (except.includes(name)) continue;
    const content = readFileSync(path);
    const digest = createHash('sha256').update(content).digest('hex');
    bytes += content.length;
    files[name] = digest;
    whole.update(`${digest}  ${name}\n`);
  }
  return { files, bytes, digest: whole.digest('hex') };
}

function listFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
}
