import { useEffect } from 'react';

const separator = ' · ';

/** "Page · Portal"; the portal's name alone for its first page. */
export function pageTitle(
  page: string | undefined,
  portalTitle: string,
): string {
  return page && page !== portalTitle
    ? `${page}${separator}${portalTitle}`
    : portalTitle;
}

/** Sets the browser's title while a page is open; without a page, leaves it alone. */
export function usePageTitle(
  page: string | undefined,
  portalTitle: string,
): void {
  useEffect(() => {
    if (page) document.title = pageTitle(page, portalTitle);
  }, [page, portalTitle]);
}

/** Stock pages set titles too, some without the portal's name: this adds it, for as long as the page lives. */
export function keepPortalTitle(page: Document, portalTitle: string): void {
  const element = page.querySelector('title');
  if (!element) return;
  const complete = () => {
    const stock = page.title.replaceAll(' | ', separator);
    const titled = stock.endsWith(portalTitle)
      ? stock
      : pageTitle(stock, portalTitle);
    if (titled !== page.title) page.title = titled;
  };
  new MutationObserver(complete).observe(element, {
    childList: true,
    characterData: true,
    subtree: true,
  });
}
