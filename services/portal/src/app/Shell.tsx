import { SidebarPinStateProvider } from '@backstage/core-components';
import type { ReactNode } from 'react';
import './shell.css';

/** Stock pages offer to pin the stock menu unless it is the one of a phone; ours is always there. */
const nothingToPin = {
  isPinned: true,
  isMobile: true,
  toggleSidebarPinState: () => undefined,
};

/** Menu beside (on a wide screen) or above (on a narrow one) the page. */
export function Shell(props: { nav: ReactNode; content: ReactNode }) {
  return (
    <SidebarPinStateProvider value={nothingToPin}>
      <div className="shell">
        <a className="shell-skip" href="#content">
          Skip to content
        </a>
        {props.nav}
        <div className="shell-content" id="content" tabIndex={-1}>
          {props.content}
        </div>
      </div>
    </SidebarPinStateProvider>
  );
}
