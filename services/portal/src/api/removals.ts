import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';

/** A removal that waits for somebody's decision. */
export interface HeldRemoval {
  id: string;
  source: {
    kind: 'location' | 'provider' | 'set';
    name: string;
    /** Id of the registered location, or its entity. */
    location?: string;
  };
  heldAt: string;
  /** How many entities the source has. */
  total: number;
  /** How many of them would go. */
  removing: number;
  percent: number;
  /** The first of those that would go. */
  entityRefs: string[];
}

const base = 'plugin://catalog/v1/removals';

/** Removals that are held because they are suspiciously large. */
export class RemovalsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async list(): Promise<HeldRemoval[]> {
    const list = await requestJson<{ items: HeldRemoval[] }>(this.#fetch, base);
    return list.items;
  }

  get(id: string): Promise<HeldRemoval> {
    return requestJson(this.#fetch, `${base}/${encodeURIComponent(id)}`);
  }

  /** Lets the entities go. */
  approve(id: string): Promise<void> {
    return requestNothing(
      this.#fetch,
      `${base}/${encodeURIComponent(id)}/approve`,
      { method: 'POST' },
    );
  }

  /** Keeps the entities. */
  reject(id: string): Promise<void> {
    return requestNothing(
      this.#fetch,
      `${base}/${encodeURIComponent(id)}/reject`,
      { method: 'POST' },
    );
  }
}

export const removalsApiRef = createApiRef<RemovalsClient>().with({
  id: 'plugin.settings.removals',
  pluginId: 'settings',
});
