import {
  createUnifiedTheme,
  defaultTypography,
  palettes,
  type PageTheme,
  type UnifiedTheme,
  type UnifiedThemeOptions,
} from '@backstage/theme';
import { accentFor, textOn, type Mode } from '../accent';
import { componentStyles } from './themeComponents';

/** The same colours as styles/tokens.css: MUI computes with them, so it cannot take CSS variables. */
export const colours = {
  light: {
    page: '#faf9f6',
    surface: '#ffffff',
    text: '#1f1b2d',
    secondary: '#625c73',
    line: '#e6e2da',
    stage: '#e0a030',
    good: '#1e7f4f',
    warning: '#a96500',
    bad: '#b4232f',
    quietBad: '#fbeeee',
    quietWarning: '#fbf3e4',
    log: { blue: '#1f5fa8', magenta: '#8a2da5', cyan: '#0b6e7c' },
  },
  dark: {
    page: '#15131c',
    surface: '#1e1b27',
    text: '#ece9f3',
    secondary: '#a8a2b8',
    line: '#322d3f',
    stage: '#f2b84b',
    good: '#4cc38a',
    warning: '#e2a336',
    bad: '#ff6b74',
    quietBad: '#34202a',
    quietWarning: '#332a22',
    log: { blue: '#7fb3ff', magenta: '#d79bf0', cyan: '#5fd0de' },
  },
} as const;

const sidebar = '#1b1726';
const fontFamily = `'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', sans-serif`;

/** Stock pages get their quiet header from here: no banner, no pattern, the page's own colours. */
function pageThemes(mode: Mode): Record<string, PageTheme> {
  const c = colours[mode];
  const quiet: PageTheme = {
    colors: [c.page, c.page],
    shape: 'none',
    backgroundImage: 'none',
    fontColor: c.text,
  };
  const names = [
    'home',
    'documentation',
    'tool',
    'service',
    'website',
    'library',
    'other',
    'app',
    'apis',
    'card',
  ];
  return Object.fromEntries(names.map(name => [name, quiet]));
}

function palette(mode: Mode, accent: string): UnifiedThemeOptions['palette'] {
  const c = colours[mode];
  return {
    ...palettes[mode],
    mode,
    type: mode,
    background: { default: c.page, paper: c.surface },
    primary: { main: accent, contrastText: textOn(accent) },
    secondary: { main: accent, contrastText: textOn(accent) },
    error: { main: c.bad },
    warning: { main: c.warning },
    success: { main: c.good },
    info: { main: accent },
    text: { primary: c.text, secondary: c.secondary },
    divider: c.line,
    border: c.line,
    textContrast: c.text,
    textSubtle: c.secondary,
    textVerySubtle: c.line,
    link: accent,
    linkHover: accent,
    gold: c.stage,
    highlight: c.quietWarning,
    errorBackground: c.quietBad,
    errorText: c.bad,
    warningBackground: c.quietWarning,
    warningText: c.warning,
    infoBackground: c.surface,
    infoText: c.text,
    status: {
      ok: c.good,
      warning: c.warning,
      error: c.bad,
      running: accent,
      pending: c.warning,
      aborted: c.secondary,
    },
    navigation: {
      background: sidebar,
      indicator: colours.dark.stage,
      color: colours.dark.secondary,
      selectedColor: '#ffffff',
      navItem: { hoverBackground: '#2a2538' },
      submenu: { background: '#2a2538' },
    },
    tabbar: { indicator: accent },
    banner: {
      info: accent,
      error: c.bad,
      warning: c.warning,
      text: mode === 'light' ? '#ffffff' : c.page,
      link: mode === 'light' ? '#ffffff' : c.page,
      closeButtonColor: mode === 'light' ? '#ffffff' : c.page,
    },
  };
}

/** The MUI theme of one mode, with the organisation's accent. */
export function portalTheme(mode: Mode, accent?: string): UnifiedTheme {
  const heading = (size: number, weight: number, marginBottom: number) => ({
    fontFamily,
    fontSize: size,
    fontWeight: weight,
    marginBottom,
  });
  return createUnifiedTheme({
    palette: palette(mode, accentFor(mode, accent)),
    fontFamily,
    htmlFontSize: 16,
    typography: {
      ...defaultTypography,
      htmlFontSize: 16,
      fontFamily,
      h1: heading(24, 600, 8),
      h2: heading(24, 600, 8),
      h3: heading(20, 600, 6),
      h4: heading(16, 600, 6),
      h5: heading(16, 600, 4),
      h6: heading(16, 600, 4),
    },
    pageTheme: pageThemes(mode),
    defaultPageTheme: 'home',
    components: componentStyles(colours[mode]),
  });
}
