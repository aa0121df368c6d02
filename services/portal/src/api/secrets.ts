import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type { GranteeName, Secret, SecretList } from './types';

export type SecretScope = 'any' | 'plugin' | 'template' | 'proxy';
export type GranteeKind = 'plugin' | 'template' | 'proxy';

export interface NewSecret {
  name: string;
  scope: SecretScope;
  description: string;
  value: string;
}

const base = 'plugin://tenant-admin/v1/secrets';
const at = (id: string) => `${base}/${encodeURIComponent(id)}`;

/** The organisation's secrets; values go in and never come out. */
export class SecretsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async list(): Promise<Secret[]> {
    return (await requestJson<SecretList>(this.#fetch, base)).items;
  }

  get(id: string): Promise<Secret> {
    return requestJson(this.#fetch, at(id));
  }

  add(secret: NewSecret): Promise<Secret> {
    return requestJson(this.#fetch, base, { method: 'POST', body: secret });
  }

  describe(id: string, description: string): Promise<Secret> {
    return requestJson(this.#fetch, at(id), {
      method: 'PATCH',
      body: { description },
    });
  }

  rotate(id: string, value: string, overlapHours: number): Promise<Secret> {
    return requestJson(this.#fetch, `${at(id)}/versions`, {
      method: 'POST',
      body: { value, overlapHours },
    });
  }

  grant(id: string, to: GranteeName): Promise<Secret> {
    return requestJson(this.#fetch, `${at(id)}/grants`, {
      method: 'POST',
      body: to,
    });
  }

  revoke(id: string, from: GranteeName): Promise<void> {
    const query = new URLSearchParams({ kind: from.kind, id: from.id });
    return requestNothing(this.#fetch, `${at(id)}/grants?${query}`, {
      method: 'DELETE',
    });
  }

  /** Deletes it although it is granted; the page has asked. */
  remove(id: string): Promise<void> {
    return requestNothing(this.#fetch, `${at(id)}?force=true`, {
      method: 'DELETE',
    });
  }
}

export const secretsApiRef = createApiRef<SecretsClient>().with({
  id: 'plugin.settings.secrets',
  pluginId: 'settings',
});
