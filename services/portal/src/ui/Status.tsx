import type { ReactNode } from 'react';
import './ui.css';

export type Tone = 'good' | 'warning' | 'bad' | 'busy' | 'quiet';

/** A state in words, with a dot whose colour only repeats them. */
export function Status(props: { tone: Tone; children: ReactNode }) {
  return (
    <span className="pro-status" data-tone={props.tone}>
      <i aria-hidden="true" />
      {props.children}
    </span>
  );
}
