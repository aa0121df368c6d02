import { expect, test } from 'vitest';
import type { BrowserSession } from '../api/types';
import { withoutPassword } from './passwordWords';

function session(signedInBy?: string, current = false): BrowserSession {
  return {
    id: '0',
    current,
    signedInBy,
    createdAt: '',
    lastSeenAt: '',
    expiresAt: '',
  };
}

test('the provider of this browser is named', () => {
  expect(
    withoutPassword([session('Old ID'), session('Example ID', true)]),
  ).toBe('You sign in with Example ID; there is no password here.');
});

test('a browser that came in by a link names the provider of another one', () => {
  expect(
    withoutPassword([session('hand-off', true), session('Example ID')]),
  ).toBe('You sign in with Example ID; there is no password here.');
});

test.each([[[]], [[session('hand-off', true)]], [[session(undefined, true)]]])(
  'where no provider is known, none is named',
  sessions => {
    expect(withoutPassword(sessions)).toBe(
      'You sign in with a provider of your organisation; there is no password here.',
    );
  },
);
