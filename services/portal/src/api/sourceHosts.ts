import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';

export type SourceHostKind = 'github' | 'gitlab';

/** A place that repositories are read from. */
export interface SourceHost {
  id: string;
  kind: SourceHostKind;
  host: string;
  apiBaseUrl: string;
  hasToken: boolean;
  /** Its last characters. */
  tokenHint?: string;
  createdAt: string;
  /** What the host still lets us ask. */
  budget?: { limit: number; remaining: number; resetsAt: string };
}

export interface NewSourceHost {
  kind: SourceHostKind;
  host: string;
  apiBaseUrl?: string;
  token?: string;
}

export interface SourceHostChange {
  apiBaseUrl?: string;
  token?: string;
}

/** What a try of the stored token brought. */
export interface SourceHostTest {
  ok: boolean;
  login?: string;
  message?: string;
}

/** From where files are read, beside the connected hosts. */
export interface Reading {
  /** Whether only the places are read from; every public host otherwise. */
  onlyListed: boolean;
  /** `example.com`, `*.example.com`, `example.com:8443`, each with or without a path. */
  places: string[];
}

const readingUrl = 'plugin://tenant-admin/v1/reading';
const base = 'plugin://integrations/v1/source-hosts';

/** The hosts of the organisation's repositories; tokens go in and never come out. */
export class SourceHostsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async list(): Promise<SourceHost[]> {
    const list = await requestJson<{ items: SourceHost[] }>(this.#fetch, base);
    return list.items;
  }

  add(host: NewSourceHost): Promise<SourceHost> {
    return requestJson(this.#fetch, base, { method: 'POST', body: host });
  }

  change(id: string, change: SourceHostChange): Promise<void> {
    return requestNothing(this.#fetch, `${base}/${encodeURIComponent(id)}`, {
      method: 'PATCH',
      body: change,
    });
  }

  remove(id: string): Promise<void> {
    return requestNothing(this.#fetch, `${base}/${encodeURIComponent(id)}`, {
      method: 'DELETE',
    });
  }

  reading(): Promise<Reading> {
    return requestJson(this.#fetch, readingUrl);
  }

  setReading(reading: Reading): Promise<Reading> {
    return requestJson(this.#fetch, readingUrl, {
      method: 'PUT',
      body: reading,
    });
  }

  test(id: string): Promise<SourceHostTest> {
    return requestJson(this.#fetch, `${base}/${encodeURIComponent(id)}/test`, {
      method: 'POST',
    });
  }
}

export const sourceHostsApiRef = createApiRef<SourceHostsClient>().with({
  id: 'plugin.settings.source-hosts',
  pluginId: 'settings',
});
