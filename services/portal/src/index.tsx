import './styles/fonts.css';
import './styles/tokens.css';
import { applyFirstTheme } from './firstTheme';
import { readPortalConfig, type PortalConfig } from './portalConfig';

/** Links that open before there is a session, so they do not need the Backstage app. */
const invitationPath = /^\/invitation\/([^/]+)\/?$/;
const newPasswordPath = /^\/password\/([^/]+)\/?$/;
const forgottenPath = /^\/password-reset\/?$/;

async function start(portal: PortalConfig, root: HTMLElement): Promise<void> {
  const invitation = invitationPath.exec(location.pathname);
  const newPassword = newPasswordPath.exec(location.pathname);
  if (portal.surface === 'apex') {
    const { renderApex } = await import(
      /* webpackChunkName: "apex" */ './apex'
    );
    await renderApex(root, portal);
  } else if (forgottenPath.test(location.pathname)) {
    const { renderPasswordReset } = await import(
      /* webpackChunkName: "password-reset" */ './passwordReset'
    );
    renderPasswordReset(root, portal);
  } else if (invitation?.[1]) {
    const { renderInvitation } = await import(
      /* webpackChunkName: "invitation" */ './invitation'
    );
    renderInvitation(root, portal, decodeURIComponent(invitation[1]));
  } else if (newPassword?.[1]) {
    const { renderNewPassword } = await import(
      /* webpackChunkName: "new-password" */ './newPassword'
    );
    renderNewPassword(root, portal, decodeURIComponent(newPassword[1]));
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
