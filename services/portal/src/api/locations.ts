import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  LocationList,
  LocationProblem,
  LocationProgress,
  LocationSummary,
  RegisteredLocation,
} from './types';

/** How reading one file went; one that is missing may be. */
export type FileState = 'pending' | 'done' | 'missing' | 'failed';

/** A file, or a pattern that finds files, that a location names. */
export interface LocationFile {
  url: string;
  /** The pattern that found it; a pattern names itself. */
  pattern?: string;
  state: FileState;
  lastReadAt?: string;
  /** When it was found to be different from before. */
  lastChangedAt?: string;
  /** How many entities it lists. */
  entities: number;
  problems: LocationProblem[];
}

/** A host that is left alone for a while after failures. */
export interface PausedHost {
  host: string;
  until: string;
  message: string;
}

/** A location with its files. */
export type LocationDetail = LocationProgress;

/** The locations that the files of a location name; one that could not be read yet is known by its problem only. */
export function innerLocations({
  entities,
  problems,
}: LocationDetail): string[] {
  const refs = [
    ...entities.map(({ entityRef }) => entityRef),
    ...problems.map(({ entityRef }) => entityRef ?? ''),
  ];
  return [...new Set(refs)].filter(ref => ref.startsWith('location:'));
}

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
  async readAgain(detail: LocationDetail): Promise<void> {
    const { location } = detail;
    const ask = (path: string, body: object) =>
      requestNothing(this.#fetch, `${base}/${path}`, { method: 'POST', body });
    // All at once: whoever leaves the page right away has asked for the whole.
    await Promise.all([
      ask('locations?onConflict=refresh', {
        type: location.type,
        target: location.target,
      }),
      ...innerLocations(detail).map(entityRef => ask('refresh', { entityRef })),
    ]);
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
