import './styles/fonts.css';
import './styles/tokens.css';
import { applyFirstTheme } from './firstTheme';
import { readPortalConfig, type PortalConfig } from './portalConfig';

/** Invitations open before there is a session, so they do not need the Backstage app. */
const invitationPath = /^\/invitation\/([^/]+)\/?$/;
/** So does a forgotten password: the page that asks, and the one that its link leads to. */
const resetPath = /^\/password-reset(?:\/([^/]+))?\/?$/;

async function start(portal: PortalConfig, root: HTMLElement): Promise<void> {
  const invitation = invitationPath.exec(location.pathname);
  const reset = resetPath.exec(location.pathname);
  if (portal.surface === 'apex') {
    const { renderApex } = await import(
      /* webpackChunkName: "apex" */ './apex'
    );
    renderApex(root, portal);
  } else if (reset) {
    const { renderPasswordReset } = await import(
      /* webpackChunkName: "password-reset" */ './passwordReset'
    );
    renderPasswordReset(root, portal, reset[1] && decodeURIComponent(reset[1]));
  } else if (invitation?.[1]) {
    const { renderInvitation } = await import(
      /* webpackChunkName: "invitation" */ './invitation'
    );
    renderInvitation(root, portal, decodeURIComponent(invitation[1]));
  } else {
    const { renderTenant } = await import(
      /* webpackChunkName: "tenant" */ './app'
    );
    await renderTenant(root, portal);
  }
}

function showPlainMessage(root: HTMLElement, text: string): void {
  const message = document.createElement('p');
  message.setAttribute('role', 'alert');
  message.style.cssText = 'max-width:32rem;margin:20vh auto;padding:0 1rem';
  message.textContent = text;
  root.replaceChildren(message);
}

const root = document.getElementById('root');
if (root) {
  const portal = readPortalConfig(document);
  if (portal) {
    applyFirstTheme(portal.branding);
    start(portal, root).catch((error: unknown) => {
      showPlainMessage(
        root,
        'The portal could not be loaded. Reload the page; if that does not help, tell the people who run it.',
      );
      throw error;
    });
  } else {
    showPlainMessage(
      root,
      'The portal has no configuration: it must be opened through its gateway.',
    );
  }
}
