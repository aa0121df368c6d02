/** How people and programs get in: providers, the rule, sessions, tokens; each changed and looked for. */
import { strict as assert } from 'node:assert';
import { type Member, type Portal } from './hot-apply-portal.ts';
import { type TestProvider } from './idp/provider.mjs';

const options = '/api/auth/v1/sign-in-options';
const me = '/api/tenant-admin/v1/me';
const tokens = '/api/tenant-admin/v1/tokens';
const secret = 'known-to-the-provider-and-the-portal';

/** The whole way: a provider is added, switched off and on, tried, required, no longer required, and removed. */
export async function signInProvider(portal: Portal, provider: TestProvider): Promise<void> {
  const form = {
    name: 'example',
    title: 'Example ID',
    kind: 'oidc',
    issuer: provider.issuer,
    clientId: 'portal',
    clientSecret: secret,
    enabled: true,
    settings: {
      roles: { otherwise: 'viewer', everySignIn: false },
      resolver: { by: 'mail' },
      unmatched: 'nameAfterMail',
      createMembers: true,
      linkByMail: false,
      acceptUnverifiedMail: false,
    },
  };
  const client = {
    client_id: form.clientId,
    client_secret: secret,
    redirect_uris: [`${portal.origin}/api/auth/example/handler/frame`],
  };
  provider.change({ clients: [client] });
  const offers = (isThere: boolean) => portal.says('Example ID', options, portal.browser(), isThere);
  await portal.shows('', offers(false));
  const added = await portal.change('POST /api/tenant-admin/v1/sign-in-providers', {}, form);
  const { id } = JSON.parse(added.text) as { id: string };
  await portal.shows('provider added', offers(true));
  const set = (changes: object) =>
    portal.change('PUT /api/tenant-admin/v1/sign-in-providers/{id}', { id }, { ...form, ...changes });
  await set({ enabled: false });
  await portal.shows('provider off', offers(false));
  await set({ title: 'Example ID anew' });
  await portal.shows('provider on again', portal.says('Example ID anew', options, portal.browser()));
  const testId = await tryIt(portal, provider, { ...form, providerId: id });
  const tried = await set({ testId });
  assert.match(tried.text, /"testedAt":"/);
  await requireIt(portal);
  await portal.change('DELETE /api/tenant-admin/v1/sign-in-providers/{id}', { id });
  await portal.shows('provider removed', offers(false));
}

/** As the administrator's browser does it; without a success the provider cannot be required. The id of the try. */
async function tryIt(portal: Portal, provider: TestProvider, form: object): Promise<string> {
  const started = await portal.act('POST', '/api/tenant-admin/v1/sign-in-tests', form);
  const test = JSON.parse(started.text) as { id: string; url: string };
  const [port = 0] = portal.gateways;
  let cookie = await portal.signIn(portal.admin.email, portal.admin.password);
  const go = async (address: string) => {
    const { pathname, search } = new URL(address, portal.origin);
    const reply = await portal.send(port, 'GET', pathname + search, { ...portal.browser(cookie), accept: 'text/html' });
    for (const one of reply.headers['set-cookie'] ?? []) cookie += `; ${one.split(';')[0]}`;
    return reply;
  };
  const out = await go(test.url);
  assert.equal(out.status, 302, out.text);
  const { location } = await provider.visit(out.headers.location ?? '', 'jane');
  assert.ok(location, 'the provider leads back');
  await go(location);
  const outcome = await portal.act('GET', `/api/tenant-admin/v1/sign-in-tests/${test.id}`);
  assert.match(outcome.text, /"done":true/);
  return test.id;
}

/** Passwords work, work no more, and work again; but the administrator named for emergencies always gets in. */
async function requireIt(portal: Portal): Promise<void> {
  const uma = await portal.invite('uma', 'member');
  const admin = JSON.parse((await portal.act('GET', me)).text) as { id: string };
  const passwordGives = (isIn: boolean) => async (port: number) =>
    ((await portal.trySignIn(port, uma.email)).status === 204) === isIn;
  await portal.shows('', passwordGives(true), 1);
  const rule = (enforced: boolean) =>
    portal.change('PUT /api/tenant-admin/v1/sign-in-rule', {}, { enforced, breakGlass: [admin.id] });
  await rule(true);
  await portal.shows('provider required', passwordGives(false), 1);
  await portal.shows('provider required, as the page says', portal.says('"passwords":false', options, portal.browser()));
  assert.notEqual(await portal.signIn(portal.admin.email, portal.admin.password), '');
  await rule(false);
  await portal.shows('provider not required', passwordGives(true), 1);
}

/** One session of a member, all of a member's, and everybody's. */
export async function sessions(portal: Portal): Promise<void> {
  const ira = await portal.invite('ira', 'member');
  const lives = (cookie: string, status: number) =>
    portal.answers(status, portal.browser(cookie), '/api/auth/proscenium/refresh');
  const path = `/api/auth/v1/members/${ira.id}/sessions`;
  const [first, second] = [await portal.signIn(ira.email), await portal.signIn(ira.email)];
  const { items } = JSON.parse((await portal.act('GET', path)).text) as { items: { id: string; createdAt: string }[] };
  const newest = items.sort((one, other) => other.createdAt.localeCompare(one.createdAt))[0];
  await portal.shows('', lives(first, 200));
  await portal.shows('', lives(second, 200));
  const one = { id: ira.id, session: newest?.id ?? '' };
  await portal.change('DELETE /api/auth/v1/members/{id}/sessions/{session}', one);
  await portal.shows('session revoked', lives(second, 401));
  await portal.shows('', lives(first, 200));
  await portal.change('DELETE /api/auth/v1/members/{id}/sessions', { id: ira.id });
  await portal.shows("a member's sessions revoked", lives(first, 401));
  const third = await portal.signIn(ira.email);
  await portal.shows('', lives(third, 200));
  await portal.change('DELETE /api/auth/v1/organization/sessions');
  await portal.shows("everybody's sessions revoked", lives(third, 401));
}

export async function serviceToken(portal: Portal): Promise<void> {
  const route = 'POST /api/tenant-admin/v1/service-tokens';
  const made = JSON.parse((await portal.change(route, {}, { name: 'ci', role: 'viewer' })).text) as { id: string; token: string };
  const look = (status: number) => portal.answers(status, portal.bearing(made.token), '/api/catalog/entities?limit=1');
  await portal.shows('service token', look(200));
  await portal.change('DELETE /api/tenant-admin/v1/service-tokens/{id}', { id: made.id });
  await portal.shows('service token revoked', look(401));
}

async function tokenOf(portal: Portal, member: Member): Promise<string> {
  const { text } = await portal.act('GET', '/api/tenant-admin/v1/member-tokens');
  const { items } = JSON.parse(text) as { items: { id: string; ownerRef: string }[] };
  return items.find(({ ownerRef }) => ownerRef === member.userEntityRef)?.id ?? '';
}

export async function memberToken(portal: Portal): Promise<void> {
  const eli = await portal.invite('eli', 'member');
  const look = (status: number) => portal.answers(status, portal.bearing(eli.token), me);
  await portal.shows('', look(200));
  await portal.change('DELETE /api/tenant-admin/v1/member-tokens/{id}', { id: await tokenOf(portal, eli) });
  await portal.shows("a member's token revoked", look(401));
}

/** How long new tokens may live. */
export async function tokenPolicy(portal: Portal): Promise<void> {
  const aYear = (status: number) => portal.answers(status, portal.asAdmin, tokens, 'POST', { name: 'year', expiresInDays: 365 });
  await portal.shows('', aYear(201), 1);
  await portal.change('PUT /api/tenant-admin/v1/token-policy', {}, { maxDays: 30 });
  await portal.shows('shorter tokens', aYear(400), 2);
  await portal.change('PUT /api/tenant-admin/v1/token-policy', {}, {});
  await portal.shows('tokens of any length', aYear(201), 1);
}
