import { useEffect } from 'react';

/** Sets the browser's title to "Page · Portal" while a page is open. */
export function usePageTitle(
  page: string | undefined,
  portalTitle: string,
): void {
  useEffect(() => {
    document.title =
      page && page !== portalTitle ? `${page} · ${portalTitle}` : portalTitle;
  }, [page, portalTitle]);
}
