/** Headless Chromium, spoken to over two pipes (Chrome DevTools Protocol): nothing listens on any port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** What an answer of the browser may take. */
const PATIENCE_MS = 10_000;
/** The browser's start, with a cold disk. */
const START_MS = 30_000;
/** Of what it says on standard error, for whoever finds out why it did not start. */
const LAST_WORDS = 2_000;

const FLAGS = [
  '--headless',
  '--remote-debugging-pipe',
  // Separation from the machine is the plugin host's: its sandbox forbids what the browser's own would need.
  '--no-sandbox',
  '--no-zygote',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--disable-extensions',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--mute-audio',
  '--hide-scrollbars',
  '--no-first-run',
  '--no-default-browser-check',
  '--password-store=basic',
  '--disable-features=Translate,MediaRouter,OptimizationHints,AudioServiceOutOfProcess,DialMediaRouteProvider',
  // Everything a page asks for is answered by this tool. What passes it by leads nowhere.
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--proxy-server=http://127.0.0.1:9',
  '--proxy-bypass-list=<-loopback>',
];

/** Parameters and results, as the protocol has them. */
export type Params = Record<string, unknown>;
type Listener = (params: Params) => void;

interface Pending {
  resolve: (result: Params) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Params;
  result?: Params;
  error?: { message: string };
}

/** The browser refused, did not answer, or is gone. */
export class BrowserError extends Error {
  override name = 'BrowserError';
}

export class Browser {
  /** Product and version. */
  version = '';
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #toBrowser: Writable;
  #lastId = 0;
  #pending = new Map<number, Pending>();
  #listeners = new Map<string, Listener>();
  #rest: Buffer[] = [];
  #said = '';
  #gone = false;

  private constructor(executable: string) {
    this.#profile = mkdtempSync(join(tmpdir(), 'render-'));
    this.#child = spawn(
      executable,
      [...FLAGS, `--user-data-dir=${this.#profile}`, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
    );
    this.#toBrowser = this.#child.stdio[3] as Writable;
    // A browser that ends is noticed by its exit.
    this.#toBrowser.on('error', () => undefined);
    const fromBrowser = this.#child.stdio[4] as Readable;
    fromBrowser.on('data', (chunk: Buffer) => {
      this.#read(chunk);
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-LAST_WORDS);
    });
    this.#child.on('error', error => {
      this.#end(error.message);
    });
    this.#child.on('exit', (code, signal) => {
      this.#end(`it ended (${signal ?? code ?? 'unknown'})`);
    });
  }

  /** Starts it and waits until it answers. */
  static async start(executable: string): Promise<Browser> {
    const browser = new Browser(executable);
    try {
      const told = await browser.send('Browser.getVersion', {}, '', START_MS);
      browser.version = String(told['product']);
      return browser;
    } catch (error) {
      browser.close();
      const said = browser.#said.trim().split('\n').at(-1) ?? '';
      throw new BrowserError(
        `The browser did not start: ${(error as Error).message} ${said}`.trim(),
      );
    }
  }

  /** Asks the browser, or one of its pages. */
  send(
    method: string,
    params: Params = {},
    sessionId = '',
    patienceMs = PATIENCE_MS,
  ): Promise<Params> {
    if (this.#gone) {
      return Promise.reject(new BrowserError('The browser is gone.'));
    }
    const id = ++this.#lastId;
    const message = { id, method, params, ...(sessionId && { sessionId }) };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new BrowserError(`${method} was not answered.`));
      }, patienceMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.#toBrowser.write(`${JSON.stringify(message)}\0`);
    });
  }

  /** Hears of an event of one page; there is one listener for each. */
  on(sessionId: string, method: string, listener: Listener): void {
    this.#listeners.set(`${sessionId} ${method}`, listener);
  }

  /** Forgets a page's listeners. */
  forget(sessionId: string): void {
    for (const key of this.#listeners.keys()) {
      if (key.startsWith(`${sessionId} `)) this.#listeners.delete(key);
    }
  }

  /** Ends it and takes its profile away. */
  close(): void {
    this.#child.kill('SIGKILL');
    this.#end('it was closed');
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #end(why: string): void {
    this.#gone = true;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new BrowserError(why));
    }
    this.#pending.clear();
  }

  /** Messages end with a zero byte. */
  #read(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(0, from);
      if (end < 0) break;
      const whole = Buffer.concat([...this.#rest, chunk.subarray(from, end)]);
      this.#rest = [];
      from = end + 1;
      this.#take(JSON.parse(whole.toString()) as Message);
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
  }

  #take(message: Message): void {
    if (message.id !== undefined) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (!pending) return;
      clearTimeout(pending.timer);
      if (message.error) {
        pending.reject(new BrowserError(message.error.message));
      } else pending.resolve(message.result ?? {});
      return;
    }
    const key = `${message.sessionId ?? ''} ${message.method ?? ''}`;
    this.#listeners.get(key)?.(message.params ?? {});
  }
}
