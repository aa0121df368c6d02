import { createApiRef } from '@backstage/frontend-plugin-api';
import { ApiFailure } from './failure';
import { requestJson, requestNothing, type Fetch } from './request';
import type { components as TenantAdmin } from './generated/tenant-admin';

type Schemas = TenantAdmin['schemas'];

export type Policies = Schemas['Policies'];
export type PolicyDocument = Schemas['PolicyDocument'];
export type PolicyRole = Schemas['PolicyRole'];
export type PolicyRule = Schemas['PolicyRule'];
export type PolicyDraft = Schemas['Draft'];
export type PolicyReview = Schemas['Review'];
export type PolicyChange = Schemas['Change'];
export type PolicyVersion = Schemas['Version'];
export type Explanation = Schemas['Explanation'];
export type PermissionCatalogue = Schemas['PermissionCatalogue'];
export type KnownPermission = Schemas['KnownPermission'];
export type KnownRule = Schemas['KnownRule'];
export type PolicyFormat = Schemas['PolicyFormat'];
export type PolicyImportMode = Schemas['PolicyImportMode'];

const base = 'plugin://tenant-admin/v1/policies';

/** Roles and policies: what holds, the draft, its review, history, and why. */
export class PoliciesClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  get(): Promise<Policies> {
    return requestJson(this.#fetch, base);
  }

  listPermissions(): Promise<PermissionCatalogue> {
    return requestJson(this.#fetch, `${base}/permissions`);
  }

  setDraft(revision: number, document: PolicyDocument): Promise<PolicyDraft> {
    return requestJson(this.#fetch, `${base}/draft`, {
      method: 'PUT',
      body: { revision, document },
    });
  }

  discardDraft(): Promise<void> {
    return requestNothing(this.#fetch, `${base}/draft`, { method: 'DELETE' });
  }

  review(): Promise<PolicyReview> {
    return requestJson(this.#fetch, `${base}/review`);
  }

  publish(revision: number, note: string): Promise<PolicyVersion> {
    return requestJson(this.#fetch, `${base}/publish`, {
      method: 'POST',
      body: { revision, note },
    });
  }

  async listVersions(): Promise<PolicyVersion[]> {
    const list = await requestJson<Schemas['VersionList']>(
      this.#fetch,
      `${base}/versions`,
    );
    return list.items;
  }

  reviewVersion(version: number): Promise<PolicyReview> {
    return requestJson(this.#fetch, `${base}/versions/${version}/review`);
  }

  revert(version: number): Promise<PolicyVersion> {
    return requestJson(this.#fetch, `${base}/versions/${version}/revert`, {
      method: 'POST',
    });
  }

  importText(
    format: PolicyFormat,
    mode: PolicyImportMode,
    text: string,
  ): Promise<PolicyDraft> {
    return requestJson(this.#fetch, `${base}/import`, {
      method: 'POST',
      body: { format, mode, text },
    });
  }

  async exportText(): Promise<string> {
    const response = await this.#fetch(`${base}/export`);
    if (!response.ok) throw await ApiFailure.fromResponse(response);
    return response.text();
  }

  explain(asked: {
    member: string;
    permission: string;
    resourceRef?: string;
    draft?: boolean;
  }): Promise<Explanation> {
    const query = new URLSearchParams({
      member: asked.member,
      permission: asked.permission,
    });
    if (asked.resourceRef) query.set('resourceRef', asked.resourceRef);
    if (asked.draft) query.set('draft', 'true');
    return requestJson(this.#fetch, `${base}/explain?${query}`);
  }

  /** Looks at the portal as another member; the page must be loaded anew after it. */
  viewAs(memberId: string): Promise<void> {
    return requestNothing(this.#fetch, 'plugin://auth/v1/view-as', {
      method: 'POST',
      body: { memberId },
    });
  }

  endViewAs(): Promise<void> {
    return requestNothing(this.#fetch, 'plugin://auth/v1/view-as', {
      method: 'DELETE',
    });
  }
}

export const policiesApiRef = createApiRef<PoliciesClient>().with({
  id: 'plugin.settings.policies',
  pluginId: 'settings',
});
