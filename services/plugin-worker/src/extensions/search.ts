/**
 * Search collators: each becomes a task of the plugin `search`, so the platform decides when documents are collected,
 * and a sleeping worker is woken for it. A run replaces all documents of its type.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PlatformApi } from '../platformApi.ts';
import type { Collator, Decorator, ExtensionRegistry } from './registry.ts';

/** Documents in one collection. */
const MAX_DOCUMENTS = 20_000;

/** Registers the task of each collator with the schedule that its module gave. */
export async function scheduleCollators(
  registry: ExtensionRegistry,
  platform: PlatformApi,
): Promise<void> {
  for (const collator of registry.collators) {
    await collator.schedule.run({
      id: `search_index_${collator.type.replaceAll('-', '_')}`,
      fn: (signal: AbortSignal) =>
        collect(collator, registry.decorators, platform, signal),
    });
  }
}

/** What comes out of a decorator that is fed with `from`; a failure on the way in comes out as well. */
async function* compose(
  from: AsyncIterable<unknown>,
  decorator: NodeJS.ReadWriteStream,
): AsyncGenerator {
  const fed = pipeline(from, decorator);
  // Waited for below, and until then it must not count as unhandled.
  fed.catch(() => undefined);
  yield* decorator as unknown as AsyncIterable<unknown>;
  await fed;
}

async function collect(
  { type, factory }: Collator,
  decorators: Decorator[],
  platform: PlatformApi,
  signal: AbortSignal,
): Promise<void> {
  const source = Readable.from(await factory.getCollator(), { signal });
  let stream: AsyncIterable<unknown> = source;
  for (const decorator of decorators) {
    if (decorator.types && !decorator.types.includes(type)) continue;
    const next = await decorator.getDecorator();
    stream = compose(stream, next);
  }
  const documents: unknown[] = [];
  for await (const document of stream) {
    if (documents.length === MAX_DOCUMENTS) {
      throw new Error(
        `the collator of ${type} has more than ${MAX_DOCUMENTS} documents`,
      );
    }
    documents.push(document);
  }
  await platform.post('/search/documents', { type, documents });
}
