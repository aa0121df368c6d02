/**
 * A real OpenID Connect provider (npm `oidc-provider`) on loopback, with hands on it: its people, keys and clients can be
 * changed while it runs, and what it answers can be forged. Owns one port; knows nothing of Proscenium.
 */
import { createHmac, createPublicKey, createSign, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const base64 = value => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A private signing key as a JWK. */
export function makeKey(alg, kid) {
  const { privateKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg, kid, use: 'sig' };
}

function signature(alg, jwk, text) {
  const key = { key: jwk, format: 'jwk' };
  if (alg === 'ES256') return signWith('sha256', Buffer.from(text), { ...key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return createSign('RSA-SHA256').update(text).sign(key).toString('base64url');
}

/** The same token with something else in it: other claims, another header, another signature. */
function forged(token, forgery, own, clientSecret) {
  const [head, body, kept] = token.split('.');
  const header = { ...JSON.parse(Buffer.from(head, 'base64url')), ...forgery.header };
  const claims = { ...JSON.parse(Buffer.from(body, 'base64url')), ...forgery.claims };
  for (const name of forgery.without ?? []) delete claims[name];
  for (const name of forgery.withoutHeader ?? []) delete header[name];
  const text = `${base64(header)}.${base64(claims)}`;
  const hmac = secret => createHmac('sha256', secret).update(text).digest('base64url');
  switch (forgery.sign ?? 'own') {
    case 'own':
      return `${text}.${signature(own.alg, own, text)}`;
    case 'other':
      return `${text}.${signature(own.alg, makeKey(own.alg, own.kid), text)}`;
    case 'kept':
      return `${text}.${kept}`;
    case 'none':
      return `${text}.`;
    case 'client secret':
      return `${text}.${hmac(clientSecret)}`;
    case 'public key':
      return `${text}.${hmac(createPublicKey({ key: own, format: 'jwk' }).export({ type: 'spki', format: 'pem' }))}`;
    default:
      throw new Error(`unknown signature ${forgery.sign}`);
  }
}

const page = people =>
  `<!doctype html><html lang="en"><head><title>Sign in to Example ID</title><style>body{font:16px system-ui;display:grid;place-content:center;min-height:90vh}
  button{display:block;width:18rem;margin:.5rem 0;padding:.6rem;font:inherit}</style></head><body><h1>Example ID</h1><p>Who are you?</p><form method="post">
  ${people.map(id => `<button name="account" value="${id}">${id}</button>`).join('')}</form></body></html>`;

/** Starts it. `settings`: clients, people, keys; whatever is left out has a default. */
export async function startProvider(settings = {}) {
  const server = createServer((request, response) => answer(request, response));
  await new Promise(ready => server.listen(0, '127.0.0.1', ready));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const state = {
    clients: [],
    people: { jane: { email: 'jane@acme.example', email_verified: true, name: 'Jane Doe', groups: ['platform'] } },
    keys: [makeKey('RS256', 'first')],
    forgery: null,
    discovery: {},
    requests: [],
    ...settings,
  };
  let provider = build();

  function build() {
    const made = new Provider(issuer, {
      clients: state.clients,
      jwks: { keys: state.keys },
      pkce: { required: () => true },
      // As large providers do it: claims are in the ID token.
      conformIdTokenClaims: false,
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'], groups: ['groups'] },
      scopes: ['openid', 'profile', 'email', 'groups'],
      cookies: { keys: ['only for tests'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
      findAccount: (_, id) => state.people[id] && { accountId: id, claims: () => ({ sub: id, ...state.people[id] }) },
      async loadExistingGrant(ctx) {
        const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
        grant.addOIDCScope('openid profile email groups');
        await grant.save();
        return grant;
      },
    });
    made.use(async (ctx, next) => {
      await next();
      if (ctx.path.endsWith('/.well-known/openid-configuration')) Object.assign(ctx.body, state.discovery);
      if (ctx.path.endsWith('/token')) state.requests.push({ status: ctx.status, error: ctx.body?.error });
      if (ctx.path.endsWith('/token') && ctx.body?.id_token && state.forgery) {
        const own = state.keys[0];
        ctx.body.id_token = forged(ctx.body.id_token, state.forgery, own, state.clients[0].client_secret);
      }
    });
    return made;
  }

  async function interaction(request, response) {
    const chosen = request.headers['x-account'] ?? (request.method === 'POST' ? new URLSearchParams(await read(request)).get('account') : null);
    if (!chosen) {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      return response.end(page(Object.keys(state.people)));
    }
    const outcome = chosen === 'nobody' ? { error: 'access_denied' } : { login: { accountId: chosen } };
    return provider.interactionFinished(request, response, outcome, { mergeWithLastSubmission: false });
  }

  function answer(request, response) {
    const done = request.url.startsWith('/interaction/')
      ? interaction(request, response)
      : Promise.resolve(provider.callback()(request, response));
    done.catch(error => response.writeHead(500).end(String(error)));
  }

  return {
    issuer,
    state,
    /** Changes clients, people, keys, forgery or discovery while it runs. */
    change(changes) {
      Object.assign(state, changes);
      provider = build();
    },
    visit: (url, account) => visit(issuer, url, account),
    stop: () => new Promise(stopped => {
      server.closeAllConnections();
      server.close(stopped);
    }),
  };
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Goes through the provider as a browser of this person's, up to the address that leads back. */
async function visit(issuer, start, account) {
  const jar = new Map();
  let url = start;
  for (let step = 0; step < 12; step += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie, 'x-account': account } });
    for (const set of response.headers.getSetCookie()) {
      const [name, ...value] = set.split(';')[0].split('=');
      jar.set(name, value.join('='));
    }
    const location = response.headers.get('location');
    if (!location) return { status: response.status, body: await response.text() };
    url = new URL(location, url).href;
    if (!url.startsWith(issuer)) return { location: url };
  }
  throw new Error(`no end of redirects at ${url}`);
}
