/**
 * What a worker tells the platform on its own: entities of a provider, events, documents. It goes to the supervisor's
 * socket, which knows whose worker this is; every message is acknowledged, and one that is not is an error for the
 * plugin that sent it.
 */
import { request } from 'node:http';
import { PLATFORM_PREFIX, MAX_CONTROL_BODY_BYTES } from './protocol/limits.ts';
import type { JsonValue } from './protocol/boot.ts';

/** What one message may take. */
const TIMEOUT_MS = 120_000;

/** The way to the supervisor. */
export class PlatformApi {
  readonly #socket: string | undefined;

  constructor(socket: string | undefined) {
    this.#socket = socket;
  }

  /** Sends a message and waits until the platform has taken it. */
  async post(path: string, body: object): Promise<JsonValue> {
    const socketPath = this.#socket;
    if (socketPath === undefined) {
      throw new Error('the supervisor of this worker takes no messages');
    }
    const text = JSON.stringify(body);
    const { status, answer } = await new Promise<{
      status: number;
      answer: string;
    }>((resolve, reject) => {
      const sent = request(
        {
          socketPath,
          path: `${PLATFORM_PREFIX}${path}`,
          method: 'POST',
          agent: false,
          timeout: TIMEOUT_MS,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          },
        },
        response => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > MAX_CONTROL_BODY_BYTES) response.destroy();
            else chunks.push(chunk);
          });
          response.on('error', reject);
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              answer: Buffer.concat(chunks).toString('utf8'),
            });
          });
        },
      );
      sent.on('timeout', () => {
        sent.destroy(new Error('the platform does not answer'));
      });
      sent.on('error', reject);
      sent.end(text);
    });
    if (status >= 300) throw refusal(path, status, answer);
    return answer === '' ? null : (JSON.parse(answer) as JsonValue);
  }
}

function refusal(path: string, status: number, answer: string): Error {
  let message = answer.slice(0, 200);
  let name = 'Error';
  try {
    const body = JSON.parse(answer) as {
      error?: { name?: string; message?: string };
    };
    message = body.error?.message ?? message;
    name = body.error?.name ?? name;
  } catch {
    // Not JSON: the text says what there is to say.
  }
  const error = new Error(`the platform refused ${path}: ${status} ${message}`);
  error.name = name;
  return error;
}
