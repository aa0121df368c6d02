/**
 * What the session of a real browser is worth to somebody else: the cookie's attributes, a session that was planted before
 * sign-in, and pages of other origins that ride on the session. Each step is a function; none leaves anything behind.
 */
import { strict as assert } from 'node:assert';
import { createServer, request } from 'node:http';
import { type Browser, type BrowserContext, type Cookie, type Page } from 'playwright-core';
import { PATIENCE, Visitor } from './browser.ts';
import { type Installation } from './installation.ts';
import { ada } from './job.ts';
import { type Step } from './steps.ts';

/** The cookie's name over https and, as browsers trust it alike, on localhost; there it is Secure over plain http, too. */
const cookieName = '__Host-proscenium';

/** Whose sessions, where. */
export interface Stage {
  readonly browser: Browser;
  readonly installation: Installation;
  /** An administrator who is signed in. */
  readonly admin: Visitor;
  /** Somebody who came in through the provider. */
  readonly member: Visitor;
}

const portalOf = ({ installation }: Stage): string => installation.tenant(ada.slug);

async function sessionsIn(context: BrowserContext, url: string): Promise<Cookie[]> {
  return (await context.cookies(url)).filter(({ name }) => name.startsWith(cookieName));
}

/** The one session that a browser has at the portal. */
async function sessionIn(context: BrowserContext, url: string): Promise<string> {
  const [session, ...others] = await sessionsIn(context, url);
  assert.ok(session, 'there is no session');
  assert.deepEqual(others, [], 'a cookie of the sign-in is left');
  return session.value;
}

/** Also after a sign-in through a provider, whose own short-lived cookie is gone. */
async function theCookieIsLocked(stage: Stage): Promise<void> {
  const portal = portalOf(stage);
  for (const visitor of [stage.admin, stage.member]) {
    const [session, ...others] = await sessionsIn(visitor.context, portal);
    assert.ok(session);
    assert.deepEqual(others, []);
    const { name, domain, path, httpOnly, secure, sameSite } = session;
    assert.deepEqual(
      { name, domain, path, httpOnly, secure, sameSite },
      // A domain without a leading dot: the cookie was set without `Domain` and goes to this host alone.
      { name: cookieName, domain: new URL(portal).hostname, path: '/', httpOnly: true, secure: true, sameSite: 'Lax' },
    );
    assert.ok(session.expires > Date.now() / 1000);
    assert.ok(!(await visitor.page.evaluate(() => document.cookie)).includes(cookieName), 'scripts can read the session');
    const { origin, tenant } = stage.installation;
    for (const elsewhere of [origin, portal.replace('://', '://stage.'), tenant('globex')]) {
      assert.deepEqual(await sessionsIn(visitor.context, elsewhere), [], `the session goes to ${elsewhere}`);
    }
  }
}

/** What the portal answers to whoever holds this session and asks who they are. */
async function identityWith({ installation }: Stage, value: string): Promise<number> {
  const { host } = new URL(installation.tenant(ada.slug));
  return new Promise((answered, failed) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: installation.port,
        path: '/api/auth/proscenium/refresh',
        headers: { host, cookie: `${cookieName}=${value}`, 'x-requested-with': 'XMLHttpRequest' },
      },
      answer => {
        answer.resume();
        answered(answer.statusCode ?? 0);
      },
    );
    asked.once('error', failed);
    asked.end();
  });
}

/** Puts a session into a browser, as somebody does who was at it before. */
async function plant(context: BrowserContext, portal: string, value: string): Promise<void> {
  const domain = new URL(portal).hostname;
  await context.addCookies([{ name: cookieName, value, domain, path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }]);
}

async function withPassword({ page }: Visitor): Promise<void> {
  await page.getByLabel('Mail address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function withProvider({ page }: Visitor): Promise<void> {
  await page.getByRole('link', { name: 'Sign in with Example ID' }).click();
  await page.getByRole('button', { name: 'jane' }).click();
}

/** A session that the portal gave out, and that is over: it looks right and is known to whoever plants it. */
async function spentSession(stage: Stage): Promise<string> {
  const attacker = await Visitor.arrive(stage.browser, { screenshots: false });
  await attacker.open(portalOf(stage));
  await withPassword(attacker);
  await attacker.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  const value = await sessionIn(attacker.context, portalOf(stage));
  assert.equal(await identityWith(stage, value), 200, 'a session works in another browser, or this test shows nothing');
  await attacker.page.getByRole('button', { name: 'Sign out' }).click();
  await attacker.sees(`Sign in to ${ada.organization}`);
  await attacker.context.close();
  return value;
}

async function aPlantedSessionIsNotTaken(stage: Stage): Promise<void> {
  const portal = portalOf(stage);
  const planted = await spentSession(stage);
  for (const signIn of [withPassword, withProvider]) {
    const victim = await Visitor.arrive(stage.browser, { screenshots: false });
    await plant(victim.context, portal, planted);
    await victim.open(portal);
    assert.equal(await sessionIn(victim.context, portal), planted);
    await signIn(victim);
    await victim.page.getByRole('navigation', { name: 'Main menu' }).waitFor();
    await victim.settle();
    victim.assertQuiet();
    const own = await sessionIn(victim.context, portal);
    assert.notEqual(own, planted, 'the planted session became that of the person');
    assert.equal(await identityWith(stage, own), 200);
    assert.equal(await identityWith(stage, planted), 401, 'the planted session is worth something');
    await victim.page.getByRole('button', { name: 'Sign out' }).click();
    await victim.sees(`Sign in to ${ada.organization}`);
    await victim.context.close();
  }
}

const invitation = { name: 'Mallory', email: 'mallory@elsewhere.test', role: 'admin' };

/** What the session can see of what the attacks aim at. */
async function state(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const read = async (path: string): Promise<{ items: { id: string }[] }> => {
      const answer = await fetch(path);
      if (!answer.ok) throw new Error(`${answer.status} ${path}`);
      return (await answer.json()) as { items: { id: string }[] };
    };
    const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
    return {
      members: ids(await read('/api/tenant-admin/v1/members')),
      sessions: ids(await read('/api/auth/v1/sessions')),
      tenant: await read('/api/tenant-admin/v1/tenant'),
      // Whatever changes something is in here.
      audit: ids(await read('/api/tenant-admin/v1/audit')),
    };
  });
}

/** Submits a form, as a page does whose visitor presses a button there; the answer takes the page's place. */
async function submit(page: Page, action: string, name: string, value: string): Promise<void> {
  const answered = page.waitForResponse(action);
  await page.evaluate(
    ([to, field, text]) => {
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action: to, enctype: 'text/plain' });
      const input = document.createElement('input');
      Object.assign(input, { name: field, value: text });
      form.append(input);
      document.body.append(form);
      form.submit();
    },
    [action, name, value] as const,
  );
  // An answer without content leaves the page where it is.
  if ((await answered).status() !== 204) await page.waitForURL(action);
}

/** Requests that scripts of other origins can try, with the session if the browser lets it go along. */
async function tryRequests(page: Page, portal: string): Promise<string[]> {
  return page.evaluate(
    async ([origin, body]) => {
      const json = { 'content-type': 'application/json' };
      const tries: readonly [path: string, init: RequestInit][] = [
        ['/api/tenant-admin/v1/members', { method: 'POST', mode: 'no-cors', body }],
        ['/api/auth/proscenium/logout', { method: 'POST', mode: 'no-cors' }],
        ['/api/tenant-admin/v1/members', { method: 'POST', headers: json, body }],
        ['/api/tenant-admin/v1/tenant', { method: 'PATCH', headers: json, body: '{"name":"Mallory Inc"}' }],
        ['/api/auth/v1/sessions', { method: 'DELETE' }],
        ['/api/tenant-admin/v1/members', { method: 'GET' }],
      ];
      const outcomes: string[] = [];
      for (const [path, init] of tries) {
        outcomes.push(
          await fetch(origin + path, { ...init, credentials: 'include' }).then(
            answer => answer.type,
            () => 'refused',
          ),
        );
      }
      return outcomes;
    },
    [portal, JSON.stringify(invitation)] as const,
  );
}

/** Opens a page of another origin beside the portal, does something there, and tells which changes reached the portal. */
async function from(stage: Stage, origin: string, act: (page: Page) => Promise<void>): Promise<string[]> {
  const page = await stage.admin.context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const sent: string[] = [];
  page.on('response', answer => {
    const { pathname, origin: asked } = new URL(answer.url());
    const method = answer.request().method();
    if (asked === portalOf(stage) && !['GET', 'OPTIONS'].includes(method)) sent.push(`${method} ${pathname} ${answer.status()}`);
  });
  await page.goto(origin);
  await act(page);
  await page.close();
  return sent;
}

const members = '/api/tenant-admin/v1/members';
const logout = '/api/auth/proscenium/logout';
// As a form of this encoding is sent, its field's name, `=` and its value together are a JSON document.
const smuggled = JSON.stringify({ ...invitation, note: '' }).slice(0, -2);

/** Everything that scripts and a form at `origin` can do to somebody who has that page open beside the portal. */
async function attack(stage: Stage, origin: string): Promise<string[]> {
  const portal = portalOf(stage);
  const byScripts = await from(stage, origin, async page => {
    const outcomes = await tryRequests(page, portal);
    // Answers to requests without CORS are opaque; what has to be asked for first is never sent, or never read.
    assert.deepEqual(outcomes, ['opaque', 'opaque', 'refused', 'refused', 'refused', 'refused']);
  });
  const byForm = await from(stage, origin, page => submit(page, portal + members, smuggled, '"}'));
  return [...byScripts, ...byForm];
}

/** A site that serves one page, under every name that leads to this machine. */
async function serveElsewhere() {
  const cookies: string[] = [];
  const server = createServer((asked, response) => {
    cookies.push(asked.headers.cookie ?? '');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><p>Elsewhere</p></html>');
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, cookies, close: () => (server.closeAllConnections(), server.close()) };
}

async function anotherOriginChangesNothing(stage: Stage): Promise<void> {
  const { admin } = stage;
  const portal = portalOf(stage);
  const elsewhere = await serveElsewhere();
  try {
    await admin.open(`${portal}/settings/members`);
    const before = await state(admin.page);
    const session = await sessionIn(admin.context, portal);
    // To another site the browser gives no session: whoever asks is nobody, and nobody is signed out.
    const otherSite = await attack(stage, `http://127.0.0.1:${elsewhere.port}/`);
    assert.deepEqual(otherSite, [`POST ${members} 401`, `POST ${logout} 204`, `POST ${members} 401`]);
    // Organisations are hosts of one site: there `SameSite` lets the session go along, and only the origin tells.
    const sibling = `${portal.replace('://', '://stage.').replace(/:\d+$/, '')}:${elsewhere.port}/`;
    const sameSite = await attack(stage, sibling);
    assert.deepEqual(sameSite, [`POST ${members} 403`, `POST ${logout} 403`, `POST ${members} 403`]);
    assert.deepEqual(await from(stage, sibling, page => submit(page, portal + logout, 'all', 'yes')), [`POST ${logout} 403`]);
    assert.ok(elsewhere.cookies.every(cookie => !cookie.includes(cookieName)), 'the session went to another host');
    assert.equal(await sessionIn(admin.context, portal), session, 'the person was signed out');
    assert.deepEqual(await state(admin.page), before);
    admin.assertQuiet();
  } finally {
    elsewhere.close();
  }
}

/** A form that leads away may change cookies even if none goes along with it: the answer must not forget the session. */
async function aFormElsewhereSignsNobodyOut(stage: Stage): Promise<void> {
  const { admin } = stage;
  const portal = portalOf(stage);
  const elsewhere = await serveElsewhere();
  try {
    const session = await sessionIn(admin.context, portal);
    await from(stage, `http://127.0.0.1:${elsewhere.port}/`, page => submit(page, portal + logout, 'all', 'yes'));
    assert.equal(await sessionIn(admin.context, portal), session, 'the person was signed out');
    await admin.open(`${portal}/settings/members`);
    await admin.sees(ada.email);
    admin.assertQuiet();
  } finally {
    elsewhere.close();
  }
}

/** The same request from the portal's own page does what it says; without this, the attacks could have failed for any reason. */
async function itsOwnPageMay(stage: Stage): Promise<void> {
  const { page } = stage.admin;
  const statuses = await page.evaluate(async ([path, body]) => {
    const made = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { member } = (await made.json()) as { member: { id: string } };
    const removed = await fetch(`${path}/${member.id}`, { method: 'DELETE' });
    return [made.status, removed.status];
  }, [members, JSON.stringify(invitation)] as const);
  assert.deepEqual(statuses, [201, 204]);
}

/** A form that leads away may change cookies even if none goes along with it. */
export function formElsewhere(stage: Stage): Step {
  return ['a form of another site signs nobody out', () => aFormElsewhereSignsNobodyOut(stage)];
}

/** Steps that leave everybody signed in. */
export function browserSecurity(stage: Stage): Step[] {
  return [
    ['the session cookie is for one host, over https and not for scripts', () => theCookieIsLocked(stage)],
    ['a session that was planted before sign-in is not the one after it', () => aPlantedSessionIsNotTaken(stage)],
    ['a page of another origin changes nothing', () => anotherOriginChangesNothing(stage)],
    ['what it tried is what the portal’s own page may do', () => itsOwnPageMay(stage)],
  ];
}
