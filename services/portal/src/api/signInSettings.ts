import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  FoundProvider,
  IdentityProvider,
  IdentityProviderForm,
  IdentityProviderKind,
  IdentityProviderList,
  MappingPreview,
  ProviderSettings,
  SignInRule,
  StartedTest,
  TestOutcome,
} from './types';

const base = 'plugin://tenant-admin/v1';
const providers = `${base}/sign-in-providers`;
const one = (id: string) => `${providers}/${encodeURIComponent(id)}`;

/** How people of the organisation sign in; secrets go in and never come out. */
export class SignInSettingsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  listProviders(): Promise<IdentityProviderList> {
    return requestJson(this.#fetch, providers);
  }

  addProvider(form: IdentityProviderForm): Promise<IdentityProvider> {
    return requestJson(this.#fetch, providers, { method: 'POST', body: form });
  }

  changeProvider(
    id: string,
    form: IdentityProviderForm,
  ): Promise<IdentityProvider> {
    return requestJson(this.#fetch, one(id), { method: 'PUT', body: form });
  }

  removeProvider(id: string): Promise<void> {
    return requestNothing(this.#fetch, one(id), { method: 'DELETE' });
  }

  discover(search: {
    kind: IdentityProviderKind;
    issuer: string;
    name: string;
  }): Promise<FoundProvider> {
    return requestJson(this.#fetch, `${providers}/discover`, {
      method: 'POST',
      body: search,
    });
  }

  preview(trial: {
    kind: IdentityProviderKind;
    settings: ProviderSettings;
    token: string;
  }): Promise<MappingPreview> {
    return requestJson(this.#fetch, `${providers}/preview`, {
      method: 'POST',
      body: trial,
    });
  }

  startTest(form: IdentityProviderForm): Promise<StartedTest> {
    return requestJson(this.#fetch, `${base}/sign-in-tests`, {
      method: 'POST',
      body: form,
    });
  }

  getTest(id: string): Promise<TestOutcome> {
    return requestJson(this.#fetch, `${base}/sign-in-tests/${id}`);
  }

  getRule(): Promise<SignInRule> {
    return requestJson(this.#fetch, `${base}/sign-in-rule`);
  }

  setRule(rule: SignInRule): Promise<SignInRule> {
    return requestJson(this.#fetch, `${base}/sign-in-rule`, {
      method: 'PUT',
      body: rule,
    });
  }
}

export const signInSettingsApiRef = createApiRef<SignInSettingsClient>().with({
  id: 'plugin.settings.sign-in',
  pluginId: 'settings',
});
