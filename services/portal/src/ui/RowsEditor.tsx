import { Button, ButtonIcon, VisuallyHidden } from '@backstage/ui';
import { RiAddLine, RiCloseLine } from '@remixicon/react';
import type { ReactNode } from 'react';
import './rows.css';

export interface RowsEditorProps<T> {
  /** What the rows are, `Links`. */
  legend: string;
  /** Whether a heading above says the same already. */
  hidesLegend?: boolean;
  hint?: ReactNode;
  /** One of them, for buttons: `link`. */
  item: string;
  rows: readonly T[];
  empty: T;
  onChange: (rows: T[]) => void;
  isDisabled?: boolean;
  /** Rows that are shown first and cannot be changed. */
  fixed?: ReactNode;
  children: (row: T, change: (row: T) => void, at: number) => ReactNode;
}

const titled = (item: string) => item.charAt(0).toUpperCase() + item.slice(1);

/** A list that is edited row by row. */
export function RowsEditor<T>(props: RowsEditorProps<T>) {
  const { rows, onChange, item } = props;
  return (
    <fieldset className="pro-rows" disabled={props.isDisabled}>
      <legend>
        {props.hidesLegend ? (
          <VisuallyHidden>{props.legend}</VisuallyHidden>
        ) : (
          props.legend
        )}
      </legend>
      {props.hint && <p className="pro-quiet">{props.hint}</p>}
      {props.fixed}
      {rows.map((row, at) => (
        <div
          key={at}
          className="pro-row"
          role="group"
          aria-label={`${titled(item)} ${at + 1}`}
        >
          <div className="pro-row-fields">
            {props.children(
              row,
              changed =>
                onChange(rows.map((old, n) => (n === at ? changed : old))),
              at,
            )}
          </div>
          <ButtonIcon
            variant="tertiary"
            icon={<RiCloseLine />}
            aria-label={`Remove ${item} ${at + 1}`}
            onPress={() => onChange(rows.filter((_, n) => n !== at))}
          />
        </div>
      ))}
      <Button
        variant="secondary"
        size="small"
        iconStart={<RiAddLine />}
        onPress={() => onChange([...rows, props.empty])}
      >
        Add {item}
      </Button>
    </fieldset>
  );
}
