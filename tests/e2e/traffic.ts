/** Requests without a browser: to an organisation's own host, which only browsers resolve, singly or at a steady rate. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request; an answer of any status is an answer. */
export async function ask(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Reply> {
  return new Promise((found, failed) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => found({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      answer.once('error', failed);
    });
    sent.once('error', failed);
    sent.end(body);
  });
}

/** What one request came to: its status, or 0 and the reason when no answer came. */
export interface Answer {
  readonly at: number;
  readonly path: string;
  readonly status: number;
  readonly tookMs: number;
  readonly problem?: string;
}

/** Requests at a steady rate, whatever the answers say: to each port and each path in turn, until it is stopped. */
export class Traffic {
  readonly answers: Answer[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #timer: NodeJS.Timeout;
  readonly #begun = Date.now();
  #sent = 0;
  #open = 0;
  #endedMs = 0;

  constructor(ports: readonly number[], paths: readonly string[], headers: Record<string, string>, perSecond: number) {
    this.#timer = setInterval(() => {
      for (; this.#sent < ((Date.now() - this.#begun) * perSecond) / 1000; this.#sent++) {
        const port = ports[this.#sent % ports.length];
        // Once round the ports, then the next path: otherwise each path would always meet the same port.
        const path = paths[Math.floor(this.#sent / ports.length) % paths.length];
        if (port !== undefined && path !== undefined) this.#send(port, path, headers);
      }
    }, 10);
  }

  #send(port: number, path: string, headers: Record<string, string>): void {
    this.#open++;
    const begun = Date.now();
    let noted = false;
    const note = (status: number, problem?: string) => {
      if (noted) return;
      noted = true;
      this.#open--;
      const at = Date.now();
      this.answers.push({ at, path, status, tookMs: at - begun, ...(problem === undefined ? {} : { problem }) });
    };
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: this.#agent, timeout: 30_000 }, answer => {
      answer.resume();
      answer.once('end', () => note(answer.statusCode ?? 0));
      answer.once('error', error => note(0, String(error)));
      answer.once('close', () => note(0, 'cut off'));
    });
    sent.once('error', error => note(0, String(error)));
    sent.once('timeout', () => sent.destroy(new Error('no answer in 30 s')));
    sent.end();
  }

  /** Answers that are no success. */
  get failed(): Answer[] {
    return this.answers.filter(({ status }) => status !== 200);
  }

  /** Requests that were answered in a second, over the whole time. */
  get perSecond(): number {
    return (this.answers.length * 1000) / Math.max(1, (this.#endedMs || Date.now()) - this.#begun);
  }

  /** The time within which that share of the requests was answered, in milliseconds. */
  percentileMs(share: number): number {
    const times = this.answers.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
    return times[Math.floor(times.length * share)] ?? 0;
  }

  /** Sends no more, and waits for what is open. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#endedMs ||= Date.now();
    for (let tries = 0; tries < 300 && this.#open > 0; tries++) await new Promise(wait => setTimeout(wait, 100));
    this.#agent.destroy();
  }

  /** Goes on while something is done, and stops also when that fails. */
  async during(done: () => Promise<void>): Promise<void> {
    try {
      await done();
    } finally {
      await this.stop();
    }
  }
}
