// Stands in for the file of the same name in @backstage/core-components (see build/stock-parts.mjs): there, what can be
// dragged lies inside the button that sorts, two controls in one, so that keyboards stop twice and screen readers are lost.
import type { TableProps } from '@backstage/core-components';
import { Table as StockTable } from 'stock-part/Table';

export * from 'stock-part/Table';

/** The stock table, with columns that stay in their places unless a page asks otherwise. */
export function Table<T extends object>(props: TableProps<T>) {
  return (
    <StockTable {...props} options={{ draggable: false, ...props.options }} />
  );
}

Table.icons = StockTable.icons;
