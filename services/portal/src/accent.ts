// An organisation picks one accent colour; text and buttons in it must stay readable in both modes.

const surfaces = {
  light: { surface: '#ffffff', standard: '#5746d9' },
  dark: { surface: '#1e1b27', standard: '#9c8fff' },
} as const;

export type Mode = keyof typeof surfaces;

/** WCAG AA for body text. */
const readable = 4.5;

type Rgb = readonly [number, number, number];

/** Whether `text` is a colour that an accent can be: `#rrggbb`. */
export function isHexColour(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text);
}

function parse(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

function format(rgb: Rgb): string {
  const digits = rgb.map(c => Math.round(c).toString(16).padStart(2, '0'));
  return `#${digits.join('')}`;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map(c => {
    const s = c / 255;
    return s <= 0.040_45 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const a = luminance(parse(one));
  const b = luminance(parse(other));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function towards(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map(
    i => (from[i] ?? 0) + ((to[i] ?? 0) - (from[i] ?? 0)) * share,
  ) as unknown as Rgb;
}

/** What the organisation chose for `mode`: the dark mode's own colour, or the one for both. */
export function chosenAccent(
  mode: Mode,
  branding: { accent?: string; accentDark?: string },
): string | undefined {
  return (mode === 'dark' && branding.accentDark) || branding.accent;
}

/** The accent for `mode`: the given colour, moved towards black or white until it can be read on a card. */
export function accentFor(mode: Mode, accent?: string): string {
  const { surface, standard } = surfaces[mode];
  if (!accent || !isHexColour(accent)) return standard;
  if (accent.toLowerCase() === surfaces.light.standard) return standard;
  const target: Rgb = mode === 'light' ? [0, 0, 0] : [255, 255, 255];
  for (let share = 0; share < 1; share += 0.05) {
    const candidate = format(towards(parse(accent), target, share));
    if (contrast(candidate, surface) >= readable) return candidate;
  }
  return format(target);
}

/** Black-ish or white, whichever reads better on `accent`. */
export function textOn(accent: string): string {
  const dark = '#15131c';
  return contrast(accent, '#ffffff') >= readable ||
    contrast(accent, '#ffffff') >= contrast(accent, dark)
    ? '#ffffff'
    : dark;
}
