import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  InvitationLink,
  Me,
  Member,
  MemberList,
  NewMember,
  PasswordResetLink,
  Role,
  Tenant,
  TenantChange,
} from './types';

const base = 'plugin://tenant-admin/v1';

/** The organisation itself and who belongs to it. */
export class TenantAdminClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  getTenant(): Promise<Tenant> {
    return requestJson(this.#fetch, `${base}/tenant`);
  }

  changeTenant(change: TenantChange): Promise<Tenant> {
    return requestJson(this.#fetch, `${base}/tenant`, {
      method: 'PATCH',
      body: change,
    });
  }

  getMe(): Promise<Me> {
    return requestJson(this.#fetch, `${base}/me`);
  }

  async listMembers(): Promise<Member[]> {
    const list = await requestJson<MemberList>(this.#fetch, `${base}/members`);
    return list.items;
  }

  addMember(member: {
    name: string;
    email: string;
    role: Role;
  }): Promise<NewMember> {
    return requestJson(this.#fetch, `${base}/members`, {
      method: 'POST',
      body: member,
    });
  }

  setRole(id: string, role: Role): Promise<void> {
    return requestNothing(this.#fetch, `${base}/members/${id}`, {
      method: 'PATCH',
      body: { role },
    });
  }

  removeMember(id: string): Promise<void> {
    return requestNothing(this.#fetch, `${base}/members/${id}`, {
      method: 'DELETE',
    });
  }

  openPasswordReset(id: string): Promise<PasswordResetLink> {
    return requestJson(this.#fetch, `${base}/members/${id}/password-reset`, {
      method: 'POST',
    });
  }

  renewInvitation(id: string): Promise<InvitationLink> {
    return requestJson(this.#fetch, `${base}/members/${id}/invitation`, {
      method: 'POST',
    });
  }
}

export const tenantAdminApiRef = createApiRef<TenantAdminClient>().with({
  id: 'plugin.settings.tenant-admin',
  pluginId: 'settings',
});
