import ReactDOM from 'react-dom/client';
import { DoorPage } from '../frontDoor/DoorPage';
import type { PortalConfig } from '../portalConfig';
import { AskForReset } from './AskForReset';

/** Starts the page that asks for a link with which one chooses a new password. */
export function renderPasswordReset(
  root: HTMLElement,
  portal: PortalConfig,
): void {
  ReactDOM.createRoot(root).render(
    <DoorPage>
      <AskForReset portal={portal} />
    </DoorPage>,
  );
}
