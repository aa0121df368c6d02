/** Secrets, plugins and the audit log: what templates, workers and archives are given; each changed and looked for. */
import { strict as assert } from 'node:assert';
import { until } from './backends.ts';
import { type Neighbours } from './hot-apply-neighbours.ts';
import { type Look, type Portal } from './hot-apply-portal.ts';

const secrets = '/api/tenant-admin/v1/secrets';
const streams = '/api/tenant-admin/v1/audit/streams';
const [firstValue, secondValue, nothing] = ['a-value-for-tests-1', 'a-value-for-tests-2', 'nothing'];
/** Longer than a stream that is on waits before it looks for new events. */
const aStreamsPauseMs = 2_000;

/** Asks for a file under the value that it was given. What is made of a secret is masked in events, so they tell nothing. */
const template = ({ host }: Neighbours) => ({
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name: 'tell' },
  spec: {
    type: 'service',
    owner: 'group:default/crew',
    steps: [
      {
        id: 'tell',
        name: 'Tell',
        action: 'fetch:plain:file',
        input: { url: `http://${host}/given/\${{ secrets.STAGE_DOOR or '${nothing}' }}`, targetPath: 'told.txt' },
      },
    ],
  },
});

/** A secret that is granted, rotated, no longer granted; a run of a template takes what holds at its start. */
export async function secret(portal: Portal, neighbours: Neighbours): Promise<void> {
  await portal.act('PUT', '/api/catalog/v1/sets/templates/entities', { entity: template(neighbours) });
  const made = await portal.change(`POST ${secrets}`, {}, { name: 'STAGE_DOOR', value: firstValue });
  const { id } = JSON.parse(made.text) as { id: string };
  const grantee = { kind: 'template', id: 'template:default/tell' };
  /** A run from its beginning to its end gives this value and no other. */
  const tells = (value: string): Look => async port => {
    const from = neighbours.given.length;
    await run(portal, port);
    const given = neighbours.given.slice(from);
    return given.length > 0 && given.every(one => one === value);
  };
  await portal.shows('', tells(nothing), 1);
  await portal.change(`POST ${secrets}/{id}/grants`, { id }, grantee);
  await portal.shows('secret granted', tells(firstValue), 1);
  await portal.change(`POST ${secrets}/{id}/versions`, { id }, { value: secondValue, overlapHours: 0 });
  await portal.shows('secret rotated', tells(secondValue), 1);
  await portal.change(`DELETE ${secrets}/{id}/grants`, { id, query: new URLSearchParams(grantee).toString() });
  await portal.shows('secret no longer granted', tells(nothing), 1);
  await portal.change(`PATCH ${secrets}/{id}`, { id }, { description: 'of the stage door' });
  await portal.shows("secret's description", portal.says('of the stage door', secrets));
  await portal.change(`DELETE ${secrets}/{id}`, { id });
  await portal.shows('secret removed', portal.says('STAGE_DOOR', secrets, portal.asAdmin, false));
}

/** Runs the template to its end. */
async function run(portal: Portal, port: number): Promise<void> {
  const tasks = '/api/scaffolder/v2/tasks';
  const order = { templateRef: 'template:default/tell', values: {} };
  const started = await portal.send(port, 'POST', tasks, portal.asAdmin, order);
  assert.equal(started.status, 201, started.text);
  const { id } = JSON.parse(started.text) as { id: string };
  await until(async () => {
    const { text } = await portal.send(port, 'GET', `${tasks}/${id}`, portal.asAdmin);
    return /"status":"(completed|failed)"/.test(text);
  }, 'the end of a run');
}

/** Every event from now on, none while it is off, and those that waited when it is on again. */
export async function auditStream(portal: Portal, neighbours: Neighbours): Promise<void> {
  const { archived } = neighbours;
  const arrives = (from: number): Look => async () => archived.length > from;
  const stream = { kind: 'webhook', name: 'Archive', url: `http://${neighbours.host}/archive`, fromBeginning: true };
  const added = await portal.change(`POST ${streams}`, {}, stream);
  const { id } = (JSON.parse(added.text) as { stream: { id: string } }).stream;
  const set = (body: object) => portal.change(`PATCH ${streams}/{id}`, { id }, body);
  await portal.shows('audit stream', arrives(0), 1);
  await set({ enabled: false });
  const marked = Date.now();
  await portal.act('PATCH', '/api/tenant-admin/v1/tenant', { name: 'Lively & Co' });
  const before = archived.length;
  await until(() => Date.now() > marked + 2 * aStreamsPauseMs, 'a pause');
  assert.equal(archived.length, before, 'events were sent although the stream is off');
  await set({ enabled: true });
  await portal.shows('audit stream on again', arrives(before), 1);
  assert.ok(archived.slice(before).some(event => event.startsWith('tenant.update')), archived.slice(before).join());
  await portal.change(`DELETE ${streams}/{id}`, { id });
  await portal.shows('audit stream removed', portal.says('"Archive"', streams, portal.asAdmin, false));
}

/** Only the setting itself: events go after a month at the earliest. */
export async function auditRetention(portal: Portal): Promise<void> {
  const path = '/api/tenant-admin/v1/audit/settings';
  await portal.change(`PATCH ${path}`, {}, { retentionDays: 400 });
  await portal.shows('audit retention, as it is shown', portal.says('"retentionDays":400', path));
}

/** A native worker starts anew with what it is configured with. */
export async function plugin(portal: Portal): Promise<void> {
  const data = '/api/tech-radar/data';
  const id = { plugin_id: 'tech-radar' };
  const radar = (title: string) => ({
    techRadar: {
      quadrants: ['a', 'b', 'c', 'd'].map(quadrant => ({ id: quadrant, name: quadrant })),
      rings: [{ id: 'adopt', name: 'ADOPT', color: '#1E7F4F' }],
      entries: [{ id: 'blip', title, quadrant: 'a', timeline: [{ date: '2026-11-01', ringId: 'adopt' }] }],
    },
  });
  const configure = (title: string) =>
    portal.change('PUT /api/plugins/v1/installed/{plugin_id}/config', id, { config: radar(title) });
  await portal.shows('', portal.answers(404, portal.asAdmin, data), 2);
  await portal.command('plugin', 'install', 'proscenium:tech-radar', '--tenant', portal.slug);
  await portal.shows('plugin installed', portal.answers(200, portal.asAdmin, data), 2);
  await configure('Trapdoors');
  await portal.shows("plugin's configuration", portal.says('Trapdoors', data), 2);
  await configure('Fly lofts');
  await portal.shows("plugin's configuration anew", portal.says('Fly lofts', data), 2);
  await portal.change('PUT /api/plugins/v1/installed/{plugin_id}/upgrade-policy', id, { pinned: true });
  const policy = '/api/plugins/v1/installed/tech-radar/upgrade-policy';
  await portal.shows("plugin's version pinned", portal.says('"pinned":true', policy), 2);
  await portal.change('PUT /api/plugins/v1/installed/{plugin_id}/egress', id, { hosts: ['radar.example.com'] });
  const egress = '/api/plugins/v1/installed/tech-radar/egress';
  await portal.shows("plugin's list of hosts", portal.says('radar.example.com', egress), 2);
  await portal.change('DELETE /api/plugins/v1/installed/{plugin_id}', id);
  await portal.shows('plugin removed', portal.answers(404, portal.asAdmin, data), 2);
}
