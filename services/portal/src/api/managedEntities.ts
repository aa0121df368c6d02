import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { createApiRef } from '@backstage/frontend-plugin-api';
import { entityPath } from './entityPath';
import { requestJson, requestNothing, type Fetch } from './request';

/** The set that the portal's own form writes to. */
export const portalSet = 'portal';

interface EntitySet {
  set: string;
  entities: Entity[];
}

/** An entity and the set that it was written to. */
export interface ManagedEntity {
  set: string;
  entity: Entity;
}

const base = 'plugin://catalog/v1/sets';

/** Entities that live in the catalog itself, without a file. */
export class ManagedEntitiesClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** What was written to all sets. */
  async list(): Promise<ManagedEntity[]> {
    const { items } = await requestJson<{ items: { set: string }[] }>(
      this.#fetch,
      base,
    );
    const sets = await Promise.all(items.map(({ set }) => this.#set(set)));
    return sets.flatMap(({ set, entities }) =>
      entities.map(entity => ({ set, entity })),
    );
  }

  /** An entity as it was written, where there is one. */
  async find(set: string, entityRef: string): Promise<Entity | undefined> {
    const { entities } = await this.#set(set);
    return entities.find(entity => stringifyEntityRef(entity) === entityRef);
  }

  /** Creates the entity, or replaces it when the set has it already. */
  save(entity: Entity, set: string): Promise<void> {
    return requestNothing(this.#fetch, `${this.#url(set)}/entities`, {
      method: 'PUT',
      body: { entity },
    });
  }

  remove(entityRef: string, set: string): Promise<void> {
    return requestNothing(
      this.#fetch,
      `${this.#url(set)}/entities/${entityPath(entityRef)}`,
      { method: 'DELETE' },
    );
  }

  #set(set: string): Promise<EntitySet> {
    return requestJson(this.#fetch, this.#url(set));
  }

  #url(set: string): string {
    return `${base}/${encodeURIComponent(set)}`;
  }
}

export const managedEntitiesApiRef = createApiRef<ManagedEntitiesClient>().with(
  { id: 'plugin.settings.managed-entities', pluginId: 'settings' },
);
