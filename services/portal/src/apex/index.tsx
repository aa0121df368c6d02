import ReactDOM from 'react-dom/client';
import type { PortalConfig } from '../portalConfig';
import { ConfirmPage } from './ConfirmPage';
import { GoToPortalPage } from './GoToPortalPage';
import { LandingPage } from './LandingPage';
import { PortalsPage } from './PortalsPage';
import { SignUpPage } from './SignUpPage';

const pages: Record<string, typeof LandingPage> = {
  '/signup': SignUpPage,
  '/portal': GoToPortalPage,
  '/portals': PortalsPage,
  '/confirm': ConfirmPage,
};

/** A place of its own, which few people ever load. */
const operatorPath = /^\/operator(\/|$)/;

/** Starts the pages of the installation itself: sign-up and the way to one's own portal. */
export async function renderApex(
  root: HTMLElement,
  portal: PortalConfig,
): Promise<void> {
  if (operatorPath.test(location.pathname)) {
    const { renderOperator } = await import(
      /* webpackChunkName: "operator" */ '../operator'
    );
    renderOperator(root, portal);
    return;
  }
  const path = location.pathname.replace(/\/+$/, '');
  const Page = pages[path] ?? LandingPage;
  ReactDOM.createRoot(root).render(<Page portal={portal} />);
}
