/**
 * Tokens. A worker accepts only tokens that the platform signed for this tenant and this plugin (audience
 * `plugin:<id>`), so that a plugin cannot use a user's token that it was shown with another plugin. It signs none
 * itself: towards the platform it shows the user's token, or its own service token.
 */
import type {
  AuthService,
  BackstageCredentials,
  BackstageNonePrincipal,
  BackstagePrincipalTypes,
  BackstageServicePrincipal,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import { AuthenticationError } from '@backstage/errors';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';

/** How long a token without an end is taken to live when a plugin asks for its end. */
const UNKNOWN_EXPIRY_MS = 60_000;

/** Clock difference tolerated between the platform and the worker, in seconds. */
const CLOCK_TOLERANCE_S = 5;

type Held = BackstageCredentials & { token?: string };

/** Key set and service tokens; both are replaced while the worker runs (`POST /_worker/v1/token`). */
export class TokenStore {
  #keys: ReturnType<typeof createLocalJWKSet>;
  readonly #service = new Map<string, string>();

  constructor(jwks: JSONWebKeySet) {
    this.#keys = createLocalJWKSet(jwks);
  }

  get keys(): ReturnType<typeof createLocalJWKSet> {
    return this.#keys;
  }

  setKeys(jwks: JSONWebKeySet): void {
    this.#keys = createLocalJWKSet(jwks);
  }

  setServiceToken(pluginId: string, token: string): void {
    this.#service.set(pluginId, token);
  }

  serviceToken(pluginId: string): string {
    const token = this.#service.get(pluginId);
    if (token === undefined) {
      throw new AuthenticationError(`plugin ${pluginId} has no service token`);
    }
    return token;
  }
}

/** Backstage's auth service for one plugin. */
export class PlatformAuth implements AuthService {
  /** As tokens name the plugin: a module of the platform's own plugin has an id of its own. */
  readonly #pluginId: string;
  readonly #tenant: string;
  readonly #tokens: TokenStore;

  constructor(pluginId: string, tenant: string, tokens: TokenStore) {
    this.#pluginId = pluginId;
    this.#tenant = tenant;
    this.#tokens = tokens;
  }

  async authenticate(token: string): Promise<BackstageCredentials> {
    const { payload } = await jwtVerify(token, this.#tokens.keys, {
      algorithms: ['ES256'],
      audience: `plugin:${this.#pluginId}`,
      requiredClaims: ['sub', 'exp', 'tenant'],
      clockTolerance: CLOCK_TOLERANCE_S,
    }).catch(() => {
      // Without the cause: the framework would send the token's claims back to the caller.
      throw new AuthenticationError('The token is not valid here');
    });
    if (payload['tenant'] !== this.#tenant) {
      throw new AuthenticationError('The token is of another tenant');
    }
    const subject = payload.sub ?? '';
    const expiresAt = new Date((payload.exp ?? 0) * 1000);
    return subject.startsWith('plugin:') || subject.startsWith('external:')
      ? credentials({ type: 'service', subject }, token, expiresAt)
      : credentials({ type: 'user', userEntityRef: subject }, token, expiresAt);
  }

  isPrincipal<T extends keyof BackstagePrincipalTypes>(
    given: BackstageCredentials,
    type: T,
  ): given is BackstageCredentials<BackstagePrincipalTypes[T]> {
    const principal = given.principal as { type?: unknown };
    return type === 'unknown' || principal.type === type;
  }

  getNoneCredentials(): Promise<BackstageCredentials<BackstageNonePrincipal>> {
    return Promise.resolve(credentials({ type: 'none' }));
  }

  getOwnServiceCredentials(): Promise<
    BackstageCredentials<BackstageServicePrincipal>
  > {
    const subject = `plugin:${this.#pluginId}`;
    return Promise.resolve(credentials({ type: 'service', subject }));
  }

  /** The user's own token goes on to the platform, which knows what it grants to this plugin. */
  getPluginRequestToken(options: {
    onBehalfOf: BackstageCredentials;
    targetPluginId: string;
  }): Promise<{ token: string }> {
    const { onBehalfOf } = options;
    if (this.isPrincipal(onBehalfOf, 'none')) {
      return Promise.resolve({ token: '' });
    }
    const { token } = onBehalfOf as Held;
    if (this.isPrincipal(onBehalfOf, 'user') && token !== undefined) {
      return Promise.resolve({ token });
    }
    return Promise.resolve({
      token: this.#tokens.serviceToken(this.#pluginId),
    });
  }

  getLimitedUserToken(
    given: BackstageCredentials<BackstageUserPrincipal>,
  ): Promise<{ token: string; expiresAt: Date }> {
    const { token } = given as Held;
    if (token === undefined) {
      throw new AuthenticationError('These credentials hold no token');
    }
    const expiresAt =
      given.expiresAt ?? new Date(Date.now() + UNKNOWN_EXPIRY_MS);
    return Promise.resolve({ token, expiresAt });
  }

  /** Workers sign nothing, so they publish no keys. */
  listPublicServiceKeys(): Promise<{ keys: [] }> {
    return Promise.resolve({ keys: [] });
  }
}

/** Credentials as the stock httpAuth service expects them. The token is hidden from JSON and logs. */
function credentials<T>(
  principal: T,
  token?: string,
  expiresAt?: Date,
): BackstageCredentials<T> {
  const made = {
    $$type: '@backstage/BackstageCredentials' as const,
    version: 'v1',
    principal,
    ...(expiresAt && { expiresAt }),
  };
  if (token !== undefined) {
    Object.defineProperty(made, 'token', { value: token, enumerable: false });
  }
  return made;
}
