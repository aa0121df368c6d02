/**
 * A real pipe for descriptor 3. Node's own `pipe` is a socket pair, which a worker cannot open through `/proc`, and
 * the protocol says pipe.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Both ends: give `writeEnd` to the child, then call `given`. */
export interface Pipe {
  reader: Socket;
  writeEnd: number;
  given(): void;
}

/** Makes a pipe. */
export function makePipe(): Pipe {
  const folder = mkdtempSync(join(tmpdir(), 'pw-'));
  const path = join(folder, 'fifo');
  execFileSync('mkfifo', [path]);
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  rmSync(folder, { recursive: true });
  return {
    reader: new Socket({ fd: readEnd, readable: true, writable: false }),
    writeEnd,
    given: () => {
      closeSync(writeEnd);
    },
  };
}
