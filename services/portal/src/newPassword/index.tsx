import ReactDOM from 'react-dom/client';
import type { PortalConfig } from '../portalConfig';
import { NewPasswordPage } from './NewPasswordPage';

/** Starts the page on which somebody chooses a new password. */
export function renderNewPassword(
  root: HTMLElement,
  portal: PortalConfig,
  code: string,
): void {
  ReactDOM.createRoot(root).render(
    <NewPasswordPage portal={portal} code={code} />,
  );
}
