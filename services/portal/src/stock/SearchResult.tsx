// Stands in for the file of the same name in @backstage/plugin-search-react (see build/stock-parts.mjs): the stock search
// page draws list items without a list around them.
import type { ComponentProps } from 'react';
import { SearchResult as StockSearchResult } from 'stock-part/SearchResult';

export * from 'stock-part/SearchResult';

/** The stock results; what a page makes of them is one list. */
export function SearchResult({
  children,
  ...props
}: ComponentProps<typeof StockSearchResult>) {
  return (
    <StockSearchResult {...props}>
      {typeof children === 'function'
        ? found => <ul className="pro-results">{children(found)}</ul>
        : children}
    </StockSearchResult>
  );
}
