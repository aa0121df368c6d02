import { createApiRef } from '@backstage/frontend-plugin-api';
import type { Entity, EntityLink } from '@backstage/catalog-model';
import { entityPath } from './entityPath';
import type { LocationProblem } from './types';
import { requestJson, requestNothing, type Fetch } from './request';

/** Where an entity was read, and what was read. */
export interface EntitySource {
  /** `url:https://…`, as the entity's annotation has it. */
  location: string;
  url?: string;
  line?: number;
  /** The document as the file has it. */
  raw?: string;
  /** What the catalog made of it last, before relations are added. */
  processed?: Entity;
  readAt?: string;
  /** Why it failed last, or why the file cannot be read now. */
  problem?: LocationProblem;
}

/** Who gave one field its value. */
export interface FieldOrigin {
  path: string;
  source: {
    kind: 'file' | 'provider' | 'set' | 'overlay' | 'platform';
    location?: string;
    actor?: string;
    changedAt?: string;
  };
}

/** What is added here to an entity that a file describes. */
export interface Overlay {
  annotations: Record<string, string>;
  labels: Record<string, string>;
  tags: string[];
  links: EntityLink[];
}

export const emptyOverlay: Overlay = {
  annotations: {},
  labels: {},
  tags: [],
  links: [],
};

const base = 'plugin://catalog/v1/entities';

/** Where entities come from, and what is added to them here. */
export class EntitySourceClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  source(entityRef: string): Promise<EntitySource> {
    return requestJson(this.#fetch, `${this.#url(entityRef)}/source`);
  }

  async provenance(entityRef: string): Promise<FieldOrigin[]> {
    const answer = await requestJson<{ fields: FieldOrigin[] }>(
      this.#fetch,
      `${this.#url(entityRef)}/provenance`,
    );
    return answer.fields;
  }

  /** What is added to an entity that has an overlay; one that has none is not found. */
  async overlay(entityRef: string): Promise<Overlay> {
    const found = await requestJson<Overlay>(
      this.#fetch,
      `${this.#url(entityRef)}/overlay`,
    );
    const { annotations, labels, tags, links } = found;
    return { annotations, labels, tags, links };
  }

  setOverlay(entityRef: string, overlay: Overlay): Promise<void> {
    return requestNothing(this.#fetch, `${this.#url(entityRef)}/overlay`, {
      method: 'PUT',
      body: overlay,
    });
  }

  removeOverlay(entityRef: string): Promise<void> {
    return requestNothing(this.#fetch, `${this.#url(entityRef)}/overlay`, {
      method: 'DELETE',
    });
  }

  #url(entityRef: string): string {
    return `${base}/${entityPath(entityRef)}`;
  }
}

export const entitySourceApiRef = createApiRef<EntitySourceClient>().with({
  id: 'plugin.settings.entity-source',
  pluginId: 'settings',
});
