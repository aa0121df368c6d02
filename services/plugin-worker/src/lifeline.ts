/**
 * Standard input: first the boot document as one line, then the lifeline. Its end means that the supervisor is
 * gone, whatever killed it, and a worker never outlives its supervisor.
 */
import { BootError } from './protocol/boot.ts';
import { MAX_BOOT_BYTES } from './protocol/limits.ts';

/** What came in on standard input, and a way to learn of its end. */
export interface Lifeline {
  /** The boot document's line, without the line feed. */
  line: string;
  /** Calls back once when the supervisor's end is closed; at once if that has happened already. */
  onEnd(callback: () => void): void;
}

/** Reads the boot line and keeps watching the stream. Bytes after the line feed are ignored. */
export function openLifeline(
  input: NodeJS.ReadableStream = process.stdin,
): Promise<Lifeline> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    let opened = false;
    let ended = false;
    let callback: (() => void) | undefined;

    const end = () => {
      if (ended) return;
      ended = true;
      if (!opened) {
        reject(
          new BootError('standard input ended before the boot document did'),
        );
      }
      callback?.();
    };
    input.on('data', (chunk: Buffer) => {
      if (opened) return;
      const at = chunk.indexOf(0x0a);
      chunks.push(at < 0 ? chunk : chunk.subarray(0, at));
      bytes += chunk.length;
      if (at >= 0) {
        opened = true;
        const line = Buffer.concat(chunks).toString('utf8');
        chunks = [];
        resolve({
          line,
          onEnd(wanted) {
            callback = wanted;
            if (ended) wanted();
          },
        });
      } else if (bytes > MAX_BOOT_BYTES) {
        opened = true;
        reject(
          new BootError(
            `the boot document is longer than ${MAX_BOOT_BYTES} bytes`,
          ),
        );
      }
    });
    input.on('end', end);
    input.on('close', end);
    input.on('error', end);
  });
}
