import type { ReactNode } from 'react';
import './shell.css';

/** Menu beside (on a wide screen) or above (on a narrow one) the page. */
export function Shell(props: { nav: ReactNode; content: ReactNode }) {
  return (
    <div className="shell">
      <a className="shell-skip" href="#content">
        Skip to content
      </a>
      {props.nav}
      <div className="shell-content" id="content" tabIndex={-1}>
        {props.content}
      </div>
    </div>
  );
}
