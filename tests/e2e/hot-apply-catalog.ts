/** Settings of the catalog and of what it reads, each changed and looked for. */
import { type Files } from './fixtures.ts';
import { type Neighbours } from './hot-apply-neighbours.ts';
import { type Look, type Portal } from './hot-apply-portal.ts';

const settings = '/api/catalog/v1/settings';
const change = `PATCH ${settings}`;
const kindsRoute = '/api/catalog/v1/kinds/{kind}';
const guarded = 10;

function entity(kind: string, name: string, spec: object): object {
  return { apiVersion: 'backstage.io/v1alpha1', kind, metadata: { name }, spec: { owner: 'group:default/crew', ...spec } };
}

const writes = (portal: Portal, set: string, kind: string, status: number): Look => {
  const body = { entity: entity(kind, `hot-${kind.toLowerCase()}`, { type: 'database' }) };
  const look = (found: number) => (status < 300 ? found < 300 : found === status);
  return async port => {
    const path = `/api/catalog/v1/sets/${set}/entities`;
    return look((await portal.send(port, 'PUT', path, portal.asAdmin, body)).status);
  };
};

/** What conditions and kinds are looked for in. */
export async function seed(portal: Portal): Promise<void> {
  for (const [kind, spec] of [['Resource', { type: 'database' }], ['System', {}]] as const) {
    await portal.act('PUT', '/api/catalog/v1/sets/seed/entities', { entity: entity(kind, 'seed', spec) });
  }
}

export async function allowedKinds(portal: Portal): Promise<void> {
  const { allowedKinds: all } = JSON.parse((await portal.act('GET', settings)).text) as { allowedKinds: string[] };
  await portal.shows('', writes(portal, 'apis', 'Resource', 200));
  await portal.change(change, {}, { allowedKinds: all.filter(kind => kind !== 'Resource') });
  await portal.shows('kind no longer allowed', writes(portal, 'apis', 'Resource', 400));
  await portal.change(change, {}, { allowedKinds: all });
  await portal.shows('kind allowed again', writes(portal, 'apis', 'Resource', 200));
}

/** A kind of one's own; its schema asks for what the entities have not, then for nothing. */
export async function ownKind(portal: Portal): Promise<void> {
  const set = (schema: object) => portal.change(`PUT ${kindsRoute}`, { kind: 'Winch' }, { schema });
  await portal.shows('', writes(portal, 'winches', 'Winch', 400));
  await set({ type: 'object' });
  await portal.shows('own kind', writes(portal, 'winches', 'Winch', 200));
  await set({ type: 'object', required: ['winch'] });
  await portal.shows("own kind's schema", writes(portal, 'winches', 'Winch', 400));
  await portal.change(`DELETE ${kindsRoute}`, { kind: 'Winch' });
  await portal.shows('own kind removed', portal.says('Winch', '/api/catalog/v1/kinds', portal.asAdmin, false));
}

/** A location lets go of an entity while orphans are kept; then they are not. */
export async function orphans(portal: Portal, files: Files): Promise<void> {
  const document = (kind: string, name: string, spec: string) =>
    `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${spec}\n---\n`;
  const group = (name: string) => document('Group', name, '  type: team\n  children: []');
  const at = (name: string) => `/api/catalog/entities/by-name/group/default/${name}`;
  const found = (name: string, status: number) => portal.answers(status, portal.asAdmin, at(name));
  const register = '/api/catalog/locations?onConflict=refresh';
  const read = async (text: string) => {
    files.put('hot.yaml', text);
    await portal.act('POST', register, { type: 'url', target: files.url('hot.yaml') });
  };
  await portal.change(change, {}, { orphanStrategy: 'keep' });
  await read(group('first') + group('orphan'));
  await portal.eventually(found('orphan', 200));
  await read(group('first') + group('second'));
  await portal.eventually(found('second', 200));
  await portal.shows('orphans kept', found('orphan', 200));
  await portal.change(change, {}, { orphanStrategy: 'delete' });
  await portal.shows('orphans deleted', found('orphan', 404));
}

/** From how large a removal on it waits for approval. */
export async function removalGuard(portal: Portal): Promise<void> {
  let number = 0;
  const waits = (isHeld: boolean): Look => async port => {
    const provider = `guarded-${number++}`;
    const mutate = async (entities: object[]) => {
      const path = `/api/catalog/v1/providers/${provider}/mutations`;
      return portal.send(port, 'POST', path, portal.asAdmin, { type: 'full', entities });
    };
    const given = (_: unknown, at: number) => ({ entity: entity('Resource', `${provider}-${at}`, { type: 'database' }) });
    await mutate(Array.from({ length: guarded }, given));
    const { status, text } = await mutate([]);
    return status === 200 && /"held":/.test(text) === isHeld;
  };
  await portal.change(change, {}, { removalGuard: { percent: 1, entities: 1 } });
  await portal.shows('removals wait', waits(true), 2);
  await portal.change(change, {}, { removalGuard: { percent: 100, entities: guarded } });
  await portal.shows('removals do not wait', waits(false), 2);
}

/** How long deleted entities can be brought back; how long history is kept shows after days only. */
export async function retention(portal: Portal): Promise<void> {
  await portal.act('PUT', '/api/catalog/v1/sets/gone/entities', { entity: entity('Resource', 'gone', { type: 'database' }) });
  await portal.act('DELETE', '/api/catalog/v1/sets/gone/entities/resource/default/gone');
  const offered = (isThere: boolean) =>
    portal.says('resource:default/gone', '/api/catalog/v1/deleted-entities', portal.asAdmin, isThere);
  await portal.shows('', offered(true));
  await portal.change(change, {}, { undeleteDays: 0 });
  await portal.shows('deleted entities stay deleted', offered(false));
  await portal.change(change, {}, { historyDays: 45 });
  await portal.shows('days of history, as they are shown', portal.says('"historyDays":45', settings));
}

/** A host that is neither connected nor listed is not read; listed, it is. */
export async function reading(portal: Portal, neighbours: Neighbours): Promise<void> {
  const change = 'PUT /api/tenant-admin/v1/reading';
  const target = `http://${neighbours.host}/plain/catalog-info.yaml`;
  const refuses = (isRefused: boolean): Look => async port => {
    const answer = await portal.send(port, 'POST', '/api/catalog/locations?dryRun=true', portal.asAdmin, { type: 'url', target });
    return answer.text.includes('is not among the places') === isRefused;
  };
  await portal.shows('', refuses(false));
  await portal.change(change, {}, { onlyListed: true, places: ['example.com'] });
  await portal.shows('only listed places are read', refuses(true));
  await portal.change(change, {}, { onlyListed: true, places: [neighbours.host] });
  await portal.shows('a place is listed', refuses(false));
  await portal.change(change, {}, { onlyListed: true, places: [] });
  await portal.shows('no place is listed', refuses(true));
  await portal.change(change, {}, { onlyListed: false, places: [] });
  await portal.shows('everything public is read', refuses(false));
}

/** The host takes no request without a token: connected, with another token, without one, no longer connected. */
export async function sourceHost(portal: Portal, neighbours: Neighbours): Promise<void> {
  const hosts = '/api/integrations/v1/source-hosts';
  const target = `http://${neighbours.host}/acme/stage/-/blob/main/catalog-info.yaml`;
  const reads = (status: number) =>
    portal.answers(status, portal.asAdmin, '/api/catalog/locations?dryRun=true', 'POST', { type: 'url', target });
  /** What the catalog reads is there, and every request on the way to it came with this token. */
  const readsWith = (token: string): Look => async port => {
    const from = neighbours.tokens.length;
    const isRead = await reads(201)(port);
    const seen = neighbours.tokens.slice(from);
    return isRead && seen.length > 0 && seen.every(one => one === token);
  };
  const form = { kind: 'gitlab', host: neighbours.host, apiBaseUrl: `http://${neighbours.host}/api/v4` };
  await portal.shows('', reads(400));
  const added = await portal.change(`POST ${hosts}`, {}, { ...form, token: 'the-first-token' });
  const { id } = JSON.parse(added.text) as { id: string };
  await portal.shows('source host', readsWith('the-first-token'));
  await portal.change(`PATCH ${hosts}/{id}`, { id }, { token: 'the-second-token' });
  await portal.shows("source host's token", readsWith('the-second-token'));
  const test = await portal.act('POST', `${hosts}/${id}/test`);
  if (!test.text.includes('owner of the-second-token')) throw new Error(`the test says ${test.text}`);
  await portal.change(`PATCH ${hosts}/{id}`, { id }, { token: null });
  await portal.shows('source host without a token', reads(400));
  await portal.change(`PATCH ${hosts}/{id}`, { id }, { token: 'the-third-token' });
  await portal.shows('source host with a token again', readsWith('the-third-token'));
  await portal.change(`DELETE ${hosts}/{id}`, { id });
  await portal.shows('source host removed', reads(400));
}
