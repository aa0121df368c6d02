import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  LocationList,
  LocationProblem,
  LocationProgress,
  LocationState,
  LocationSummary,
  RegisteredLocation,
} from './types';

/** One file that belongs to a location: what it brought and what is wrong with it. */
export interface LocationFile {
  url: string;
  state: LocationState;
  lastReadAt?: string;
  entities: LocationEntity[];
  problems: LocationProblem[];
}

export type LocationEntity = LocationProgress['entities'][number];

/** A location with its files, where the catalog tells them apart. */
export type LocationDetail = LocationProgress & { files?: LocationFile[] };

const base = 'plugin://catalog';

/** The addresses that the catalog reads, and how reading them goes. */
export class LocationsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async list(): Promise<LocationSummary[]> {
    const list = await requestJson<LocationList>(
      this.#fetch,
      `${base}/v1/locations`,
    );
    return list.items;
  }

  progress(id: string): Promise<LocationDetail> {
    return requestJson(
      this.#fetch,
      `${base}/v1/locations/${encodeURIComponent(id)}/progress`,
    );
  }

  /** Registers a URL and returns the id of the location that was made. */
  async register(target: string): Promise<string> {
    const made = await requestJson<RegisteredLocation>(
      this.#fetch,
      `${base}/locations`,
      { method: 'POST', body: { type: 'url', target } },
    );
    return made.location.id;
  }

  /** Reads a location again, without waiting for its turn, and the locations that its files name. */
  async readAgain({ location, entities }: LocationDetail): Promise<void> {
    await requestNothing(this.#fetch, `${base}/locations?onConflict=refresh`, {
      method: 'POST',
      body: { type: location.type, target: location.target },
    });
    const inner = entities.filter(({ kind }) => kind === 'Location');
    for (const { entityRef } of inner) {
      await requestNothing(this.#fetch, `${base}/refresh`, {
        method: 'POST',
        body: { entityRef },
      });
    }
  }

  unregister(id: string): Promise<void> {
    return requestNothing(
      this.#fetch,
      `${base}/locations/${encodeURIComponent(id)}`,
      { method: 'DELETE' },
    );
  }
}

export const locationsApiRef = createApiRef<LocationsClient>().with({
  id: 'plugin.settings.locations',
  pluginId: 'settings',
});
