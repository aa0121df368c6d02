import type { Entity } from '@backstage/catalog-model';
import { createApiRef } from '@backstage/frontend-plugin-api';
import { entityPath } from './entityPath';
import { requestJson, type Fetch } from './request';

/** What set a change off. */
export interface Cause {
  kind: 'location' | 'provider' | 'person' | 'platform';
  /** The Location entity that was read. */
  location?: string;
  provider?: string;
  commit?: string;
  /** Who asked, as audit rows name them. */
  actor?: string;
}

/** One difference between a version and the one before. */
export interface DiffStep {
  /** `metadata.tags`, `metadata.annotations["a.io/b"]`, `relations.ownedBy`. */
  path: string;
  op: 'add' | 'remove' | 'replace';
  before?: unknown;
  after?: unknown;
  /** Whether a long text was cut down to the lines around what differs. */
  excerpt?: boolean;
}

export interface Version {
  version: number;
  changedAt: string;
  cause: Cause;
  change: 'created' | 'changed' | 'relations' | 'deleted' | 'restored';
  diff: DiffStep[];
  /** How many differences were left out. */
  moreDifferences?: number;
}

export interface VersionPage {
  items: Version[];
  nextCursor?: string;
}

/** An entity that has left the catalog and can come back. */
export interface DeletedEntity {
  entityRef: string;
  title?: string;
  deletedAt: string;
  cause: Cause;
  restorableUntil: string;
}

export interface DeletedPage {
  items: DeletedEntity[];
  nextCursor?: string;
}

const base = 'plugin://catalog';

function paging(limit: number, cursor?: string): string {
  const query = new URLSearchParams({ limit: String(limit) });
  if (cursor) query.set('cursor', cursor);
  return query.toString();
}

/** What entities were, what became of them, and bringing them back. */
export class EntityHistoryClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** Versions of an entity, newest first. */
  versions(
    entityRef: string,
    limit: number,
    cursor?: string,
  ): Promise<VersionPage> {
    return requestJson(
      this.#fetch,
      `${base}/v1/entities/${entityPath(entityRef)}/history?${paging(limit, cursor)}`,
    );
  }

  /** The entity as it was at a moment, or as it is now. */
  entity(entityRef: string, asOf?: string): Promise<Entity> {
    const query = asOf ? `?${new URLSearchParams({ asOf }).toString()}` : '';
    return requestJson(
      this.#fetch,
      `${base}/entities/by-name/${entityPath(entityRef)}${query}`,
    );
  }

  /** Deleted entities that can be restored, last deleted first. */
  deleted(limit: number, cursor?: string): Promise<DeletedPage> {
    return requestJson(
      this.#fetch,
      `${base}/v1/deleted-entities?${paging(limit, cursor)}`,
    );
  }

  restore(entityRef: string): Promise<{ entityRef: string }> {
    return requestJson(
      this.#fetch,
      `${base}/v1/deleted-entities/${entityPath(entityRef)}/restore`,
      { method: 'POST' },
    );
  }
}

export const entityHistoryApiRef = createApiRef<EntityHistoryClient>().with({
  id: 'plugin.settings.entity-history',
  pluginId: 'settings',
});
