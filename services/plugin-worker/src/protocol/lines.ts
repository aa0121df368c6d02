/**
 * Protocol lines: what a worker tells its supervisor about its own life, as NDJSON on file descriptor 3.
 * Standard output and standard error are log text and are never read as protocol.
 */
import { writeSync } from 'node:fs';
import { MAX_LINE_BYTES, type PROTOCOL } from './limits.ts';

/** The descriptor that the supervisor reads. */
export const PROTOCOL_FD = 3;

/** The worker listens and every plugin has started. */
export interface ReadyLine {
  type: 'ready';
  protocol: typeof PROTOCOL;
  pid: number;
  plugins: string[];
  timings: { loadMs: number; startMs: number; totalMs: number };
  rssBytes: number;
}

/** The worker cannot serve and is about to exit. */
export interface FatalLine {
  type: 'fatal';
  reason: 'boot' | 'load' | 'start' | 'listen';
  message: string;
  /** One entry for each plugin or module that failed to start. */
  failures: { plugin: string; module?: string; message: string }[];
}

/** The worker has drained and is about to exit. */
export interface StoppedLine {
  type: 'stopped';
  reason: 'drain' | 'signal' | 'lifeline';
  /** Requests that were still running when the deadline passed. */
  cutOff: number;
}

/** Any protocol line. */
export type ProtocolLine = ReadyLine | FatalLine | StoppedLine;

/** Encodes one line, shortening a message that would exceed the limit. */
export function encodeLine(line: ProtocolLine): string {
  const text = `${JSON.stringify(line)}\n`;
  if (Buffer.byteLength(text) <= MAX_LINE_BYTES || line.type !== 'fatal') {
    return text;
  }
  const short: FatalLine = {
    ...line,
    message: line.message.slice(0, 4_096),
    failures: line.failures
      .slice(0, 8)
      .map(f => ({ ...f, message: f.message.slice(0, 1_024) })),
  };
  return `${JSON.stringify(short)}\n`;
}

/** Writes one line at once, so that it is out before an exit that follows. False: nobody reads any more. */
export function writeLine(line: ProtocolLine): boolean {
  try {
    writeSync(PROTOCOL_FD, encodeLine(line));
    return true;
  } catch {
    return false;
  }
}
