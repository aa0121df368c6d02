import type { UnifiedThemeOptions } from '@backstage/theme';

interface Colours {
  page: string;
  surface: string;
  text: string;
  secondary: string;
  line: string;
  good: string;
  warning: string;
  bad: string;
  /** Colours that programs give the words of their logs. */
  log: { blue: string; magenta: string; cyan: string };
}

const radius = 10;
const smallRadius = 6;

type Components = NonNullable<UnifiedThemeOptions['components']>;

const lineOf = (c: Colours) => `1px solid ${c.line}`;

/** Logs of runs, in colours that are readable on the card. */
function logStyles(c: Colours): Record<string, unknown> {
  return {
    log: { fontFamily: 'var(--pro-mono)' },
    lineNumber: { color: c.secondary, borderRight: lineOf(c) },
    modifierForegroundBlack: { color: c.text },
    modifierForegroundWhite: { color: c.text },
    modifierForegroundGrey: { color: c.secondary },
    modifierForegroundRed: { color: c.bad },
    modifierForegroundGreen: { color: c.good },
    modifierForegroundYellow: { color: c.warning },
    modifierForegroundBlue: { color: c.log.blue },
    modifierForegroundMagenta: { color: c.log.magenta },
    modifierForegroundCyan: { color: c.log.cyan },
  };
}

/** Backstage's own components, by the names of their style sheets. */
function stockStyles(c: Colours): Record<string, unknown> {
  const line = lineOf(c);
  return {
    BackstagePage: { styleOverrides: { root: { height: 'auto' } } },
    BackstageHeader: {
      styleOverrides: {
        header: {
          backgroundImage: 'none',
          backgroundColor: 'transparent',
          boxShadow: 'none',
          padding: '24px 24px 0',
          minHeight: 0,
        },
        title: {
          fontSize: 24,
          lineHeight: '32px',
          fontWeight: 600,
          color: c.text,
        },
        subtitle: { color: c.secondary, opacity: 1 },
        type: { color: c.secondary, textTransform: 'none', opacity: 1 },
        breadcrumb: { color: c.secondary },
      },
    },
    BackstageHeaderLabel: {
      styleOverrides: {
        label: { color: c.secondary },
        value: { color: c.text },
        root: { marginBottom: 0 },
      },
    },
    BackstageContent: { styleOverrides: { root: { paddingTop: 16 } } },
    BackstageContentHeader: {
      styleOverrides: { container: { marginBottom: 16 } },
    },
    BackstageIconLinkVertical: {
      styleOverrides: {
        label: { textTransform: 'none', letterSpacing: 0, fontWeight: 500 },
      },
    },
    BackstageInfoCard: {
      styleOverrides: { header: { padding: '16px 16px 8px' } },
    },
    BackstageLogViewer: { styleOverrides: logStyles(c) },
    BackstageTableHeader: {
      styleOverrides: {
        header: {
          textTransform: 'none',
          fontWeight: 500,
          fontSize: 13,
          color: c.secondary,
          borderTop: 'none',
          borderBottom: line,
          padding: '10px 16px',
        },
      },
    },
    BackstageTableToolbar: {
      styleOverrides: {
        root: { padding: '12px 16px', flexWrap: 'wrap', gap: 8 },
        title: { fontSize: 16, marginRight: 'auto' },
      },
    },
    BackstageItemCardHeader: {
      styleOverrides: {
        root: {
          backgroundImage: 'none',
          color: c.text,
          borderBottom: line,
          padding: 16,
        },
      },
    },
  };
}

/** Parts of the stock plugins. */
function pluginStyles(): Record<string, unknown> {
  return {
    PluginCatalogTableToolbar: {
      styleOverrides: {
        root: { flexWrap: 'wrap', gap: '0 8px', padding: '12px 16px' },
      },
    },
    ScaffolderReactOwnerListPicker: {
      styleOverrides: {
        root: { backgroundColor: 'transparent', border: 'none' },
        title: {
          textTransform: 'none',
          fontSize: 13,
          fontWeight: 500,
          margin: '8px 0',
        },
        groupWrapper: { margin: 0 },
      },
    },
    CatalogReactUserListPicker: {
      styleOverrides: {
        root: {
          backgroundColor: 'transparent',
          boxShadow: 'none',
          border: 'none',
          margin: 0,
        },
        groupWrapper: { margin: 0 },
        title: {
          textTransform: 'none',
          fontSize: 13,
          fontWeight: 500,
          margin: '8px 0',
        },
      },
    },
  };
}

/** MUI's components. */
function muiStyles(c: Colours): Record<string, unknown> {
  const line = lineOf(c);
  return {
    MuiPaper: {
      styleOverrides: {
        root: { backgroundImage: 'unset' },
        rounded: { borderRadius: radius },
        elevation1: { boxShadow: 'none', border: line },
        elevation2: { boxShadow: 'none', border: line },
        elevation3: { boxShadow: 'none', border: line },
        elevation4: { boxShadow: 'none', border: line },
      },
    },
    MuiCard: {
      styleOverrides: {
        root: { borderRadius: radius, boxShadow: 'none', border: line },
      },
    },
    MuiCardHeader: {
      styleOverrides: {
        root: { padding: '16px 16px 8px' },
        title: { fontSize: 16, lineHeight: '24px', fontWeight: 600 },
      },
    },
    MuiButton: {
      defaultProps: { disableElevation: true },
      styleOverrides: {
        root: {
          textTransform: 'none',
          borderRadius: smallRadius,
          fontWeight: 500,
          letterSpacing: 0,
        },
        contained: { boxShadow: 'none' },
      },
    },
    MuiTab: {
      styleOverrides: {
        root: {
          textTransform: 'none',
          letterSpacing: 0,
          color: c.secondary,
          minWidth: 0,
          '&:hover': { color: c.text, background: 'transparent' },
        },
      },
    },
    MuiCircularProgress: { defaultProps: { 'aria-label': 'Loading' } },
    MuiLinearProgress: { defaultProps: { 'aria-label': 'Loading' } },
    MuiTabs: { styleOverrides: { root: { minHeight: 40 } } },
    MuiTableRow: {
      styleOverrides: {
        root: { '&:nth-of-type(odd)': { backgroundColor: 'transparent' } },
      },
    },
    MuiTableCell: {
      styleOverrides: {
        root: { padding: '8px 10px', lineHeight: '20px', borderBottom: line },
        head: { color: c.secondary, lineHeight: '20px', fontWeight: 500 },
        sizeSmall: { padding: '8px 16px' },
      },
    },
    MuiChip: {
      styleOverrides: {
        root: {
          borderRadius: smallRadius,
          backgroundColor: 'transparent',
          border: line,
          marginBottom: 4,
        },
        label: { fontSize: 12, fontWeight: 500 },
      },
    },
    MuiOutlinedInput: {
      styleOverrides: { root: { borderRadius: smallRadius } },
    },
    MuiTypography: {
      styleOverrides: {
        overline: { textTransform: 'none', letterSpacing: 0, fontSize: 13 },
        button: { textTransform: 'none', letterSpacing: 0 },
      },
    },
    MuiToggleButton: { styleOverrides: { root: { textTransform: 'none' } } },
    MuiTooltip: { styleOverrides: { tooltip: { fontSize: 12 } } },
    MuiDialog: { styleOverrides: { paper: { borderRadius: radius } } },
  };
}

/** What MUI's and Backstage's stock components look like: lines instead of shadows, no capitals, quiet headers. */
export function componentStyles(c: Colours): Components {
  return {
    ...muiStyles(c),
    ...stockStyles(c),
    ...pluginStyles(),
  } as Components;
}
