/** Goes through an organisation's pages twice: with the front end that it has, then with the one that it would get. */
import { Answers, type Answer } from './answers.ts';
import { Browser } from './browser.ts';
import type { Job, PageKind, Rendered, Sight, Version } from './job.ts';
import { Tab, type Opening } from './tab.ts';

/** Where a front end shows, as the portal itself says (`services/portal/src/remotes/pages.ts`). */
interface Place {
  pluginId: string;
  kind: PageKind;
  path: string;
}

/** The portal's function that says it. */
const PLACES = 'prosceniumPages';
/** Entities among which one is chosen for tabs and cards, by kind. */
const ENTITIES = [
  ['component', 300],
  ['api', 100],
  ['system', 50],
  ['resource', 50],
  ['user', 20],
  ['group', 20],
] as const;

/** Looks at both versions; a version that brings the browser down is seen to. */
export async function render(job: Job): Promise<Rendered> {
  const browser = await Browser.start(job.chromium);
  const kept = new Map<string, Answer>();
  try {
    const former = await new Pass(job, 'former', browser, kept).all([]);
    const known = former.map(({ path, kind }) => ({ path, kind }));
    const next = await new Pass(job, 'next', browser, kept).all(known);
    return { browser: browser.version, former, next };
  } finally {
    browser.close();
  }
}

type Wanted = Pick<Sight, 'path' | 'kind'>;

/** All pages under one version. */
class Pass {
  readonly #job: Job;
  readonly #browser: Browser;
  readonly #answers: Answers;
  #tab: Tab | undefined;

  constructor(
    job: Job,
    version: Version,
    browser: Browser,
    kept: Map<string, Answer>,
  ) {
    this.#job = job;
    this.#browser = browser;
    this.#answers = new Answers(job, version, kept, (pluginId, message) => {
      this.#tab?.hear(pluginId, message);
    });
  }

  /** Opens the first page, then those that the front end brings, then those that another version had. */
  async all(known: readonly Wanted[]): Promise<Sight[]> {
    const { browserContextId } = await this.#browser.send(
      'Target.createBrowserContext',
    );
    const context = String(browserContextId);
    try {
      const sights = [await this.#look(context, { path: '/', kind: 'start' })];
      const places = await this.#places();
      const wanted: Wanted[] = [...places, ...known];
      for (const { path, kind } of wanted) {
        if (sights.length >= this.#job.pages) break;
        if (sights.some(sight => sight.path === path)) continue;
        sights.push(await this.#look(context, { path, kind }));
      }
      return sights;
    } finally {
      await this.#tab?.close();
      await this.#browser
        .send('Target.disposeBrowserContext', { browserContextId })
        .catch(() => undefined);
    }
  }

  /** A tab that crashed is replaced. */
  async #look(context: string, { path, kind }: Wanted): Promise<Sight> {
    if (this.#tab?.crashed) {
      await this.#tab.close();
      this.#tab = undefined;
    }
    this.#tab ??= await Tab.open(this.#browser, context, this.#opening());
    return this.#tab.look(path, kind);
  }

  #opening(): Opening {
    const { origin, pageMs, shots } = this.#job;
    return { origin, answers: this.#answers, limitMs: pageMs, shots };
  }

  /** Where this version shows. A portal that did not start knows none. */
  async #places(): Promise<Place[]> {
    try {
      const entities = await this.#entities();
      const places = await this.#tab?.call<Place[]>(PLACES, entities);
      const { pluginId } = this.#job;
      return (places ?? []).filter(place => place.pluginId === pluginId);
    } catch {
      return [];
    }
  }

  /** Entities of the organisation, as its catalog lists them. */
  async #entities(): Promise<unknown[]> {
    const lists = await Promise.all(
      ENTITIES.map(async ([kind, limit]) => {
        const path = `/api/catalog/entities/by-query?filter=kind=${kind}&limit=${limit}`;
        const accept = { accept: 'application/json' };
        const { status, body } = await this.#answers.to({
          method: 'GET',
          path,
          headers: accept,
        });
        if (status !== 200) return [];
        const page = JSON.parse(body.toString()) as { items?: unknown[] };
        return page.items ?? [];
      }),
    );
    return lists.flat();
  }
}
