/** One tab of the browser: opens pages, answers what they ask for, and writes down what goes wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answers } from './answers.ts';
import type { Browser, Params } from './browser.ts';
import type { Complaint, PageKind, Sight, Trouble } from './job.ts';
import { LOOK, type Look } from './look.ts';

/** Nothing was under way for so long: the page is there. */
const REST_MS = 700;
/** How often that is looked at. */
const STEP_MS = 100;
/** A page that never rests (it polls, it streams) is looked at then. */
const RESTLESS_MS = 12_000;
/** Complaints of one page. */
const MOST_COMPLAINTS = 40;
const LONGEST_TEXT = 500;
/** What taking a picture once may take. */
const SHOT_MS = 5_000;
/** Qualities of a picture that are tried, one after the other, until it has no more than `SMALL_BYTES`. */
const QUALITIES = [70, 45, 20];
const SMALL_BYTES = 200_000;
/** A picture that has more in the worst quality is left out; the plugin host takes none that is larger. */
const LARGEST_BYTES = 512 * 1024;
const WINDOW = {
  width: 1280,
  height: 860,
  deviceScaleFactor: 1,
  mobile: false,
};

interface RemoteObject {
  type?: string;
  value?: unknown;
  description?: string;
}

/** How a page is opened. */
export interface Opening {
  origin: string;
  answers: Answers;
  limitMs: number;
  shots: boolean;
}

export class Tab {
  readonly #browser: Browser;
  readonly #session: string;
  readonly #target: string;
  readonly #opening: Opening;
  #complaints: Complaint[] = [];
  #underWay = new Set<string>();
  #quietSince = 0;
  #loaded = false;
  /** Whether the page's process is gone. */
  crashed = false;

  private constructor(
    browser: Browser,
    target: string,
    session: string,
    opening: Opening,
  ) {
    this.#browser = browser;
    this.#target = target;
    this.#session = session;
    this.#opening = opening;
  }

  /** Opens a tab in a browser context of its own: no storage of another version is there. */
  static async open(
    browser: Browser,
    context: string,
    opening: Opening,
  ): Promise<Tab> {
    const { targetId } = await browser.send('Target.createTarget', {
      url: 'about:blank',
      browserContextId: context,
    });
    const { sessionId } = await browser.send('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const tab = new Tab(browser, String(targetId), String(sessionId), opening);
    tab.#listen();
    for (const [method, params] of [
      ['Page.enable', {}],
      ['Runtime.enable', {}],
      ['Log.enable', {}],
      ['Network.enable', {}],
      ['Network.setBypassServiceWorker', { bypass: true }],
      ['Fetch.enable', { patterns: [{ urlPattern: '*' }] }],
      ['Emulation.setDeviceMetricsOverride', WINDOW],
      [
        'Emulation.setEmulatedMedia',
        { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] },
      ],
    ] as const) {
      await tab.#send(method, params);
    }
    return tab;
  }

  /** Opens a page and looks at it when it rests. */
  async look(path: string, kind: PageKind): Promise<Sight> {
    const begun = Date.now();
    this.#complaints = [];
    this.#loaded = false;
    const url = new URL(path, this.#opening.origin).href;
    try {
      await this.#send('Page.navigate', { url });
      await this.#rest(begun);
      this.#judge(await this.#evaluate<Look>(LOOK));
    } catch (error) {
      if (!this.crashed) this.#complain('crash', (error as Error).message);
      this.crashed = true;
    }
    const complaints = this.#complaints;
    const ms = Date.now() - begun;
    const picture = this.#opening.shots ? await this.#shoot() : {};
    return { path, kind, complaints, ms, ...picture };
  }

  /** Writes down what is wrong with the page that is open. */
  #complain(trouble: Trouble, text: string): void {
    const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_TEXT);
    const known = this.#complaints.some(
      one => one.trouble === trouble && one.text === line,
    );
    if (known || this.#complaints.length >= MOST_COMPLAINTS) return;
    this.#complaints.push({ trouble, text: line });
  }

  /** The portal says that a front end broke. */
  hear(pluginId: string, message: string): void {
    this.#complain('module', `${pluginId}: ${message}`);
  }

  /** Asks the page; undefined when it has no answer. */
  async #evaluate<T>(expression: string): Promise<T | undefined> {
    const told = await this.#send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    return (told['result'] as { value?: T } | undefined)?.value;
  }

  /** Calls a function that the portal left at the window. */
  async call<T>(name: string, argument: unknown): Promise<T | undefined> {
    const given = JSON.stringify(argument);
    return this.#evaluate<T>(`window[${JSON.stringify(name)}]?.(${given})`);
  }

  async close(): Promise<void> {
    this.#browser.forget(this.#session);
    await this.#browser
      .send('Target.closeTarget', { targetId: this.#target })
      .catch(() => undefined);
  }

  #send(method: string, params: Params = {}): Promise<Params> {
    return this.#browser.send(method, params, this.#session);
  }

  #listen(): void {
    const on = (method: string, listener: (params: Params) => void) => {
      this.#browser.on(this.#session, method, listener);
    };
    on('Fetch.requestPaused', paused => void this.#answer(paused));
    on('Page.loadEventFired', () => {
      this.#loaded = true;
      this.#quietSince = Date.now();
    });
    on('Runtime.exceptionThrown', thrown => {
      this.#complain('error', thrownText(thrown['exceptionDetails']));
    });
    on('Runtime.consoleAPICalled', said => {
      if (said['type'] !== 'error') return;
      const args = (said['args'] ?? []) as RemoteObject[];
      this.#complain('console', args.map(shown).join(' '));
    });
    on('Log.entryAdded', ({ entry }) => {
      const { level, text, url } = entry as Record<string, string>;
      if (level !== 'error') return;
      this.#complain('console', [text, url].filter(Boolean).join(' '));
    });
    on('Inspector.targetCrashed', () => {
      this.crashed = true;
      this.#complain('crash', 'The page crashed.');
    });
    on('Page.javascriptDialogOpening', () => {
      void this.#send('Page.handleJavaScriptDialog', { accept: false }).catch(
        () => undefined,
      );
    });
  }

  /** Answers one request: the organisation's own origin, and nothing else. */
  async #answer(paused: Params): Promise<void> {
    const { requestId, request } = paused as {
      requestId: string;
      request: {
        url: string;
        method: string;
        headers: Record<string, string>;
        postData?: string;
      };
    };
    this.#underWay.add(requestId);
    try {
      const url = new URL(request.url);
      const isStream = /event-stream/.test(
        request.headers['Accept'] ?? request.headers['accept'] ?? '',
      );
      if (url.origin !== this.#opening.origin || isStream) {
        const errorReason = 'BlockedByClient';
        await this.#send('Fetch.failRequest', { requestId, errorReason });
        return;
      }
      const { postData } = request;
      const answer = await this.#opening.answers.to({
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
        ...(postData !== undefined && { body: postData }),
      });
      await this.#send('Fetch.fulfillRequest', {
        requestId,
        responseCode: answer.status,
        responseHeaders: Object.entries(answer.headers).map(
          ([name, value]) => ({ name, value }),
        ),
        body: answer.body.toString('base64'),
      });
    } catch {
      // A page that was left meanwhile wants no answer any more.
      const errorReason = 'Failed';
      await this.#send('Fetch.failRequest', { requestId, errorReason }).catch(
        () => undefined,
      );
    } finally {
      this.#underWay.delete(requestId);
      this.#quietSince = Date.now();
    }
  }

  /** Waits until nothing is under way, within bounds. */
  async #rest(begun: number): Promise<void> {
    const { limitMs } = this.#opening;
    let loadedAt = 0;
    for (;;) {
      await sleep(STEP_MS);
      if (this.crashed) throw new Error('The page crashed.');
      const now = Date.now();
      if (this.#loaded && loadedAt === 0) loadedAt = now;
      const isQuiet =
        this.#underWay.size === 0 && now - this.#quietSince >= REST_MS;
      if (loadedAt > 0 && isQuiet && !(await this.#isBusy())) return;
      if (loadedAt > 0 && now - loadedAt > RESTLESS_MS) return;
      if (now - begun > limitMs) {
        if (loadedAt > 0) return;
        throw new Error(`It did not load in ${limitMs / 1000} seconds.`);
      }
    }
  }

  /** Whether the page shows that it is still loading something. */
  async #isBusy(): Promise<boolean> {
    const busy = `!!document.querySelector('[role=progressbar]:not([aria-valuenow]), .pro-skeleton')`;
    return (await this.#evaluate<boolean>(busy)) === true;
  }

  #judge(look: Look | undefined): void {
    if (!look) {
      this.#complain('crash', 'The page does not answer.');
      return;
    }
    if (look.isBlank) this.#complain('blank', 'The page is blank.');
    if (look.isMissing) this.#complain('missing', 'There is no such page.');
    for (const text of look.broken) this.#complain('boundary', text);
  }

  /** A picture of the page that is open. That none can be taken is nothing against the page. */
  async #shoot(): Promise<Pick<Sight, 'shot' | 'noShot'>> {
    if (this.crashed) return { noShot: 'The page crashed or did not answer.' };
    const { width, height } = WINDOW;
    const clip = { x: 0, y: 0, width, height, scale: 1 };
    let bytes = 0;
    let shot = '';
    try {
      for (const quality of QUALITIES) {
        const { data } = await this.#browser.send(
          'Page.captureScreenshot',
          { format: 'jpeg', quality, clip },
          this.#session,
          SHOT_MS,
        );
        shot = String(data);
        bytes = Buffer.byteLength(shot, 'base64');
        if (bytes <= SMALL_BYTES) break;
      }
    } catch (error) {
      return { noShot: (error as Error).message.slice(0, LONGEST_TEXT) };
    }
    if (bytes <= LARGEST_BYTES) return { shot };
    return { noShot: `It has ${Math.ceil(bytes / 1024)} kB, 512 kB at most.` };
  }
}

/** What an object of the page is, in one line. */
function shown({ value, description }: RemoteObject): string {
  if (typeof value === 'string') return value;
  // The first line is the message, the others are the stack.
  return (description ?? String(value)).split('\n')[0] ?? '';
}

function thrownText(details: unknown): string {
  const { text = '', exception } = (details ?? {}) as {
    text?: string;
    exception?: RemoteObject;
  };
  return exception ? `${text}: ${shown(exception)}` : text;
}
