/**
 * A real browser that does not forgive: a console error, a violation of the content security policy or a failed request
 * during a page load fails the test. Screenshots go to `docs/screenshots/`.
 */
import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { barriers, overflow } from './accessibility.ts';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/screenshots');

/** The window of a desk, and the narrow one of a telephone. */
const wide = { width: 1280, height: 860 };
const narrow = { width: 360, height: 760 };

/** Waits that a slow machine needs. */
export const PATIENCE = 30_000;

/** Starts headless Chromium; no network but loopback is asked for. */
export async function launch(): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
    .filter(candidate => candidate !== undefined)
    .find(candidate => existsSync(candidate));
  assert.ok(executablePath, 'Chromium is needed for browser tests: run `scripts/setup --tests`');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** How a person's browser is set up. */
export interface Wish {
  readonly colorScheme?: 'light' | 'dark';
  /** Whether this person's screenshots are kept. */
  readonly screenshots?: boolean;
}

/** A person at a browser of their own. */
export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  private readonly complaints: string[] = [];
  private readonly excused: RegExp[] = [];

  /** Whether this person's screenshots are kept. */
  screenshots: boolean;

  private constructor(context: BrowserContext, page: Page, screenshots: boolean) {
    this.screenshots = screenshots;
    this.context = context;
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
    page.on('console', message => {
      if (message.type() === 'error') this.complain(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', error => this.complain(`page error: ${error.message}`));
    page.on('response', response => {
      if (response.status() >= 400) this.complain(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
    page.on('requestfailed', failed => {
      // A navigation away cancels what is under way; that is no failure.
      const reason = failed.failure()?.errorText ?? '';
      if (!reason.includes('ERR_ABORTED')) this.complain(`failed ${failed.url()}: ${reason}`);
    });
  }

  static async arrive(browser: Browser, wish: Wish = {}): Promise<Visitor> {
    const { colorScheme = 'light', screenshots = true } = wish;
    const context = await browser.newContext({ colorScheme, viewport: { width: 1360, height: 860 } });
    return new Visitor(context, await context.newPage(), screenshots);
  }

  /** Complaints that match are part of what the test is about. */
  excuse(pattern: RegExp): void {
    this.excused.push(pattern);
  }

  private complain(text: string): void {
    if (!this.excused.some(pattern => pattern.test(text))) this.complaints.push(text);
  }

  /** Fails when anything was wrong since the last call. */
  assertQuiet(): void {
    assert.deepEqual(this.complaints.splice(0), []);
  }

  /** Opens a page and waits until nothing loads any more. */
  async open(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'load' });
    await this.settle();
  }

  /** Waits until the network rests. */
  async settle(): Promise<void> {
    await this.page.waitForLoadState('networkidle');
  }

  /** Waits for a text to be seen. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: PATIENCE });
  }

  /** Saves what is seen, when screenshots are wanted. */
  async screenshot(name: string): Promise<void> {
    if (!this.screenshots || process.env.E2E_SCREENSHOTS === 'off') return;
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' });
  }

  /** Saves what is seen at the top of the page. */
  async screenshotFromTheTop(name: string): Promise<void> {
    await this.page.evaluate(() => window.scrollTo(0, 0));
    await this.screenshot(name);
  }

  /** Saves what is seen by somebody who likes it dark; `says` is on the page, which is drawn anew. */
  async screenshotInTheDark(name: string, says: string | RegExp): Promise<void> {
    await this.page.emulateMedia({ colorScheme: 'dark' });
    await this.page.locator('[data-theme-mode="dark"]').first().waitFor({ state: 'attached' });
    await this.sees(says);
    await this.settle();
    await this.screenshot(name);
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.locator('[data-theme-mode="light"]').first().waitFor({ state: 'attached' });
    await this.sees(says);
  }

  /**
   * What bars people from the page as it is, in a wide window and in a narrow one. `isBusy`: something goes on there for
   * longer than one waits, such as a run, so the page is looked at meanwhile.
   */
  async obstacles(isBusy = false): Promise<string[]> {
    const before = this.page.viewportSize() ?? wide;
    const found: string[] = [];
    // The menu of a narrow window does not slide away over what is looked at.
    await this.page.emulateMedia({ reducedMotion: 'reduce' });
    for (const window of [wide, narrow]) {
      await this.page.setViewportSize(window);
      if (!isBusy) {
        await this.settle();
        await this.page.locator('[role="progressbar"]:not([aria-valuenow]), .pro-skeleton').filter({ visible: true }).first().waitFor({ state: 'hidden' });
      }
      const place = `${new URL(this.page.url()).pathname} at ${window.width} px`;
      found.push(...(await barriers(this.page)).map(barrier => `${place}: ${barrier}`));
      const beyond = await overflow(this.page);
      if (beyond > 0) found.push(`${place}: ${beyond} px are beyond the window`);
    }
    await this.page.setViewportSize(before);
    return found;
  }
}
