import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router-dom';

/**
 * Brings the current link of a row into view where the row is wider than the window. The row must be positioned, so that
 * its links are measured from its edge.
 */
export function useCurrentInView<T extends HTMLElement>() {
  const row = useRef<T>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const current = row.current?.querySelector<HTMLElement>(
      'a[aria-current="page"]',
    );
    if (!row.current || !current) return;
    const room = row.current.clientWidth - current.offsetWidth;
    row.current.scrollLeft = current.offsetLeft - room / 2;
  }, [pathname]);
  return row;
}
