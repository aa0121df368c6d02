import { expect, test } from 'vitest';
import {
  accentFor,
  chosenAccent,
  contrast,
  isHexColour,
  textOn,
} from './accent';

const surfaces = { light: '#ffffff', dark: '#1e1b27' } as const;

test('black on white has the greatest contrast', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
});

test('without an accent of its own an organisation has ours', () => {
  expect(accentFor('light')).toBe('#5746d9');
  expect(accentFor('dark')).toBe('#9c8fff');
});

test('what is no colour is not used', () => {
  expect(isHexColour('red;}')).toBe(false);
  expect(accentFor('light', 'red;}')).toBe('#5746d9');
});

test.each(['#ffff00', '#ffffff', '#000000', '#5746d9', '#ff6600', '#808080'])(
  '%s can be read in both modes, and text on it too',
  accent => {
    for (const mode of ['light', 'dark'] as const) {
      const used = accentFor(mode, accent);
      expect(contrast(used, surfaces[mode])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(textOn(used), used)).toBeGreaterThanOrEqual(4.5);
    }
  },
);

test('the dark mode has its own accent where one is chosen', () => {
  const both = { accent: '#0b6bcb', accentDark: '#7cc4ff' };
  expect(chosenAccent('light', both)).toBe('#0b6bcb');
  expect(chosenAccent('dark', both)).toBe('#7cc4ff');
  expect(chosenAccent('dark', { accent: '#0b6bcb' })).toBe('#0b6bcb');
  expect(chosenAccent('dark', {})).toBeUndefined();
});
