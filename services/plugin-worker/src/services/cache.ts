/** A plugin's cache, in the worker's own memory: bounded, and gone when the worker is evicted. */
import type {
  CacheService,
  CacheServiceOptions,
  CacheServiceSetOptions,
} from '@backstage/backend-plugin-api';
import { durationToMs, type AnyDuration } from './duration.ts';

type JsonValue = Parameters<CacheService['set']>[1];

/** Entries kept for one plugin; the oldest written goes first. */
const MAX_ENTRIES = 10_000;

interface Entry {
  json: string;
  expiresAt: number;
}

/** Values are kept as JSON text, so that what comes out is a copy and what cannot be JSON fails on the way in. */
export class MemoryCache implements CacheService {
  readonly #entries: Map<string, Entry>;
  readonly #defaultTtl: AnyDuration | undefined;

  constructor(
    defaultTtl?: AnyDuration,
    entries: Map<string, Entry> = new Map<string, Entry>(),
  ) {
    this.#defaultTtl = defaultTtl;
    this.#entries = entries;
  }

  get<T extends JsonValue>(key: string): Promise<T | undefined> {
    const entry = this.#entries.get(key);
    if (entry && entry.expiresAt <= Date.now()) {
      this.#entries.delete(key);
      return Promise.resolve(undefined);
    }
    return Promise.resolve(entry && (JSON.parse(entry.json) as T));
  }

  set(
    key: string,
    value: JsonValue,
    options?: CacheServiceSetOptions,
  ): Promise<void> {
    const ttl = options?.ttl ?? this.#defaultTtl;
    const expiresAt =
      ttl === undefined ? Infinity : Date.now() + durationToMs(ttl);
    this.#entries.delete(key);
    this.#entries.set(key, { json: JSON.stringify(value), expiresAt });
    if (this.#entries.size > MAX_ENTRIES) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.#entries.delete(key);
    return Promise.resolve();
  }

  withOptions(options: CacheServiceOptions): CacheService {
    return new MemoryCache(
      options.defaultTtl ?? this.#defaultTtl,
      this.#entries,
    );
  }
}
