import type {
  BackstageUserIdentity,
  IdentityApi,
  ProfileInfo,
} from '@backstage/frontend-plugin-api';
import { ApiFailure } from '../api/failure';
import { requestJson, requestNothing, type Fetch } from '../api/request';
import type { RefreshResponse } from '../api/types';

const refreshPath = '/api/auth/proscenium/refresh';
const logoutPath = '/api/auth/proscenium/logout';

/** A token is renewed when less than this is left, so that none expires on its way to a service. */
const renewBeforeMs = 60_000;

interface Held {
  answer: RefreshResponse;
  expiresAtMs: number;
}

export interface GatewaySessionOptions {
  fetch: Fetch;
  now: () => number;
  /** Called once when the session turns out to be over while the portal is open. */
  onEnded: () => void;
}

/**
 * The person's identity, backed by the gateway's session cookie: the portal itself keeps only the short-lived
 * Backstage token, in memory.
 */
export class GatewaySession implements IdentityApi {
  readonly #options: GatewaySessionOptions;
  #held?: Held;
  #pending?: Promise<Held>;
  #ended = false;

  constructor(options: GatewaySessionOptions) {
    this.#options = options;
  }

  /** Makes sure that there is a session; throws an `ApiFailure` with status 401 when there is none. */
  async start(): Promise<void> {
    if (!this.#fresh()) await this.#renew();
  }

  async getProfileInfo(): Promise<ProfileInfo> {
    return (await this.#current()).answer.profile;
  }

  async getBackstageIdentity(): Promise<BackstageUserIdentity> {
    return (await this.#current()).answer.backstageIdentity.identity;
  }

  async getCredentials(): Promise<{ token?: string }> {
    return { token: (await this.#current()).answer.backstageIdentity.token };
  }

  async signOut(): Promise<void> {
    await requestNothing(this.#options.fetch, logoutPath, { method: 'POST' });
    this.#held = undefined;
  }

  async #current(): Promise<Held> {
    const fresh = this.#fresh();
    if (fresh) return fresh;
    const held = this.#held;
    try {
      return await this.#renew();
    } catch (error) {
      const stillValid = held && held.expiresAtMs > this.#options.now();
      if (error instanceof ApiFailure && error.status === 401) this.#end();
      else if (stillValid) return held;
      throw error;
    }
  }

  #fresh(): Held | undefined {
    const held = this.#held;
    const left = (held?.expiresAtMs ?? 0) - this.#options.now();
    return left > renewBeforeMs ? held : undefined;
  }

  /** One request at a time, however many callers wait for it. */
  #renew(): Promise<Held> {
    this.#pending ??= requestJson<RefreshResponse>(
      this.#options.fetch,
      refreshPath,
      { headers: { 'x-requested-with': 'XMLHttpRequest' } },
    )
      .then(answer => {
        const lifetimeMs = answer.backstageIdentity.expiresInSeconds * 1000;
        this.#held = { answer, expiresAtMs: this.#options.now() + lifetimeMs };
        return this.#held;
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnded();
  }
}
