import type { Entity } from '@backstage/catalog-model';
import { createApiRef } from '@backstage/frontend-plugin-api';
import { ApiFailure } from './failure';
import { entityPath } from './entityPath';
import { requestJson, requestNothing, type Fetch } from './request';

/** The set that the portal's own form writes to. */
export const portalSet = 'portal';

interface EntitySet {
  set: string;
  entities: Entity[];
}

const base = 'plugin://catalog/v1/sets';

/** Entities that live in the catalog itself, without a file. */
export class ManagedEntitiesClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** What was written with the form; nothing yet is an empty list. */
  async list(set = portalSet): Promise<Entity[]> {
    try {
      const found = await requestJson<EntitySet>(
        this.#fetch,
        `${base}/${encodeURIComponent(set)}`,
      );
      return found.entities;
    } catch (thrown) {
      if (thrown instanceof ApiFailure && thrown.status === 404) return [];
      throw thrown;
    }
  }

  /** Creates the entity, or replaces it when the set has it already. */
  save(entity: Entity, set = portalSet): Promise<void> {
    return requestNothing(
      this.#fetch,
      `${base}/${encodeURIComponent(set)}/entities`,
      { method: 'PUT', body: { entity } },
    );
  }

  remove(entityRef: string, set = portalSet): Promise<void> {
    return requestNothing(
      this.#fetch,
      `${base}/${encodeURIComponent(set)}/entities/${entityPath(entityRef)}`,
      { method: 'DELETE' },
    );
  }
}

export const managedEntitiesApiRef = createApiRef<ManagedEntitiesClient>().with(
  { id: 'plugin.settings.managed-entities', pluginId: 'settings' },
);
