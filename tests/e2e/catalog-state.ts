/**
 * All that an organisation's catalog says at its end, without what differs from one telling to the next: uids, etags,
 * ids and times. Two of them are compared as a whole.
 */
import { strict as assert } from 'node:assert';
import { type Ask } from './ingest-story.ts';

interface Relation {
  readonly type: string;
  readonly targetRef: string;
}

/** An entity without uid and etag, under its key. */
interface Entity {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Record<string, unknown>;
  readonly relations?: readonly Relation[];
}

/** What the catalog says. */
export interface State {
  readonly entities: Record<string, Entity>;
  readonly locations: readonly unknown[];
  readonly removals: readonly unknown[];
  readonly deleted: readonly string[];
  readonly set: unknown;
  readonly found: Record<string, readonly string[]>;
}

async function read(ask: Ask, path: string): Promise<Record<string, unknown>> {
  const { status, body } = await ask('GET', path);
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
  return body;
}

/** All pages of a list. */
async function all<T>(ask: Ask, path: string, next: (page: Record<string, unknown>) => string | undefined): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(ask, cursor === undefined ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    items.push(...(page.items as T[]));
    cursor = next(page);
  } while (cursor !== undefined);
  return items;
}

const refOf = ({ kind, metadata }: Entity): string =>
  `${kind}:${metadata.namespace ?? 'default'}/${metadata.name}`.toLowerCase();

async function entitiesOf(ask: Ask): Promise<Record<string, Entity>> {
  const listed = await all<Entity>(
    ask,
    '/api/catalog/entities/by-query?limit=500&orderField=metadata.name,asc',
    page => (page.pageInfo as { nextCursor?: string }).nextCursor,
  );
  const byRef: Record<string, Entity> = {};
  for (const one of listed) {
    const ref = refOf(one);
    assert.ok(!(ref in byRef), `${ref} is there twice`);
    const { uid: _uid, etag: _etag, ...metadata } = one.metadata as Entity['metadata'] & { uid: string; etag: string };
    byRef[ref] = { ...one, metadata };
  }
  return Object.fromEntries(Object.entries(byRef).sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function locationsOf(ask: Ask): Promise<unknown[]> {
  const { items } = await read(ask, '/api/catalog/v1/locations');
  const listed = items as { location: { target: string }; state: string; entityCount: number; problems: unknown[] }[];
  return listed
    .map(({ location, state, entityCount, problems }) => ({ target: location.target, state, entityCount, problems }))
    .sort((one, other) => (one.target < other.target ? -1 : 1));
}

async function removalsOf(ask: Ask): Promise<unknown[]> {
  const { items } = await read(ask, '/api/catalog/v1/removals');
  const held = items as { source: { name: string }; total: number; removing: number; entityRefs: string[] }[];
  return held.map(({ source, total, removing, entityRefs }) => ({ name: source.name, total, removing, entityRefs }));
}

/** What search finds, in its order. */
async function found(ask: Ask, term: string): Promise<string[]> {
  const { results } = await read(ask, `/api/search/query?term=${term}&pageLimit=100`);
  return (results as { document: { location: string } }[]).map(({ document }) => document.location).sort();
}

/** Reads it. */
export async function stateOf(ask: Ask): Promise<State> {
  const deleted = await all<{ entityRef: string }>(
    ask,
    '/api/catalog/v1/deleted-entities?limit=200',
    page => page.nextCursor as string | undefined,
  );
  const terms = ['part', 'quietly', 'loudly', 'softly', 'rival', 'costume', 'mended', 'weeps', 'rope', 'scene-3', 'cue-2-1'];
  return {
    entities: await entitiesOf(ask),
    locations: await locationsOf(ask),
    removals: await removalsOf(ask),
    deleted: deleted.map(({ entityRef }) => entityRef).sort(),
    set: (await ask('GET', '/api/catalog/v1/sets/props')).body,
    found: Object.fromEntries(await Promise.all(terms.map(async term => [term, await found(ask, term)] as const))),
  };
}

const inverse: Record<string, string> = {
  ownedBy: 'ownerOf',
  hasPart: 'partOf',
  dependsOn: 'dependencyOf',
  providesApi: 'apiProvidedBy',
  consumesApi: 'apiConsumedBy',
  memberOf: 'hasMember',
  childOf: 'parentOf',
};
for (const [one, other] of Object.entries(inverse)) inverse[other] = one;

/** Every relation is told by both of its ends, and leads to an entity or to what a file names although nobody has it. */
export function assertRelationsHold({ entities }: State): void {
  const told = new Map(
    Object.entries(entities).map(([ref, { relations = [] }]) => [ref, new Set(relations.map(one => `${one.type} ${one.targetRef}`))]),
  );
  for (const [ref, { relations = [], spec }] of Object.entries(entities)) {
    assert.equal(told.get(ref)?.size, relations.length, `a relation of ${ref} is there twice`);
    for (const { type, targetRef } of relations) {
      const there = told.get(targetRef);
      const named = JSON.stringify(spec).includes(`${targetRef.slice(targetRef.indexOf('/') + 1)}"`);
      assert.ok(there || named, `${ref} ${type} ${targetRef}, which is gone`);
      assert.ok(!there || there.has(`${inverse[type]} ${ref}`), `${targetRef} does not know that ${ref} ${type} it`);
    }
  }
}

interface Item {
  readonly version: number;
  readonly change: string;
  readonly diff: readonly { readonly path: string; readonly op: string; readonly before?: unknown; readonly after?: unknown }[];
  readonly cause: { readonly kind: string };
}

/** No past has a version that is like the one before it, or an end without a beginning. Newest first. */
function assertPossible(ref: string, items: readonly Item[]): void {
  for (const [index, item] of items.entries()) {
    const earlier = items[index + 1];
    const note = `${ref}: ${JSON.stringify(items.slice(index, index + 2))}`;
    assert.ok(earlier === undefined || earlier.version < item.version, `versions do not grow: ${note}`);
    const begins = item.change === 'created';
    assert.equal(begins, earlier === undefined || earlier.change === 'deleted', `began or ended twice: ${note}`);
    if (begins || item.change === 'deleted') continue;
    assert.notEqual(item.diff.length, 0, `a version like the one before: ${note}`);
    assert.notDeepEqual(earlier?.diff, item.diff, `told twice: ${note}`);
  }
}

/**
 * What happened to the contents of these entities, oldest first. How many steps their relations took depends on which
 * file was read first, so that is left out; that no step is empty or told twice is asserted.
 */
export async function historyOf(ask: Ask, refs: readonly string[]): Promise<Record<string, unknown[]>> {
  const past: Record<string, unknown[]> = {};
  const left = [...refs];
  const worker = async () => {
    for (let ref = left.pop(); ref !== undefined; ref = left.pop()) {
      const path = `/api/catalog/v1/entities/${ref.replace(':', '/')}/history?limit=200`;
      const items = await all<Item>(ask, path, page => page.nextCursor as string | undefined);
      assertPossible(ref, items);
      past[ref] = items
        .map(({ change, diff, cause }) => ({ change, cause: cause.kind, diff: diff.filter(one => !one.path.startsWith('relations')) }))
        .filter(({ change, diff }) => change !== 'relations' && (change !== 'changed' || diff.length > 0))
        .reverse();
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return Object.fromEntries(refs.map(ref => [ref, past[ref] ?? []]));
}
