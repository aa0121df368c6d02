import { accentFor, chosenAccent, textOn, type Mode } from './accent';
import type { Branding } from './portalConfig';

/** Where the stock theme switch of Backstage keeps the user's choice. */
const storageKey = 'theme';

function chosenMode(): Mode {
  const stored = localStorage.getItem(storageKey);
  if (stored === 'light' || stored === 'dark') return stored;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Puts the organisation's accent where tokens.css looks for it. */
export function applyAccent(branding: Branding): void {
  const style = document.documentElement.style;
  for (const mode of ['light', 'dark'] as const) {
    const colour = accentFor(mode, chosenAccent(mode, branding));
    style.setProperty(`--pro-tenant-accent-${mode}`, colour);
    style.setProperty(`--pro-tenant-on-accent-${mode}`, textOn(colour));
  }
}

/** Sets mode and accent before anything is drawn, so that no page flashes in the wrong colours. */
export function applyFirstTheme(branding: Branding): void {
  document.body.dataset['themeMode'] = chosenMode();
  applyAccent(branding);
  applyFavicon(branding.faviconUrl);
}

/** Shows the organisation's own icon in the browser's tab. */
export function applyFavicon(url?: string): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel~="icon"]');
  if (!url) return;
  const own = link ?? document.head.appendChild(document.createElement('link'));
  own.rel = 'icon';
  own.removeAttribute('type');
  own.href = url;
}
