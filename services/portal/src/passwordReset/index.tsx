import ReactDOM from 'react-dom/client';
import { DoorPage } from '../frontDoor/DoorPage';
import type { PortalConfig } from '../portalConfig';
import { AskForReset } from './AskForReset';
import { ChoosePassword } from './ChoosePassword';

/** Starts the pages for a forgotten password: asking for a link, and choosing a new one by it. */
export function renderPasswordReset(
  root: HTMLElement,
  portal: PortalConfig,
  code?: string,
): void {
  ReactDOM.createRoot(root).render(
    <DoorPage>
      {code ? (
        <ChoosePassword portal={portal} code={code} />
      ) : (
        <AskForReset portal={portal} />
      )}
    </DoorPage>,
  );
}
