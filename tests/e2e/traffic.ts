/** A client that sends requests at a steady rate and remembers what came back. */
import { Agent, request } from 'node:http';

/** What one request came to: its status, or 0 when no answer came. */
export interface Answer {
  readonly at: number;
  readonly status: number;
}

/** Requests at a steady rate until it is stopped. */
export class Traffic {
  readonly answers: Answer[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #timer: NodeJS.Timeout;
  #open = 0;

  constructor(port: number, path: string, headers: Record<string, string>, perSecond: number) {
    let sent = 0;
    const begun = Date.now();
    this.#timer = setInterval(() => {
      for (; sent < ((Date.now() - begun) * perSecond) / 1000; sent++) this.#send(port, path, headers);
    }, 10);
  }

  #send(port: number, path: string, headers: Record<string, string>): void {
    this.#open++;
    const note = (status: number) => {
      this.#open--;
      this.answers.push({ at: Date.now(), status });
    };
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: this.#agent, timeout: 30_000 }, answer => {
      answer.resume();
      answer.once('end', () => note(answer.statusCode ?? 0));
      answer.once('error', () => note(0));
    });
    sent.once('error', () => note(0));
    sent.once('timeout', () => sent.destroy());
    sent.end();
  }

  /** Answers that are no success. */
  get failed(): Answer[] {
    return this.answers.filter(({ status }) => status !== 200);
  }

  /** Sends no more, and waits for what is open. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (let tries = 0; tries < 300 && this.#open > 0; tries++) await new Promise(wait => setTimeout(wait, 100));
    this.#agent.destroy();
  }
}
