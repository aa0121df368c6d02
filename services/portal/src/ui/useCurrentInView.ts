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
    const links = row.current;
    if (!links) return undefined;
    const bring = () => {
      const current = links.querySelector<HTMLElement>(
        'a[aria-current="page"]',
      );
      if (!current) return;
      const room = links.clientWidth - current.offsetWidth;
      links.scrollLeft = current.offsetLeft - room / 2;
    };
    const watch = new ResizeObserver(bring);
    watch.observe(links);
    return () => watch.disconnect();
  }, [pathname]);
  return row;
}
