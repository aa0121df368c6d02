import { accentFor, textOn, type Mode } from './accent';

/** Where the stock theme switch of Backstage keeps the user's choice. */
const storageKey = 'theme';

function chosenMode(): Mode {
  const stored = localStorage.getItem(storageKey);
  if (stored === 'light' || stored === 'dark') return stored;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Puts the organisation's accent where tokens.css looks for it. */
export function applyAccent(accent?: string): void {
  const style = document.documentElement.style;
  for (const mode of ['light', 'dark'] as const) {
    const colour = accentFor(mode, accent);
    style.setProperty(`--pro-tenant-accent-${mode}`, colour);
    style.setProperty(`--pro-tenant-on-accent-${mode}`, textOn(colour));
  }
}

/** Sets mode and accent before anything is drawn, so that no page flashes in the wrong colours. */
export function applyFirstTheme(accent?: string): void {
  document.body.dataset['themeMode'] = chosenMode();
  applyAccent(accent);
}
