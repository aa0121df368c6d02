import ReactDOM from 'react-dom/client';
import type { PortalConfig } from '../portalConfig';
import { InvitationPage } from './InvitationPage';

/** Starts the page on which an invited person sets a password. */
export function renderInvitation(
  root: HTMLElement,
  portal: PortalConfig,
  code: string,
): void {
  ReactDOM.createRoot(root).render(
    <InvitationPage portal={portal} code={code} />,
  );
}
