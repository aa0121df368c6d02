/**
 * Catalog operations: entity providers are connected once, when the worker starts, and whatever they say goes to the
 * platform from then on; processors are called in batches, one request for many entities.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { PlatformApi } from '../platformApi.ts';
import {
  BootError,
  Fields,
  type JsonObject,
  type JsonValue,
} from '../protocol/boot.ts';
import { MAX_BATCH } from '../protocol/limits.ts';
import type {
  CatalogProcessor,
  ExtensionRegistry,
  Mutation,
} from './registry.ts';

/** Connects every provider. One that fails to connect fails the start, as it does in Backstage. */
export async function connectProviders(
  registry: ExtensionRegistry,
  platform: PlatformApi,
): Promise<void> {
  for (const [name, provider] of registry.providers) {
    await provider.connect({
      applyMutation: async mutation => {
        await platform.post('/catalog/mutations', {
          provider: name,
          mutation: plain(mutation),
        });
      },
      refresh: async ({ keys }) => {
        await platform.post('/catalog/refresh', { keys });
      },
    });
  }
}

/** Only what the protocol knows: a provider may put anything into its mutations. */
function plain(mutation: Mutation): object {
  return mutation.type === 'full'
    ? { type: 'full', entities: mutation.entities.map(deferred) }
    : {
        type: 'delta',
        added: mutation.added.map(deferred),
        removed: mutation.removed.map(removed),
      };
}

function deferred(given: object): object {
  const { entity, locationKey } = given as {
    entity: object;
    locationKey?: string;
  };
  return { entity, ...(locationKey !== undefined && { locationKey }) };
}

function removed(given: object): object {
  return 'entityRef' in given
    ? { entityRef: given.entityRef }
    : deferred(given);
}

type Location = { type: string; target: string };

interface Item {
  entity: object;
  location: Location;
  origin: Location;
}

/** What came of one entity. */
interface Processed {
  entity?: object;
  /** Whether a processor says that the entity is of a kind it knows. */
  known?: boolean;
  emitted: JsonObject[];
  error?: { name: string; message: string; processor: string };
}

/** Runs one hook of all processors over a batch of entities, in the order of their priorities. */
export async function processEntities(
  registry: ExtensionRegistry,
  logger: LoggerService,
  body: Fields,
): Promise<{ items: Processed[] }> {
  const stage = body.string('stage');
  const items = body.list('items').map((value, i) => {
    const at = new Fields(value, `items[${i}]`);
    return {
      entity: at.object('entity'),
      location: location(at.nested('location')),
      origin: location(at.nested('origin')),
    };
  });
  if (items.length > MAX_BATCH) {
    throw new BootError(`items: are more than ${MAX_BATCH}`);
  }
  const processors = [...registry.processors.values()].sort(
    (a, b) => (a.getPriority?.() ?? 20) - (b.getPriority?.() ?? 20),
  );
  const results: Processed[] = [];
  for (const item of items) {
    results.push(await processOne(stage, processors, item, logger));
  }
  return { items: results };
}

async function processOne(
  stage: string,
  processors: CatalogProcessor[],
  item: Item,
  logger: LoggerService,
): Promise<Processed> {
  const emitted: JsonObject[] = [];
  let { entity } = item;
  let known = false;
  for (const processor of processors) {
    const name = processor.getProcessorName();
    const emit = (result: { type: string }): void => {
      emitted.push(emission(result, name));
    };
    const cache = cacheOf(processor);
    try {
      if (stage === 'pre' && processor.preProcessEntity) {
        entity = await processor.preProcessEntity(
          entity,
          item.location,
          emit,
          item.origin,
          cache,
        );
      } else if (stage === 'post' && processor.postProcessEntity) {
        entity = await processor.postProcessEntity(
          entity,
          item.location,
          emit,
          cache,
        );
      } else if (stage === 'validate' && processor.validateEntityKind) {
        known ||= await processor.validateEntityKind(entity);
      }
    } catch (error) {
      const given = error instanceof Error ? error : new Error(String(error));
      logger.warn(`processor ${name}, ${stage}: ${given.message}`);
      return {
        emitted,
        error: { name: given.name, message: given.message, processor: name },
      };
    }
  }
  return stage === 'validate' ? { known, emitted } : { entity, emitted };
}

/** A processor's result as JSON; errors keep name and message. */
function emission(result: { type: string }, processor: string): JsonObject {
  const { error, ...rest } = result as { type: string; error?: unknown };
  const shown =
    error instanceof Error
      ? { error: { name: error.name, message: error.message } }
      : {};
  return JSON.parse(JSON.stringify({ ...rest, ...shown, processor })) as {
    [key: string]: JsonValue;
  };
}

function location(at: Fields): Location {
  return { type: at.string('type'), target: at.string('target') };
}

/** Values that a processor keeps between its calls; gone with the worker. */
const caches = new WeakMap<CatalogProcessor, Map<string, JsonValue>>();
const MAX_CACHED = 1_000;

function cacheOf(processor: CatalogProcessor): object {
  const values = caches.get(processor) ?? new Map<string, JsonValue>();
  caches.set(processor, values);
  const cache = {
    get: (key: string) => Promise.resolve(values.get(key)),
    set: (key: string, value: JsonValue) => {
      values.delete(key);
      values.set(key, value);
      const [oldest] = values.keys();
      if (values.size > MAX_CACHED && oldest !== undefined) {
        values.delete(oldest);
      }
      return Promise.resolve();
    },
    withTTL: () => cache,
  };
  return cache;
}
