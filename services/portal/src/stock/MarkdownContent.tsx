// Stands in for the file of the same name in @backstage/core-components (see build/stock-parts.mjs): the markdown parser
// is a seventh of the initial load and hardly any first page shows markdown.
import { lazy, Suspense, type ComponentProps } from 'react';
import type { MarkdownContent as Stock } from '@backstage/core-components';

const StockMarkdownContent = lazy(async () => {
  const stock = await import('stock-part/MarkdownContent');
  return { default: stock.MarkdownContent };
});

export function MarkdownContent(props: ComponentProps<typeof Stock>) {
  return (
    <Suspense fallback={null}>
      <StockMarkdownContent {...props} />
    </Suspense>
  );
}
