/**
 * An organisation's portal under change: its administrator changes something, and the change is looked for at every
 * gateway. Owns the clock: a change must show in requests that were sent at most two seconds after it was acknowledged.
 */
import { strict as assert } from 'node:assert';
import { gatewaysOf, until } from './backends.ts';
import { type Installation } from './installation.ts';
import { ask, type Reply } from './traffic.ts';

/** What an organisation's administrator has. */
export interface Administrator {
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

/** Headers of somebody. */
export type Headers = Record<string, string>;

/** Somebody asks one gateway: what shows the change, or what shows that it is not there. */
export type Look = (port: number) => Promise<boolean>;

/** A request body, sent as JSON. */
type Body = object | undefined;

/** A member who was invited by a test, signed in and with a token. */
export interface Member {
  readonly id: string;
  readonly email: string;
  readonly userEntityRef: string;
  readonly token: string;
}

const longestMs = 2_000;
const password = 'curtain-rises-at-nine';

/** The portal of one organisation. */
export class Portal {
  /** How long each change took to show, in milliseconds. */
  readonly measured: { readonly what: string; readonly ms: number }[] = [];
  /** Every kind of change that was made, such as `PATCH /api/tenant-admin/v1/tenant`. */
  readonly made = new Set<string>();
  readonly installation: Installation;
  readonly slug: string;
  readonly gateways: readonly number[];
  readonly admin: Administrator;
  readonly origin: string;
  readonly #host: string;
  #changedAt = 0;
  #last = '';

  private constructor(installation: Installation, slug: string, gateways: readonly number[], admin: Administrator) {
    this.installation = installation;
    this.slug = slug;
    this.gateways = gateways;
    this.admin = admin;
    this.origin = installation.tenant(slug);
    this.#host = new URL(this.origin).host;
  }

  /** Makes an organisation and finds the gateways that serve it. */
  static async open(installation: Installation, slug: string): Promise<Portal> {
    const email = `ada@${slug}.test`;
    const made = await installation.command('tenant', 'create', slug, '--name', slug, '--admin', email);
    const { token, admin } = made as { token: string; admin: { email: string; password: string } };
    return new Portal(installation, slug, await gatewaysOf(installation), { ...admin, token });
  }

  /** The headers that prove the administrator. */
  get asAdmin(): Headers {
    return this.bearing(this.admin.token);
  }

  bearing(token: string): Headers {
    return { host: this.#host, authorization: `Bearer ${token}` };
  }

  /** The headers of a browser of this portal. */
  browser(cookie = ''): Headers {
    return { host: this.#host, origin: this.origin, 'x-requested-with': 'XMLHttpRequest', cookie };
  }

  /** One request to one gateway. */
  async send(port: number, method: string, path: string, headers: Headers, body?: Body | string): Promise<Reply> {
    const isJson = typeof body === 'object';
    const all: Headers = { host: this.#host, ...(isJson && { 'content-type': 'application/json' }), ...headers };
    const reply = await ask(port, method, path, all, isJson ? JSON.stringify(body) : body);
    this.#last = `${method} ${path}: ${reply.status} ${reply.text.slice(0, 300)}`;
    return reply;
  }

  /** As the administrator, at the first gateway; must succeed. */
  async act(method: string, path: string, body?: Body | string, headers = this.asAdmin): Promise<Reply> {
    const reply = await this.send(this.gateways[0] ?? 0, method, path, headers, body);
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`);
    return reply;
  }

  /** Changes a setting, by a route of the table in `authz_matrix.txt` and what its parameters stand for. */
  async change(route: string, parameters: Record<string, string> = {}, body?: Body | string): Promise<Reply> {
    const [method = '', pattern = ''] = route.split(' ');
    this.made.add(route);
    const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
    const query = parameters.query === undefined ? '' : `?${parameters.query}`;
    const reply = await this.act(method, path + query, body);
    this.#changedAt = Date.now();
    return reply;
  }

  /** Changes something by a command beside the server. */
  async command(...args: string[]): Promise<void> {
    await this.installation.command(...args);
    this.#changedAt = Date.now();
  }

  /** Somebody's request succeeds, or is answered with this status. */
  answers(status: number, headers: Headers, path: string, method = 'GET', body?: Body): Look {
    return async port => (await this.send(port, method, path, headers, body)).status === status;
  }

  /** The answer to somebody's request holds, or does not hold, this text. */
  says(text: string | RegExp, path: string, headers = this.asAdmin, isThere = true): Look {
    return async port => {
      const reply = await this.send(port, 'GET', path, headers);
      const holds = typeof text === 'string' ? reply.text.includes(text) : text.test(reply.text);
      return reply.status === 200 && holds === isThere;
    };
  }

  /**
   * Waits until the last change shows at every gateway, in each of so many requests there: enough for each catalog behind
   * it. All of them must have been sent within two seconds of the change's answer. Without a name for it, it is what was
   * before the next change: looked at, so that it is remembered everywhere, and not measured.
   */
  async shows(what: string, look: Look, times = 6, withinMs = longestMs): Promise<void> {
    const since = what === '' ? Date.now() : this.#changedAt;
    for (;;) {
      const begun = Date.now() - since;
      const looks = this.gateways.flatMap(port => Array.from({ length: times }, () => look(port)));
      const seen = await Promise.all(looks);
      if (begun > withinMs) assert.fail(`${what}: not live after ${withinMs} ms; last ${this.#last}`);
      if (seen.every(Boolean)) {
        if (what !== '') this.measured.push({ what, ms: begun });
        return;
      }
      await new Promise(wait => setTimeout(wait, 50));
    }
  }

  /** Waits for what takes as long as it takes, at the first gateway. */
  async eventually(look: Look): Promise<void> {
    await until(() => look(this.gateways[0] ?? 0), 'what a step needs');
  }

  /** Lets somebody in who then has a token. */
  async invite(name: string, role: string): Promise<Member> {
    const email = `${name}@${this.slug}.test`;
    const reply = await this.change('POST /api/tenant-admin/v1/members', {}, { name, email, role });
    const { member, invitation } = JSON.parse(reply.text) as {
      member: { id: string; userEntityRef: string };
      invitation: { url: string };
    };
    const code = invitation.url.split('/').pop();
    await this.act('POST', `/api/tenant-admin/v1/invitations/${code}/accept`, { password }, this.browser());
    const cookie = await this.signIn(email, password);
    const made = await this.act('POST', '/api/tenant-admin/v1/tokens', { name: 'own' }, this.browser(cookie));
    return { ...member, email, token: (JSON.parse(made.text) as { token: string }).token };
  }

  /** Signs a member in, or the administrator; a browser's cookie. */
  async signIn(email: string, secret = password): Promise<string> {
    const reply = await this.trySignIn(this.gateways[0] ?? 0, email, secret);
    assert.equal(reply.status, 204, reply.text);
    return reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  async trySignIn(port: number, email: string, secret = password): Promise<Reply> {
    return this.send(port, 'POST', '/api/auth/v1/sign-in', this.browser(), { email, password: secret });
  }
}
