import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  MadeServiceToken,
  MadeToken,
  MemberToken,
  MemberTokenList,
  Role,
  ServiceToken,
  ServiceTokenList,
  Token,
  TokenList,
  TokenPolicy,
} from './types';

export interface NewToken {
  name: string;
  /** Until it is deleted, where absent. */
  expiresInDays?: number;
  /** Whatever the owner may, where absent. */
  scopes?: string[];
}

export interface NewServiceToken extends NewToken {
  role: Role;
  description: string;
}

const base = 'plugin://tenant-admin/v1';

/** API tokens: one's own, everybody's, the organisation's; their text is shown once. */
export class TokensClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async listOwn(): Promise<Token[]> {
    return (await requestJson<TokenList>(this.#fetch, `${base}/tokens`)).items;
  }

  make(token: NewToken): Promise<MadeToken> {
    return requestJson(this.#fetch, `${base}/tokens`, {
      method: 'POST',
      body: token,
    });
  }

  removeOwn(id: string): Promise<void> {
    return this.#remove('tokens', id);
  }

  async listOfMembers(): Promise<MemberToken[]> {
    const path = `${base}/member-tokens`;
    return (await requestJson<MemberTokenList>(this.#fetch, path)).items;
  }

  revoke(id: string): Promise<void> {
    return this.#remove('member-tokens', id);
  }

  async listOfServices(): Promise<ServiceToken[]> {
    const path = `${base}/service-tokens`;
    return (await requestJson<ServiceTokenList>(this.#fetch, path)).items;
  }

  makeForService(token: NewServiceToken): Promise<MadeServiceToken> {
    return requestJson(this.#fetch, `${base}/service-tokens`, {
      method: 'POST',
      body: token,
    });
  }

  removeOfService(id: string): Promise<void> {
    return this.#remove('service-tokens', id);
  }

  getPolicy(): Promise<TokenPolicy> {
    return requestJson(this.#fetch, `${base}/token-policy`);
  }

  setPolicy(policy: TokenPolicy): Promise<TokenPolicy> {
    return requestJson(this.#fetch, `${base}/token-policy`, {
      method: 'PUT',
      body: policy,
    });
  }

  #remove(list: string, id: string): Promise<void> {
    const path = `${base}/${list}/${encodeURIComponent(id)}`;
    return requestNothing(this.#fetch, path, { method: 'DELETE' });
  }
}

export const tokensApiRef = createApiRef<TokensClient>().with({
  id: 'plugin.settings.tokens',
  pluginId: 'settings',
});
