/** Settings of the organisation as a whole and of its people, each changed and looked for. */
import { strict as assert } from 'node:assert';
import { type Member, type Portal } from './hot-apply-portal.ts';

const tenant = '/api/tenant-admin/v1/tenant';
const change = `PATCH ${tenant}`;
const html = { accept: 'text/html' };
/** The smallest picture that passes for one: a WebP's head. */
const picture = 'RIFF1234WEBPVP8 lively';
const limited = /"organization"/;

const page = (portal: Portal, text: string | RegExp, isThere = true) => portal.says(text, '/', html, isThere);

export async function name(portal: Portal): Promise<void> {
  await portal.shows('', page(portal, '<title>lively</title>'));
  await portal.change(change, {}, { name: 'Lively & Co' });
  await portal.shows('name', page(portal, '<title>Lively &amp; Co</title>'));
}

/** What was changed by mistake, as the audit log offers it. */
export async function undo(portal: Portal): Promise<void> {
  await portal.change(change, {}, { name: 'A slip' });
  await portal.shows('', page(portal, '<title>A slip</title>'));
  const { text } = await portal.act('GET', '/api/tenant-admin/v1/audit?action=tenant.update&limit=1');
  const { items } = JSON.parse(text) as { items: { id: string }[] };
  await portal.change('POST /api/tenant-admin/v1/audit/{id}/undo', { id: items[0]?.id ?? '' });
  await portal.shows('undoing a change', page(portal, '<title>Lively &amp; Co</title>'));
}

export async function accents(portal: Portal): Promise<void> {
  await portal.shows('', page(portal, '#0f766e', false));
  await portal.change(change, {}, { branding: { accent: '#0f766e', accentDark: '#5eead4' } });
  await portal.shows('accent', page(portal, '#0f766e'));
  await portal.shows('accent in the dark', page(portal, '#5eead4'));
}

export async function pictures(portal: Portal): Promise<void> {
  for (const [slot, field] of [['logo', 'logoUrl'], ['favicon', 'faviconUrl']] as const) {
    await portal.change('PUT /api/tenant-admin/v1/branding/{slot}', { slot }, picture);
    await portal.shows(slot, page(portal, new RegExp(`"${field}":"[^"]+"`)));
    await portal.change('DELETE /api/tenant-admin/v1/branding/{slot}', { slot });
    await portal.shows(`no ${slot}`, page(portal, new RegExp(`"${field}":"[^"]+"`), false));
  }
}

/** The operator's command. A gateway tells a plan's limits with each answer; under `internal` there are none. */
export async function plan(portal: Portal): Promise<void> {
  const tells = (isThere: boolean) => async (port: number) => {
    const { status, headers } = await portal.send(port, 'GET', tenant, portal.asAdmin);
    return status === 200 && limited.test(String(headers['ratelimit-policy'] ?? '')) === isThere;
  };
  await portal.shows('', tells(false));
  await portal.command('tenant', 'plan', portal.slug, 'enterprise');
  await portal.shows('plan, at the gateways', tells(true));
  await portal.shows('plan, in the usage', portal.says('"plan":"enterprise"', '/api/tenant-admin/v1/usage'));
  await portal.command('tenant', 'plan', portal.slug, 'internal');
  await portal.shows('plan without limits', tells(false));
}

/** Removals that wait are for maintainers. */
const held = '/api/catalog/v1/removals';

export async function roleOfAMember(portal: Portal): Promise<void> {
  const kim = await portal.invite('kim', 'viewer');
  const asKim = portal.bearing(kim.token);
  await portal.shows('', portal.answers(403, asKim, held));
  await portal.change('PATCH /api/tenant-admin/v1/members/{id}', { id: kim.id }, { role: 'maintainer' });
  await portal.shows('higher role', portal.answers(200, asKim, held));
  await portal.change('PATCH /api/tenant-admin/v1/members/{id}', { id: kim.id }, { role: 'viewer' });
  await portal.shows('lower role', portal.answers(403, asKim, held));
}

export async function memberRemoved(portal: Portal): Promise<void> {
  const lee = await portal.invite('lee', 'member');
  const asLee = portal.bearing(lee.token);
  await portal.shows('', portal.answers(200, asLee, '/api/tenant-admin/v1/me'));
  await portal.change('DELETE /api/tenant-admin/v1/members/{id}', { id: lee.id });
  await portal.shows('member removed', portal.answers(401, asLee, '/api/tenant-admin/v1/me'));
}

async function publish(portal: Portal, roles: object[]): Promise<void> {
  const written = await portal.change('PUT /api/tenant-admin/v1/policies/draft', {}, { revision: 0, document: { roles } });
  const { revision } = JSON.parse(written.text) as { revision: number };
  await portal.change('POST /api/tenant-admin/v1/policies/publish', {}, { revision });
}

/** A permission appears and goes, at the gateways; a condition narrows what the catalogs show. */
export async function policies(portal: Portal): Promise<void> {
  const noa = await portal.invite('noa', 'member');
  const asNoa = portal.bearing(noa.token);
  const audit = '/api/tenant-admin/v1/audit?limit=1';
  const allow = (permission: string, condition?: object) => ({ permission, effect: 'allow', ...(condition && { condition }) });
  const role = (name: string, subject: string, ...rules: object[]) => ({ name, subjects: [subject], rules });
  await portal.shows('', portal.answers(403, asNoa, audit));
  await publish(portal, [role('auditors', noa.userEntityRef, allow('tenant.audit.read'))]);
  await portal.shows('permission given', portal.answers(200, asNoa, audit));
  await publish(portal, []);
  await portal.shows('permission taken', portal.answers(403, asNoa, audit));
  await portal.change('POST /api/tenant-admin/v1/policies/versions/{version}/revert', { version: '1' });
  await portal.shows('former version again', portal.answers(200, asNoa, audit));
  await conditions(portal, noa, groups => role('narrow', 'member', allow('catalog.entity.read', groups)));
}

async function conditions(portal: Portal, noa: Member, narrow: (condition: object) => object): Promise<void> {
  const sees = (kind: string, isThere: boolean) =>
    portal.says(`"kind":"${kind}"`, '/api/catalog/entities/by-query?limit=100', portal.bearing(noa.token), isThere);
  const conditions = { rule: 'IS_ENTITY_KIND', resourceType: 'catalog-entity', params: { kinds: ['system'] } };
  await portal.shows('', sees('Resource', true));
  await publish(portal, [narrow({ pluginId: 'catalog', resourceType: 'catalog-entity', conditions })]);
  await portal.shows('condition', sees('Resource', false));
  await portal.shows('what the condition leaves', sees('System', true));
  await publish(portal, []);
  await portal.shows('no condition', sees('Resource', true));
}

/** The directory's token, and the role that one of its groups gives. */
export async function provisioning(portal: Portal): Promise<void> {
  const token = JSON.parse(
    (await portal.change('POST /api/tenant-admin/v1/scim/tokens', {}, { name: 'Directory' })).text,
  ) as { id: string; token: string };
  const asDirectory = portal.bearing(token.token);
  await portal.shows('SCIM token', portal.answers(200, asDirectory, '/scim/v2/Users'));
  const create = async (kind: string, body: object) =>
    (JSON.parse((await portal.act('POST', `/scim/v2/${kind}`, body, asDirectory)).text) as { id: string }).id;
  const user = await create('Users', { userName: 'ren@lively.test' });
  const id = await create('Groups', { displayName: 'stage-managers', members: [{ value: user }] });
  const isMaintainer = async (port: number) => {
    const { text } = await portal.send(port, 'GET', '/api/tenant-admin/v1/members', portal.asAdmin);
    const { items } = JSON.parse(text) as { items: { email: string; role: string }[] };
    return items.find(member => member.email === 'ren@lively.test')?.role === 'maintainer';
  };
  assert.equal(await isMaintainer(portal.gateways[0] ?? 0), false);
  await portal.change('PATCH /api/tenant-admin/v1/scim/groups/{id}', { id }, { role: 'maintainer' });
  await portal.shows("a SCIM group's role", isMaintainer);
  await portal.change('DELETE /api/tenant-admin/v1/scim/tokens/{id}', { id: token.id });
  await portal.shows('SCIM token revoked', portal.answers(401, asDirectory, '/scim/v2/Users'));
}
