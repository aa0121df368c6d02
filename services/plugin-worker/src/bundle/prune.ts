/** Takes out of an installed bundle what no worker reads: source maps, type declarations and prose. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const UNREAD = /(\.map|\.d\.[cm]?ts|\.tsbuildinfo|\.flow|\.markdown|\.md)$/i;
/** Licences stay with the code, whatever their files are called. */
const KEPT = /^(licen[cs]e|notice|copying)/i;

/** Prunes a folder and returns the number of bytes taken out. */
export function prune(dir: string): number {
  let freed = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      freed += prune(path);
    } else if (
      entry.isFile() &&
      UNREAD.test(entry.name) &&
      !KEPT.test(entry.name)
    ) {
      freed += statSync(path).size;
      rmSync(path);
    }
  }
  return freed;
}
