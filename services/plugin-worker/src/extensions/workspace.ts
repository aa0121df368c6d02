/**
 * The workspace of an action's run. It comes with the request as a tar archive and goes back with the answer, so the
 * scaffolder may be on another machine and a sandboxed worker needs no folder of it. A run that changed nothing sends
 * nothing back.
 */
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, extract } from 'tar';
import { HttpError } from '../respond.ts';
import {
  MAX_WORKSPACE_BYTES,
  MAX_WORKSPACE_ENTRIES,
} from '../protocol/limits.ts';

/** One run's folder. */
export class Workspace {
  /** Where the action works. */
  readonly path: string;
  readonly #root: string;
  #before = '';

  constructor() {
    this.#root = mkdtempSync(join(tmpdir(), 'run-'));
    this.path = mkdtempSync(join(this.#root, 'workspace-'));
  }

  /** Fills the folder from an archive; only files and folders, and only inside. */
  async fill(archive: Readable): Promise<void> {
    let entries = 0;
    let bytes = 0;
    await pipeline(
      archive,
      extract({
        cwd: this.path,
        strict: true,
        filter: (path, entry) => {
          entries += 1;
          bytes += 'size' in entry ? entry.size : 0;
          if (entries > MAX_WORKSPACE_ENTRIES || bytes > MAX_WORKSPACE_BYTES) {
            throw new HttpError(
              413,
              'PayloadTooLargeError',
              `the workspace is too large: ${path}`,
            );
          }
          return !('type' in entry) || isPlain(entry.type);
        },
      }),
    );
    this.#before = this.#listing();
  }

  /** A fresh folder beside the workspace, gone with the run. */
  temporary(): string {
    return mkdtempSync(join(this.#root, 'tmp-'));
  }

  /** Whether the action changed a file or folder. */
  changed(): boolean {
    return this.#listing() !== this.#before;
  }

  /** The workspace as an archive of its files and folders, links left out. */
  pack(): Readable {
    return create(
      {
        cwd: this.path,
        portable: true,
        filter: (_path, stat) =>
          'isSymbolicLink' in stat ? !stat.isSymbolicLink() : true,
      },
      ['.'],
    ) as unknown as Readable;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** Names, sizes, modes and times of everything, one a line. */
  #listing(): string {
    const lines: string[] = [];
    const visit = (folder: string): void => {
      for (const name of readdirSync(join(this.path, folder)).sort()) {
        const path = join(folder, name);
        const stat = lstatSync(join(this.path, path), { bigint: true });
        lines.push(
          stat.isDirectory()
            ? `${path}/`
            : `${path} ${stat.size} ${stat.mode} ${stat.mtimeNs} ${stat.ino}`,
        );
        if (stat.isDirectory()) visit(path);
      }
    };
    visit('');
    return lines.join('\n');
  }
}

function isPlain(type: string): boolean {
  return ['File', 'OldFile', 'ContiguousFile', 'Directory'].includes(type);
}
