/** What is asked of a page once it rests. */

/** What was seen. */
export interface Look {
  isBlank: boolean;
  /** The portal says that it has no such page. */
  isMissing: boolean;
  /** Texts that stand in the place of something that broke. */
  broken: string[];
}

/**
 * An expression for the page. `#content` is what the portal's frame is around. Stock Backstage shows "Error in PLUGIN" (or
 * "Error: …") in the place of an extension that threw, and in an alert where the extension has no place to show it.
 */
export const LOOK = `(() => {
  const root = document.querySelector('#root');
  const main = root?.querySelector('#content') ?? root?.querySelector('main') ?? root;
  const seen = 'img, svg, canvas, iframe, table, input';
  const text = (main?.innerText ?? '').trim();
  const titles = main?.querySelectorAll('h1, h2, h3, h4, h5, h6') ?? [];
  const broken = [...titles, ...document.querySelectorAll('[role=alert]')]
    .map(element => (element.innerText ?? '').trim())
    .filter(line => /^(error|warning): error|^error( in |:)|could not be shown/i.test(line))
    .map(line => line.slice(0, 300));
  return {
    isBlank: !main || (text === '' && !main.querySelector(seen)),
    isMissing: /page not found/i.test(text.slice(0, 2000)),
    broken: [...new Set(broken)].slice(0, 10),
  };
})()`;
