import type { ReactNode } from 'react';
import './ui.css';

export interface PanelProps {
  title?: ReactNode;
  introduction?: ReactNode;
  actions?: ReactNode;
  /** Rows reach the edges, as in lists and tables. */
  flush?: boolean;
  children?: ReactNode;
}

/** A card. */
export function Panel(props: PanelProps) {
  return (
    <section className="pro-panel">
      {(props.title || props.actions) && (
        <header>
          <div>
            {props.title && <h2>{props.title}</h2>}
            {props.introduction && <p>{props.introduction}</p>}
          </div>
          {props.actions && <div className="pro-actions">{props.actions}</div>}
        </header>
      )}
      <div className={props.flush ? 'pro-flush' : 'pro-panel-body'}>
        {props.children}
      </div>
    </section>
  );
}
