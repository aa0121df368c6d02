import { createApiRef } from '@backstage/frontend-plugin-api';
import { ApiFailure } from './failure';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  Deleted,
  Domain,
  DomainList,
  InvitationLink,
  Me,
  Member,
  MemberList,
  NewMember,
  PasswordResetLink,
  Role,
  Tenant,
  TenantChange,
  UsageReport,
} from './types';

const base = 'plugin://tenant-admin/v1';

export type Picture = 'logo' | 'favicon';

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

  /** Sets the logo or the favicon. */
  async setPicture(slot: Picture, file: Blob): Promise<Tenant> {
    const response = await this.#fetch(`${base}/branding/${slot}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: file,
    });
    if (!response.ok) throw await ApiFailure.fromResponse(response);
    return (await response.json()) as Tenant;
  }

  removePicture(slot: Picture): Promise<Tenant> {
    return requestJson(this.#fetch, `${base}/branding/${slot}`, {
      method: 'DELETE',
    });
  }

  async listDomains(): Promise<Domain[]> {
    const list = await requestJson<DomainList>(this.#fetch, `${base}/domains`);
    return list.items;
  }

  addDomain(host: string): Promise<Domain> {
    return requestJson(this.#fetch, `${base}/domains`, {
      method: 'POST',
      body: { host },
    });
  }

  verifyDomain(host: string): Promise<Domain> {
    return requestJson(this.#fetch, `${base}/domains/${host}/verify`, {
      method: 'POST',
    });
  }

  removeDomain(host: string): Promise<void> {
    return requestNothing(this.#fetch, `${base}/domains/${host}`, {
      method: 'DELETE',
    });
  }

  deleteTenant(confirmation: {
    slug: string;
    password: string;
  }): Promise<Deleted> {
    return requestJson(this.#fetch, `${base}/tenant/deletion`, {
      method: 'POST',
      body: confirmation,
    });
  }

  getUsage(): Promise<UsageReport> {
    return requestJson(this.#fetch, `${base}/usage`);
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

  /** Makes a link with which a member chooses a new password, and mails it where mail is sent. */
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
