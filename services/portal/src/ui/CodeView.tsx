import type { CSSProperties } from 'react';
import './diff.css';

export interface CodeViewProps {
  label: string;
  text: string;
  /** The number of the first line. */
  firstLine?: number;
  /** A line to point at. */
  markedLine?: number;
}

/** A document with line numbers; reached by keyboard, since it may scroll. */
export function CodeView({
  label,
  text,
  firstLine = 1,
  markedLine,
}: CodeViewProps) {
  const lines = text.replace(/\n$/, '').split('\n');
  const style = { '--pro-code-before': firstLine - 1 } as CSSProperties;
  return (
    <pre
      className="pro-code"
      role="region"
      aria-label={label}
      tabIndex={0}
      style={style}
    >
      {lines.map((line, at) => (
        <span
          key={at}
          data-marked={firstLine + at === markedLine ? '' : undefined}
        >
          {line}
        </span>
      ))}
    </pre>
  );
}
