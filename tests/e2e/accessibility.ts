/** What a page must not do to people: bar them, or run out of a narrow window. */
import axe from 'axe-core';
import { type Page } from 'playwright-core';

/** Serious and critical violations that axe finds on the page as it is, each with the places. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    // What was said to screen readers a moment ago is no part of the page any more.
    (globalThis as unknown as { axe: typeof axe }).axe.run({ exclude: ['[data-live-announcer]'] }, { resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(node => `${node.target.join(' ')} ${node.html} ${node.failureSummary ?? ''}`).join(' | ')}`);
}

/** By how many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
}
