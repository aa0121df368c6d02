import type {
  IdentityProvider,
  IdentityProviderForm,
  IdentityProviderKind,
  ProviderSettings,
} from '../../../api/types';

/** A provider as it is typed. */
export interface ProviderDraft {
  kind: IdentityProviderKind;
  title: string;
  name: string;
  issuer: string;
  clientId: string;
  /** Empty: the stored one, or that of the last test. */
  clientSecret: string;
  scopes: string;
  settings: ProviderSettings;
}

export const kindTitles: Record<IdentityProviderKind, string> = {
  oidc: 'OpenID Connect',
  github: 'GitHub',
};

const settingsOf: Record<IdentityProviderKind, ProviderSettings> = {
  oidc: {
    scopes: [],
    roles: { rules: [], otherwise: 'member', everySignIn: false },
    groups: [],
    resolver: { by: 'mail' },
    unmatched: 'nameAfterMail',
    createMembers: true,
    linkByMail: false,
    acceptUnverifiedMail: false,
  },
  // Anybody can have an account there, so by itself it makes nobody a member.
  github: {
    scopes: [],
    roles: { rules: [], otherwise: null, everySignIn: false },
    groups: [],
    resolver: { by: 'mail' },
    unmatched: 'nameAfterMail',
    createMembers: false,
    linkByMail: true,
    acceptUnverifiedMail: false,
  },
};

/** What an empty form begins with. */
export function newProviderDraft(kind: IdentityProviderKind): ProviderDraft {
  const isGithub = kind === 'github';
  return {
    kind,
    title: isGithub ? 'GitHub' : '',
    name: isGithub ? 'github' : '',
    issuer: isGithub ? 'https://github.com' : '',
    clientId: '',
    clientSecret: '',
    scopes: '',
    settings: settingsOf[kind],
  };
}

export function draftOf(provider: IdentityProvider): ProviderDraft {
  const { kind, title, name, issuer, clientId, settings } = provider;
  return {
    kind,
    title,
    name,
    issuer,
    clientId,
    clientSecret: '',
    scopes: (settings.scopes ?? []).join(' '),
    settings,
  };
}

/** A title as a part of addresses: `Acme Okta` becomes `acme-okta`. */
export function nameFromTitle(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 32)
    .replace(/-+$/, '');
}

export interface Saving {
  enabled: boolean;
  testId?: string;
  providerId?: string;
}

/** What is sent to be saved or tried. */
export function toForm(
  draft: ProviderDraft,
  saving: Saving,
): IdentityProviderForm {
  const secret = draft.clientSecret.trim();
  return {
    kind: draft.kind,
    title: draft.title.trim(),
    name: draft.name.trim(),
    issuer: draft.issuer.trim(),
    clientId: draft.clientId.trim(),
    ...(secret && { clientSecret: secret }),
    settings: settingsWithScopes(draft),
    ...saving,
  };
}

export function settingsWithScopes(draft: ProviderDraft): ProviderSettings {
  const scopes = draft.scopes.split(/[\s,]+/).filter(Boolean);
  return { ...draft.settings, scopes };
}

/** Whether a test of `tried` says something about `draft`: both go to the same place in the same name. */
export function sameConnection(
  tried: ProviderDraft,
  draft: ProviderDraft,
): boolean {
  const keys = [
    'kind',
    'name',
    'issuer',
    'clientId',
    'clientSecret',
  ] as const satisfies (keyof ProviderDraft)[];
  return keys.every(key => tried[key].trim() === draft[key].trim());
}
