/** A signed-in person who opens a plugin's page and listens to the browser's complaints. */
import { type launch } from '../e2e/browser.ts';

/** The browser of the browser tests; its package is theirs. */
export type Browser = Awaited<ReturnType<typeof launch>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

/** What was seen on a page. */
export interface Sight {
  /** The text that was looked for, as it is there. */
  readonly found: string;
  readonly text: string;
  readonly complaints: string[];
  /** Why it does not count. */
  readonly failure?: string;
}

/** How long a page may take on a busy machine. */
const patienceMs = 30_000;

/** Answers of back ends that are not installed, as the browser tells of them. */
const absentBackEnd = /Failed to load resource: the server responded with a status of 40[14]/;

export class Onlooker {
  readonly page: Page;
  #complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', message => {
      if (message.type() === 'error') this.#complaints.push(message.text());
    });
    page.on('pageerror', error => this.#complaints.push(`page error: ${error.message}`));
  }

  /** Signs in with mail address and password. */
  static async signIn(browser: Browser, portal: string, who: { email: string; password: string }): Promise<Onlooker> {
    const context = await browser.newContext({ viewport: { width: 1360, height: 1100 } });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(portal);
    await page.getByLabel('Mail address').fill(who.email);
    await page.getByLabel('Password', { exact: true }).fill(who.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Main menu' }).waitFor();
    return new Onlooker(page);
  }

  /** Opens an address and looks for a text below the portal's own frame. */
  async look(url: string, sees: string | RegExp, excuse?: RegExp): Promise<Sight> {
    // The portal's menu names plugins as well: only headings and what is in the page itself count.
    const inPage = this.page.locator('main').first().getByText(sees);
    const wanted = this.page.getByRole('heading', { name: sees }).or(inPage).filter({ visible: true }).first();
    let isThere = false;
    // A gateway may know of a new plugin only two seconds later; the second look has all the patience.
    for (const timeout of [patienceMs / 4, patienceMs]) {
      this.#complaints = [];
      await this.page.goto(url, { waitUntil: 'load' });
      isThere = await wanted.waitFor({ timeout }).then(
        () => true,
        () => false,
      );
      if (isThere) break;
    }
    await this.page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
    const text = await this.page.locator('body').innerText();
    const found = isThere ? ((await wanted.textContent()) ?? '').trim() : '';
    const complaints = this.#complaints.filter(said => !absentBackEnd.test(said) && !excuse?.test(said));
    const seen = { found, text, complaints: [...this.#complaints] };
    if (!isThere) return { ...seen, failure: `${String(sees)} is not on the page; complaints: ${complaints.join(' · ').slice(0, 300)}` };
    if (complaints.length > 0) return { ...seen, failure: `the console says: ${complaints.join(' · ').slice(0, 300)}` };
    return seen;
  }
}
