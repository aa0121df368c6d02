import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  MadeScimToken,
  Provisioning,
  ProvisionedGroup,
  Role,
} from './types';

const base = 'plugin://tenant-admin/v1/scim';

/** How a directory provisions people and groups. */
export class ProvisioningClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  get(): Promise<Provisioning> {
    return requestJson(this.#fetch, base);
  }

  addToken(name: string): Promise<MadeScimToken> {
    return requestJson(this.#fetch, `${base}/tokens`, {
      method: 'POST',
      body: { name },
    });
  }

  deleteToken(id: string): Promise<void> {
    return requestNothing(this.#fetch, `${base}/tokens/${id}`, {
      method: 'DELETE',
    });
  }

  setGroupRole(id: string, role: Role | null): Promise<ProvisionedGroup> {
    return requestJson(this.#fetch, `${base}/groups/${id}`, {
      method: 'PATCH',
      body: { role },
    });
  }
}

export const provisioningApiRef = createApiRef<ProvisioningClient>().with({
  id: 'plugin.settings.provisioning',
  pluginId: 'settings',
});
