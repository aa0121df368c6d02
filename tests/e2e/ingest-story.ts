/**
 * What happens to an organisation's catalog, from its first file to removals, as acts of changes that somebody makes
 * one after another. The same story told twice ends in the same catalog.
 */
import { strict as assert } from 'node:assert';
import { type Files } from './fixtures.ts';

/** Asks the catalog as the organisation's administrator. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** What came back, whole. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** One change, made and acknowledged. `again`: an earlier try got no answer and may have been taken. */
export type Change = (ask: Ask, again: boolean) => Promise<void>;

/** Changes that follow one another without waiting for what comes of them. */
export interface Act {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** The story, and the addresses that are registered as far as it was acknowledged. */
export interface Story {
  readonly acts: readonly Act[];
  readonly registered: ReadonlySet<string>;
}

interface Entity {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly description?: string };
  readonly spec: Record<string, unknown>;
}

const PARTS = 40;
const PER_FILE = 11;
const UNITS = 12;
const groups = 8;

const entity = (kind: string, name: string, spec: Record<string, unknown>, description?: string): Entity => ({
  kind,
  metadata: { name, ...(description === undefined ? {} : { description }) },
  spec,
});
const described = (one: Entity) => ({ apiVersion: 'backstage.io/v1alpha1', ...one });
/** JSON is YAML. */
const file = (entities: readonly Entity[]): string => entities.map(one => JSON.stringify(described(one))).join('\n---\n');
const each = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

const group = (index: number) => `group:default/troupe-${index % groups}`;

const people = file([
  ...each(groups, index => entity('Group', `troupe-${index}`, { type: 'team', children: [], ...(index ? { parent: 'troupe-0' } : {}) })),
  ...each(16, index => entity('User', `player-${index}`, { memberOf: [`troupe-${index % groups}`] })),
]);

const systems = (shift: number): string =>
  file([
    entity('Domain', 'stage', { owner: group(shift) }),
    ...each(8, index => entity('System', `scene-${index}`, { owner: group(index + shift), domain: 'stage' })),
  ]);

const apis = (index: number): string =>
  file(
    each(5, own =>
      entity('API', `cue-${index}-${own}`, { type: 'text', lifecycle: 'production', owner: group(own), system: `scene-${own}`, definition: 'go' }),
    ),
  );

/** A component that provides, consumes and depends on what other files describe. */
const part = (index: number, own: number, word: string): Entity =>
  entity(
    'Component',
    `part-${index}-${own}`,
    {
      type: 'library',
      lifecycle: 'production',
      owner: group(index + own),
      system: `scene-${own % 8}`,
      providesApis: own === 0 && index < 10 ? each(5, api => `cue-${index}-${api}`) : [],
      consumesApis: [`cue-${(index + 1) % 10}-${own % 5}`],
      dependsOn: [`component:part-${(index + 7) % PARTS}-${(own + 1) % PER_FILE}`, `resource:rope-${index % UNITS}-0`],
    },
    `Plays its part ${word}.`,
  );
const parts = (index: number, count = PER_FILE, word = 'quietly'): string =>
  file(each(count, own => part(index, own, word)));

const ropes = (index: number, count: number): string =>
  file(each(count, own => entity('Resource', `rope-${index}-${own}`, { type: 'rope', owner: group(own) })));

const rigging = (from: number): string =>
  file([entity('Location', 'rigging', { targets: each(UNITS - from, index => `./ropes-${index + from}.yaml`) })]);

const costume = (index: number, word: string) => ({
  entity: described(entity('Resource', `costume-${index}`, { type: 'costume', owner: group(index) }, `A ${word} costume.`)),
  locationKey: 'wardrobe',
});
const mask = (index: number, word: string) => described(entity('Resource', `mask-${index}`, { type: 'mask', owner: group(index) }, word));

/** Sends a change and takes only these answers; `late` is what a repeated one may get. */
const sends =
  (method: string, path: string, body: unknown, expected: number, late = expected): Change =>
  async (ask, again) => {
    const { status, body: said } = await ask(method, path, body);
    assert.ok(status === expected || (again && status === late), `${method} ${path}: ${status} ${JSON.stringify(said)}`);
  };
const registers =
  (target: string, registered: Set<string>): Change =>
  async (ask, again) => {
    await sends('POST', '/api/catalog/locations', { type: 'url', target }, 201, 409)(ask, again);
    registered.add(target);
  };
const provides = (mutation: unknown, provider = 'wardrobe'): Change =>
  sends('POST', `/api/catalog/v1/providers/${provider}/mutations`, mutation, 200);

interface Registered {
  readonly data: { readonly id: string; readonly target: string };
}

async function locationOf(ask: Ask, target: string): Promise<string | undefined> {
  const { body } = await ask('GET', '/api/catalog/locations');
  return (body as unknown as Registered[]).find(({ data }) => data.target === target)?.data.id;
}

/** Asks for the Location entity that stands for a registered file to be read again. */
const refreshes =
  (entityRef: string): Change =>
  async (ask, again) =>
    sends('POST', '/api/catalog/refresh', { entityRef }, 200)(ask, again);

const unregisters =
  (target: string, registered: Set<string>): Change =>
  async (ask, again) => {
    registered.delete(target);
    const id = await locationOf(ask, target);
    if (id === undefined && again) return;
    await sends('DELETE', `/api/catalog/locations/${id}`, undefined, 204, 404)(ask, again);
  };

/** Lets go of what a provider does not have any more. */
const approves =
  (provider: string): Change =>
  async (ask, again) => {
    const { body } = await ask('GET', '/api/catalog/v1/removals');
    const held = (body.items as { id: string; source: { name: string } }[]).find(({ source }) => source.name === provider);
    if (held === undefined && again) return;
    await sends('POST', `/api/catalog/v1/removals/${held?.id}/approve`, undefined, 200, 404)(ask, again);
  };

/** Deletes an entity that its file lists, so that it comes back as another one. */
const deletes = (name: string): Change => {
  let uid: string | undefined;
  return async (ask, again) => {
    const { body } = await ask('GET', `/api/catalog/entities/by-name/component/default/${name}`);
    uid ??= (body.metadata as { uid: string }).uid;
    await sends('DELETE', `/api/catalog/entities/by-uid/${uid}`, undefined, 204, 404)(ask, again);
  };
};

/**
 * The story. Telling it begins by putting the files as they are at first. What a source lets go of in one act is held as
 * a whole or not at all, however many of its changes are read at once.
 */
export function ingestStory(files: Files): Story {
  const registered = new Set<string>();
  const register = (name: string) => registers(files.url(name), registered);
  const unregister = (name: string) => unregisters(files.url(name), registered);
  const change = (name: string, text: string, entityRef: string): Change => async (ask, again) => {
    files.put(name, text);
    await refreshes(entityRef)(ask, again);
  };
  const begin: Change = async () => {
    files.put('people.yaml', people);
    files.put('systems.yaml', systems(0));
    files.put('rigging.yaml', rigging(0));
    each(10, index => files.put(`apis-${index}.yaml`, apis(index)));
    each(PARTS, index => files.put(`parts-${index}.yaml`, parts(index)));
    each(UNITS, index => files.put(`ropes-${index}.yaml`, ropes(index, 5)));
    files.put('rival.yaml', file([part(0, 0, 'as a rival'), entity('Resource', 'rival', { type: 'actor', owner: group(0) })]));
  };
  const partOf = (index: number) => `component:default/part-${index}-0`;
  const acts = [
    {
      name: 'registering and reading',
      changes: [
        begin,
        ...['people.yaml', 'systems.yaml', 'rigging.yaml'].map(register),
        ...each(10, index => register(`apis-${index}.yaml`)),
        provides({ type: 'full', entities: each(60, index => costume(index, 'new')) }),
        ...each(PARTS, index => register(`parts-${index}.yaml`)),
        sends('PUT', '/api/catalog/v1/sets/props', { entities: each(10, index => mask(index, 'Laughs.')) }, 200),
      ],
    },
    {
      name: 'changes',
      changes: [
        change('systems.yaml', systems(3), 'system:default/scene-0'),
        register('rival.yaml'),
        ...each(10, index => change(`parts-${index}.yaml`, parts(index, PER_FILE + 1, 'loudly'), partOf(index))),
        change('rigging.yaml', rigging(2), 'location:default/rigging'),
        provides({ type: 'delta', added: each(8, index => costume(index + 56, 'mended')), removed: each(4, index => ({ entityRef: `resource:costume-${index}` })) }),
        provides({ type: 'delta', added: [{ ...costume(70, 'borrowed'), entity: described(part(5, 5, 'as provided')) }] }, 'understudy'),
        ...each(10, index => change(`parts-${index + 10}.yaml`, parts(index + 10, PER_FILE - 1), partOf(index + 10))),
        sends('PUT', '/api/catalog/v1/sets/props', { entities: each(8, index => mask(index, 'Weeps.')) }, 200),
        deletes('part-30-1'),
        ...each(UNITS - 2, index => change(`ropes-${index + 2}.yaml`, ropes(index + 2, 5 + (index % 2)), `resource:default/rope-${index + 2}-0`)),
      ],
    },
    {
      name: 'removals',
      changes: [
        unregister('parts-0.yaml'),
        change('parts-20.yaml', parts(20, 0) + file([entity('Component', 'left-over', { type: 'library', lifecycle: 'production', owner: group(0) })]), partOf(20)),
        unregister('parts-39.yaml'),
        provides({ type: 'full', entities: each(30, index => costume(index, 'mended')) }),
        unregister('apis-9.yaml'),
        change('rigging.yaml', rigging(3), 'location:default/rigging'),
        approves('wardrobe'),
        sends('DELETE', '/api/catalog/v1/sets/props/entities/resource/default/mask-0', undefined, 204, 404),
        unregister('parts-5.yaml'),
        ...each(6, index => change(`parts-${index + 30}.yaml`, parts(index + 30, PER_FILE - 2, 'softly'), partOf(index + 30))),
        change('systems.yaml', systems(5), 'system:default/scene-0'),
      ],
    },
  ];
  return { acts, registered };
}
