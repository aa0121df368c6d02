import { expect, test } from 'vitest';
import {
  nameFromTitle,
  newProviderDraft,
  sameConnection,
  toForm,
} from './providerDraft';

test('a title becomes a part of addresses', () => {
  for (const [title, name] of [
    ['Acme Okta', 'acme-okta'],
    ['  Entra ID (work) ', 'entra-id-work'],
    ['2nd floor', 'nd-floor'],
    ['日本', ''],
    ['x'.repeat(40), 'x'.repeat(32)],
  ] as const) {
    expect(nameFromTitle(title)).toBe(name);
  }
});

test('a secret is sent only when one was typed', () => {
  const draft = newProviderDraft('oidc');
  expect(toForm(draft, { enabled: true })).not.toHaveProperty('clientSecret');
  const typed = { ...draft, clientSecret: ' s ' };
  expect(toForm(typed, { enabled: true }).clientSecret).toBe('s');
});

test('scopes are words, however they are separated', () => {
  const draft = {
    ...newProviderDraft('oidc'),
    scopes: 'openid, email  groups',
  };
  expect(toForm(draft, { enabled: false }).settings.scopes).toEqual([
    'openid',
    'email',
    'groups',
  ]);
});

test('a test counts for another mapping, and not for another client', () => {
  const draft = { ...newProviderDraft('oidc'), clientId: 'a', name: 'okta' };
  const mapped = {
    ...draft,
    settings: { ...draft.settings, createMembers: false },
  };
  expect(sameConnection(draft, mapped)).toBe(true);
  expect(sameConnection(draft, { ...draft, clientId: 'b' })).toBe(false);
  expect(sameConnection(draft, { ...draft, clientSecret: 'new' })).toBe(false);
});

test('nobody becomes a member by having a GitHub account', () => {
  const { settings } = newProviderDraft('github');
  expect(settings.createMembers).toBe(false);
  expect(settings.roles.otherwise).toBeNull();
});
