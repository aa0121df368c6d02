/**
 * Logs: one JSON object a line on standard output, `{at, level, message, …labels}`. The supervisor treats it as
 * untrusted text, so nothing is decided by it; lines are kept under the protocol's limit.
 */
import type {
  LoggerService,
  RootLoggerService,
} from '@backstage/backend-plugin-api';
import type { JsonObject } from '../protocol/boot.ts';
import { MAX_LINE_BYTES } from '../protocol/limits.ts';

type Level = 'error' | 'warn' | 'info' | 'debug';
type Meta = Error | JsonObject | undefined;

/** Backstage's logger on standard output. */
export class LineLogger implements RootLoggerService {
  readonly #labels: JsonObject;
  readonly #write: (line: string) => void;

  constructor(
    labels: JsonObject = {},
    write: (line: string) => void = line => {
      process.stdout.write(line);
    },
  ) {
    this.#labels = labels;
    this.#write = write;
  }

  error(message: string, meta?: Meta): void {
    this.#log('error', message, meta);
  }

  warn(message: string, meta?: Meta): void {
    this.#log('warn', message, meta);
  }

  info(message: string, meta?: Meta): void {
    this.#log('info', message, meta);
  }

  debug(message: string, meta?: Meta): void {
    this.#log('debug', message, meta);
  }

  child(labels: JsonObject): LoggerService {
    return new LineLogger({ ...this.#labels, ...labels }, this.#write);
  }

  #log(level: Level, message: unknown, meta: Meta): void {
    if (level === 'debug' && !process.env['DEBUG']) return;
    const text =
      message instanceof Error
        ? (message.stack ?? message.message)
        : String(message);
    const extra = meta instanceof Error ? { error: meta.stack } : meta;
    const head = { at: new Date().toISOString(), level, message: text };
    this.#write(encode({ ...this.#labels, ...extra, ...head }, head));
  }
}

function encode(
  line: Record<string, unknown>,
  head: { at: string; level: Level; message: string },
): string {
  let text: string;
  try {
    text = JSON.stringify(line);
  } catch {
    text = JSON.stringify(head);
  }
  if (Buffer.byteLength(text) >= MAX_LINE_BYTES) {
    text = JSON.stringify({ ...head, message: head.message.slice(0, 8_192) });
  }
  return `${text}\n`;
}
