import { SidebarPinStateProvider } from '@backstage/core-components';
import { useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { ViewAsBanner } from '../plugins/settings/policies/ViewAsBanner';
import { PreviewBanner } from '../plugins/settings/uploads/PreviewBanner';
import './shell.css';

/** What stock pages ask about the menu: ours cannot be pinned, and on a phone they leave out their side columns. */
function menuState(isMobile: boolean) {
  return { isPinned: true, isMobile, toggleSidebarPinState: () => undefined };
}

const phone = matchMedia('(max-width: 599px)');

function useIsPhone(): boolean {
  return useSyncExternalStore(
    listener => {
      phone.addEventListener('change', listener);
      return () => phone.removeEventListener('change', listener);
    },
    () => phone.matches,
  );
}

/** Menu beside (on a wide screen) or above (on a narrow one) the page. */
export function Shell(props: { nav: ReactNode; content: ReactNode }) {
  const isPhone = useIsPhone();
  const state = useMemo(() => menuState(isPhone), [isPhone]);
  return (
    <SidebarPinStateProvider value={state}>
      <div className="shell">
        <a className="shell-skip" href="#content">
          Skip to content
        </a>
        {props.nav}
        <div className="shell-content" id="content" tabIndex={-1}>
          <ViewAsBanner />
          <PreviewBanner />
          {props.content}
        </div>
      </div>
    </SidebarPinStateProvider>
  );
}
