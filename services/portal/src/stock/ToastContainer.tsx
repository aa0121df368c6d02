// Stands in for the file of the same name in @backstage/plugin-app (see build/stock-parts.mjs): toasts bring a motion
// library, and none is shown while the portal loads.
import { lazy, Suspense } from 'react';

const StockToastContainer = lazy(async () => {
  const stock = await import('stock-part/ToastContainer');
  return { default: stock.ToastContainer };
});

export function ToastContainer(props: { queue: unknown }) {
  return (
    <Suspense fallback={null}>
      <StockToastContainer {...props} />
    </Suspense>
  );
}
