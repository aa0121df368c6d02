/**
 * Backstage's own client from npm against our server: every public method of its class, with what comes back. A method
 * that a newer version of the package adds fails here until it is covered.
 */
import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { CATALOG_FILTER_EXISTS, CatalogClient, type Location } from '@backstage/catalog-client';
import ts from 'typescript';
import { type Files, serveFiles } from './fixtures.ts';
import { install } from './installation.ts';
import { inOrder, type Step } from './steps.ts';

type Entity = NonNullable<Awaited<ReturnType<CatalogClient['getEntityByRef']>>>;

const component = (number: number, more = '') => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: act-${number}
  title: Act ${number}
  description: What happens in act ${number}.
  tags: [${number % 2 === 0 ? 'even' : 'odd'}]
spec: { type: service, lifecycle: production, owner: crew, system: play${more} }
`;

const FILE = `
apiVersion: backstage.io/v1alpha1
kind: System
metadata: { name: play }
spec: { owner: crew }
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: crew }
spec: { type: team, children: [] }
${[1, 2, 3, 4, 5, 6, 7].map(number => component(number)).join('')}`;

/** The methods that the package's types make public. */
async function publicMethods(): Promise<string[]> {
  const types = fileURLToPath(new URL('index.d.ts', import.meta.resolve('@backstage/catalog-client')));
  const source = ts.createSourceFile(types, await readFile(types, 'utf8'), ts.ScriptTarget.ES2023);
  const found = source.statements.find(
    (statement): statement is ts.ClassDeclaration =>
      ts.isClassDeclaration(statement) && statement.name?.text === 'CatalogClient',
  );
  assert.ok(found, 'the package declares no CatalogClient');
  return found.members
    .filter(ts.isMethodDeclaration)
    .filter(member => !member.modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.PrivateKeyword))
    .map(member => (member.name as ts.Identifier).text);
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise(wait => setTimeout(wait, 100));
  }
  throw new Error(`in vain: ${what}`);
}

/** The client throws what the server answered. */
async function refused(request: Promise<unknown>, name: string): Promise<void> {
  await assert.rejects(request, (thrown: { body?: { error?: { name?: string } } }) => thrown.body?.error?.name === name);
}

const names = (entities: readonly (Entity | undefined)[]) => entities.map(entity => entity?.metadata.name);

async function all<T>(pages: AsyncIterable<T[]>): Promise<{ sizes: number[]; items: T[] }> {
  const collected = { sizes: [] as number[], items: [] as T[] };
  for await (const page of pages) {
    collected.sizes.push(page.length);
    collected.items.push(...page);
  }
  return collected;
}

/** One step for each method, in an order in which each finds what it needs. */
function steps(client: CatalogClient, files: Files): (readonly [method: keyof CatalogClient, ...Step])[] {
  let location: Location;
  const acts = { kind: 'component', 'metadata.name': ['act-1', 'act-2', 'act-3', 'act-4', 'act-5', 'act-6', 'act-7'] };
  return [
    ['addLocation', 'a location is looked at first, added, refused a second time, and read again when asked for', async () => {
      const target = files.url('stock.yaml');
      const dry = await client.addLocation({ target, dryRun: true });
      assert.equal(dry.exists, false);
      assert.equal(dry.entities.length, 10);
      assert.equal((await client.getLocations()).items.length, 0);
      location = (await client.addLocation({ target })).location;
      assert.deepEqual([location.type, location.target], ['url', target]);
      await refused(client.addLocation({ target }), 'ConflictError');
      assert.equal((await client.addLocation({ target, onConflict: 'refresh' })).location.id, location.id);
      await refused(client.addLocation({ type: 'file', target: '/etc/passwd' }), 'InputError');
    }],
    ['getEntityByRef', 'an entity is found by its reference in both forms, and one that is not there is undefined', async () => {
      const act = await until('act-1', () => client.getEntityByRef('component:default/act-1'));
      assert.equal(act.metadata.title, 'Act 1');
      assert.deepEqual(act.relations?.map(relation => `${relation.type} ${relation.targetRef}`), [
        'ownedBy group:default/crew',
        'partOf system:default/play',
      ]);
      const same = await client.getEntityByRef({ kind: 'Component', namespace: 'default', name: 'act-1' });
      assert.equal(same?.metadata.uid, act.metadata.uid);
      assert.equal(await client.getEntityByRef('component:default/nobody'), undefined);
    }],
    ['getEntityByName', 'the older spelling finds the same', async () => {
      const act = await client.getEntityByName({ kind: 'component', namespace: 'default', name: 'act-2' });
      assert.equal(act?.metadata.title, 'Act 2');
      assert.equal(await client.getEntityByName({ kind: 'api', namespace: 'default', name: 'act-2' }), undefined);
    }],
    ['getEntities', 'lists are filtered, ordered, cut to fields and paged', async () => {
      const order = { field: 'metadata.name', order: 'desc' } as const;
      const page = await client.getEntities({ filter: acts, order, offset: 1, limit: 2 });
      assert.deepEqual(names(page.items), ['act-6', 'act-5']);
      const either = await client.getEntities({ filter: [{ kind: 'group' }, { 'metadata.tags': 'even' }], fields: ['metadata.name'] });
      assert.deepEqual(names(either.items).sort(), ['act-2', 'act-4', 'act-6', 'crew']);
      assert.deepEqual(Object.keys(either.items[0]!), ['metadata']);
      const titled = await client.getEntities({ filter: { 'metadata.title': CATALOG_FILTER_EXISTS } });
      assert.equal(titled.items.length, 7);
    }],
    ['getEntitiesByRefs', 'many come in the order asked for, more than one request holds, with gaps', async () => {
      const many = Array.from({ length: 2500 }, (_, index) => `component:default/act-${index % 9}`);
      const { items } = await client.getEntitiesByRefs({ entityRefs: many, fields: ['metadata.name'] });
      assert.equal(items.length, 2500);
      assert.deepEqual(names(items.slice(0, 3)), [undefined, 'act-1', 'act-2']);
      const filtered = await client.getEntitiesByRefs({
        entityRefs: ['component:default/act-1', 'component:default/act-2'],
        filter: { 'metadata.tags': 'even' },
        query: { 'spec.type': 'service' },
      });
      assert.deepEqual(names(filtered.items), [undefined, 'act-2']);
    }],
    ['queryEntities', 'pages go forth and back, by filter, predicate and text', async () => {
      const orderFields = { field: 'metadata.name', order: 'asc' } as const;
      const first = await client.queryEntities({ filter: acts, orderFields, limit: 3 });
      assert.deepEqual([first.totalItems, names(first.items)], [7, ['act-1', 'act-2', 'act-3']]);
      assert.equal(first.pageInfo.prevCursor, undefined);
      const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor!, limit: 3 });
      assert.deepEqual(names(second.items), ['act-4', 'act-5', 'act-6']);
      const back = await client.queryEntities({ cursor: second.pageInfo.prevCursor!, limit: 3 });
      assert.deepEqual(names(back.items), names(first.items));
      const predicate = await client.queryEntities({
        query: { $all: [{ kind: 'component' }, { $not: { 'metadata.tags': { $contains: 'odd' } } }] },
        filter: { 'spec.lifecycle': 'production' },
        orderFields,
        limit: 2,
        fields: ['metadata.name'],
      });
      assert.deepEqual([predicate.totalItems, names(predicate.items)], [3, ['act-2', 'act-4']]);
      const rest = await client.queryEntities({ cursor: predicate.pageInfo.nextCursor!, limit: 2 });
      assert.deepEqual(names(rest.items), ['act-6']);
      const text = await client.queryEntities({ fullTextFilter: { term: 'ACT 5', fields: ['metadata.description'] }, totalItems: 'exclude' });
      assert.deepEqual([text.totalItems, names(text.items)], [0, ['act-5']]);
      await refused(client.queryEntities({ cursor: btoa('{"query":{}}') }), 'InputError');
    }],
    ['streamEntities', 'everything comes page by page', async () => {
      const { sizes, items } = await all(client.streamEntities({ filter: acts, pageSize: 3 }));
      assert.deepEqual(sizes, [3, 3, 1]);
      assert.equal(new Set(names(items)).size, 7);
      assert.equal((await all(client.streamEntities({ query: { kind: 'system' } }))).items.length, 1);
    }],
    ['getEntityFacets', 'values are counted, with a filter and with a predicate', async () => {
      const counted = await client.getEntityFacets({ facets: ['metadata.tags', 'kind'], filter: { 'spec.system': 'play' } });
      assert.deepEqual(counted.facets, { 'metadata.tags': [{ value: 'even', count: 3 }, { value: 'odd', count: 4 }], kind: [{ value: 'Component', count: 7 }] });
      const some = await client.getEntityFacets({ facets: ['kind'], query: { 'metadata.name': { $in: ['crew', 'play'] } } });
      assert.deepEqual(some.facets.kind, [{ value: 'Group', count: 1 }, { value: 'System', count: 1 }]);
    }],
    ['getEntityAncestors', 'an entity tells which location it came from', async () => {
      const line = await client.getEntityAncestors({ entityRef: 'component:default/act-1' });
      assert.equal(line.rootEntityRef, 'component:default/act-1');
      assert.deepEqual(line.items.map(item => item.parentEntityRefs), [[location.entityRef], []]);
    }],
    ['getLocations', 'all locations are listed', async () => {
      assert.deepEqual((await client.getLocations()).items, [location]);
    }],
    ['queryLocations', 'locations are found by what they point at', async () => {
      const found = await client.queryLocations({ limit: 1, query: { target: location.target } });
      assert.deepEqual([found.totalItems, found.items], [1, [location]]);
      assert.equal((await client.queryLocations({ query: { target: 'x' } })).items.length, 0);
    }],
    ['streamLocations', 'locations come page by page', async () => {
      files.put('other.yaml', component(8));
      const other = await client.addLocation({ target: files.url('other.yaml') });
      const { sizes, items } = await all(client.streamLocations({ limit: 1 }));
      assert.deepEqual(sizes, [1, 1]);
      assert.deepEqual(new Set(items.map(item => item.id)), new Set([location.id, other.location.id]));
    }],
    ['getLocationById', 'a location is found by its id', async () => {
      assert.deepEqual(await client.getLocationById(location.id), location);
      assert.equal(await client.getLocationById('01930000-0000-7000-8000-000000000000'), undefined);
    }],
    ['getLocationByRef', 'a location is found by type and target', async () => {
      assert.deepEqual(await client.getLocationByRef(`url:${location.target}`), location);
      assert.equal(await client.getLocationByRef('url:https://example.com/none.yaml'), undefined);
    }],
    ['getLocationByEntity', 'a location is found by what it brought', async () => {
      assert.deepEqual(await client.getLocationByEntity('component:default/act-1'), location);
      assert.equal(await client.getLocationByEntity('component:default/nobody'), undefined);
    }],
    ['refreshEntity', 'a changed file is read again when asked for', async () => {
      files.put('stock.yaml', FILE.replace('Act 1', 'Act one'));
      await client.refreshEntity('component:default/act-1');
      await until('the new title', async () => {
        const act = await client.getEntityByRef('component:default/act-1');
        return act?.metadata.title === 'Act one' ? act : undefined;
      });
      await refused(client.refreshEntity('component:default/nobody'), 'NotFoundError');
    }],
    ['validateEntity', 'an entity is judged without being taken', async () => {
      const good = { apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata: { name: 'x' }, spec: { type: 'a', lifecycle: 'b', owner: 'c' } };
      assert.deepEqual(await client.validateEntity(good, 'url:https://example.com/x.yaml'), { valid: true });
      const bad = await client.validateEntity({ ...good, spec: {} }, 'url:https://example.com/x.yaml');
      assert.equal(bad.valid, false);
      assert.ok(!bad.valid && bad.errors[0]?.message.includes("must have required property 'type'"), JSON.stringify(bad));
    }],
    ['analyzeLocation', 'an address is looked at before it is registered', async () => {
      const analysis = await client.analyzeLocation({ location: { type: 'url', target: 'https://example.com/org/stage-door' } });
      assert.equal(analysis.generateEntities[0]?.entity.metadata?.name, 'stage-door');
      assert.deepEqual(analysis.existingEntityFiles, []);
    }],
    ['updateLocation', 'a location that points elsewhere brings what is there', async () => {
      files.put('moved.yaml', component(9));
      const moved = await client.updateLocation(location.id, { type: 'url', target: files.url('moved.yaml') });
      assert.deepEqual([moved?.id, moved?.target], [location.id, files.url('moved.yaml')]);
      await until('act-9', () => client.getEntityByRef('component:default/act-9'));
      await until('act-1 to go', async () => (await client.getEntityByRef('component:default/act-1')) === undefined || undefined);
    }],
    ['removeEntityByUid', 'one entity is removed', async () => {
      const act = await until('act-8', () => client.getEntityByRef('component:default/act-8'));
      await client.removeEntityByUid(act.metadata.uid!);
      const now = await client.getEntityByRef('component:default/act-8');
      assert.notEqual(now?.metadata.uid, act.metadata.uid);
    }],
    ['removeLocationById', 'a location goes with what it brought', async () => {
      await client.removeLocationById(location.id);
      assert.equal(await client.getLocationById(location.id), undefined);
      assert.equal(await client.getEntityByRef('component:default/act-9'), undefined);
    }],
  ];
}

test("every method of Backstage's own catalog client works against this server", async context => {
  const files = await serveFiles();
  files.put('stock.yaml', FILE);
  const installation = await install({ env: { PROSCENIUM_READING__ALLOW: files.host } });
  try {
    const made = await installation.command('tenant', 'create', 'stock', '--name', 'Stock', '--admin', 'stock@example.test');
    const authorization = `Bearer ${String(made.token)}`;
    const client = new CatalogClient({
      discoveryApi: { getBaseUrl: async plugin => `http://127.0.0.1:${installation.port}/api/${plugin}` },
      fetchApi: { fetch: (input, init) => fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization } }) },
    });
    const covered = steps(client, files);
    assert.deepEqual(covered.map(([method]) => method as string).sort(), (await publicMethods()).sort());
    await inOrder(context, covered.map(([method, sentence, run]): Step => [`${method}: ${sentence}`, run]));
  } finally {
    await installation.stop();
    files.close();
  }
});
