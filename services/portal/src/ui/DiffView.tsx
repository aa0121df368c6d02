import { VisuallyHidden } from '@backstage/ui';
import type { DiffLine, SkippedLines } from './lineDiff';
import './diff.css';

const signs = { same: ' ', added: '+', removed: '−' };
const spoken = { same: '', added: 'Added: ', removed: 'Removed: ' };

function Line({ line }: { line: DiffLine | SkippedLines }) {
  if (line.mark === 'skipped') {
    return (
      <li data-mark="skipped">
        {line.count === 1
          ? '1 unchanged line'
          : `${line.count} unchanged lines`}
      </li>
    );
  }
  return (
    <li data-mark={line.mark}>
      <span className="pro-diff-sign" aria-hidden="true">
        {signs[line.mark]}
      </span>
      {spoken[line.mark] && (
        <VisuallyHidden>{spoken[line.mark]}</VisuallyHidden>
      )}
      <span>{line.text || ' '}</span>
    </li>
  );
}

export interface DiffViewProps {
  lines: (DiffLine | SkippedLines)[];
  label: string;
}

/** Lines that came and went, with a sign and a word for each so that colour only repeats them. */
export function DiffView({ lines, label }: DiffViewProps) {
  return (
    <ol className="pro-diff" aria-label={label}>
      {lines.map((line, at) => (
        <Line key={at} line={line} />
      ))}
    </ol>
  );
}
