import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type { JsonObject } from './types';

/** How the organisation's catalog behaves. */
export interface CatalogSettings {
  /** What becomes of an entity that no file names any more. */
  orphanStrategy: 'delete' | 'keep';
  /** A source may remove up to this many at once; more is held. */
  removalGuard: { percent: number; entities: number };
  historyDays: number;
  undeleteDays: number;
  /** Kinds that files and people may bring, beside those that the organisation defines itself. */
  allowedKinds?: string[];
}

/** A field of a kind that names other entities. */
export interface RelationRule {
  /** Where in the entity, `spec.owner`. */
  field: string;
  type: string;
  reverse: string;
  /** The kind of a reference that names none. */
  defaultKind?: string;
  /** The only kind that may be named. */
  targetKind?: string;
  /** The namespace of a reference that names none. */
  defaultNamespace?: 'inherit' | 'default';
  /** Whether the field may hold a list. */
  multiple?: boolean;
}

export interface CatalogKind {
  kind: string;
  builtIn: boolean;
  allowed: boolean;
  title?: string;
  /** What `apiVersion` may be; anything when there is none. */
  apiVersions?: string[];
  /** Judges the whole entity. */
  schema?: JsonObject;
  relations?: RelationRule[];
}

export type KindDefinition = Pick<
  CatalogKind,
  'title' | 'apiVersions' | 'schema' | 'relations'
>;

const base = 'plugin://catalog/v1';

/** Rules of the catalog, and the kinds it knows. */
export class CatalogSettingsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  get(): Promise<CatalogSettings> {
    return requestJson(this.#fetch, `${base}/settings`);
  }

  change(change: Partial<CatalogSettings>): Promise<CatalogSettings> {
    return requestJson(this.#fetch, `${base}/settings`, {
      method: 'PATCH',
      body: change,
    });
  }

  async kinds(): Promise<CatalogKind[]> {
    const list = await requestJson<{ items: CatalogKind[] }>(
      this.#fetch,
      `${base}/kinds`,
    );
    return list.items;
  }

  setKind(kind: string, definition: KindDefinition): Promise<void> {
    return requestNothing(
      this.#fetch,
      `${base}/kinds/${encodeURIComponent(kind)}`,
      { method: 'PUT', body: definition },
    );
  }

  removeKind(kind: string): Promise<void> {
    return requestNothing(
      this.#fetch,
      `${base}/kinds/${encodeURIComponent(kind)}`,
      { method: 'DELETE' },
    );
  }
}

export const catalogSettingsApiRef = createApiRef<CatalogSettingsClient>().with(
  { id: 'plugin.settings.catalog-settings', pluginId: 'settings' },
);
