import type { ReactNode } from 'react';
import './ui.css';

/** A short word that sorts a thing, or a count. */
export function Badge(props: {
  tone?: 'plain' | 'accent' | 'warning';
  children: ReactNode;
}) {
  return (
    <span className="pro-badge" data-tone={props.tone ?? 'plain'}>
      {props.children}
    </span>
  );
}
