/**
 * What pages get for what they ask. Identity and permissions are made up here: whoever looks reads everything and changes
 * nothing. Everything else goes through the plugin host's door, which decides by itself what it answers.
 */
import { request } from 'node:http';
import type { Job, Remote, Version } from './job.ts';

/** A request of a page. */
export interface Asked {
  method: string;
  /** Path with query. */
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** An answer for it. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** What one answer may take. */
const PATIENCE_MS = 20_000;
/** The largest answer. */
const MAX_BYTES = 32 << 20;
/** Headers of requests that the door gets. */
const PASSED_ON = ['accept', 'content-type'];
/** Headers of answers that mean nothing once the body is here. */
const DROPPED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'transfer-encoding',
]);

/** The person that pages are shown to. */
const VIEWER = 'user:proscenium/render';

function json(status: number, value: unknown): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: Buffer.from(JSON.stringify(value)) };
}

function identity() {
  return {
    profile: { displayName: 'Render', email: '' },
    backstageIdentity: {
      token: unsignedToken(),
      expiresInSeconds: 3600,
      identity: {
        type: 'user',
        userEntityRef: VIEWER,
        ownershipEntityRefs: [VIEWER],
      },
    },
  };
}

/** Clients look into the token for its expiry. It proves nothing to anybody. */
function unsignedToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: unknown) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: VIEWER, iat: now, exp: now + 3600, ent: [VIEWER] };
  return `${part({ alg: 'none' })}.${part(claims)}.none`;
}

/** Reading is allowed, all else is not. */
function authorize(body: string | undefined): Answer {
  interface Question {
    id: string;
    permission?: { name?: string; attributes?: { action?: string } };
    resourceRef?: unknown;
  }
  const asked = JSON.parse(body ?? '{}') as { items?: Question[] };
  const items = (asked.items ?? []).map(({ id, permission, resourceRef }) => {
    const reads =
      permission?.attributes?.action === 'read' ||
      /[.-](read|use|list)$/.test(permission?.name ?? '');
    const word = reads ? 'ALLOW' : 'DENY';
    const several = Array.isArray(resourceRef);
    return { id, result: several ? resourceRef.map(() => word) : word };
  });
  return json(200, { items });
}

interface InjectedConfig {
  data?: { proscenium?: Record<string, unknown> & { plugins?: Remote[] } };
}

/** The portal's page, with one plugin's front end in another version, shown to somebody who is signed in. */
export function withRemote(
  page: string,
  name: string | undefined,
  wanted: Remote | undefined,
): string {
  const script = /(<script type="backstage\.io\/config">)(.*?)(<\/script>)/gs;
  return page.replace(
    script,
    (_, open: string, config: string, close: string) => {
      const configs = JSON.parse(config) as InjectedConfig[];
      for (const { data } of configs) {
        if (!data?.proscenium) continue;
        const others = (data.proscenium.plugins ?? []).filter(
          plugin => plugin.name !== name,
        );
        data.proscenium.plugins = [...others, ...(wanted ? [wanted] : [])];
        data.proscenium['session'] = true;
        data.proscenium['rendering'] = true;
      }
      const safe = JSON.stringify(configs).replaceAll('<', '\\u003c');
      return `${open}${safe}${close}`;
    },
  );
}

export class Answers {
  readonly #job: Job;
  readonly #version: Version;
  /** Files whose address names their content are asked for once. */
  readonly #kept: Map<string, Answer>;
  readonly #heard: (pluginId: string, message: string) => void;

  constructor(
    job: Job,
    version: Version,
    kept: Map<string, Answer>,
    heard: (pluginId: string, message: string) => void,
  ) {
    this.#job = job;
    this.#version = version;
    this.#kept = kept;
    this.#heard = heard;
  }

  /** Answers a page's request to its own origin. */
  async to(asked: Asked): Promise<Answer> {
    const path = asked.path.split('?')[0] ?? '';
    if (path === '/api/auth/proscenium/refresh') return json(200, identity());
    if (path === '/api/auth/v1/userinfo') {
      return json(200, {
        sub: VIEWER,
        ent: [VIEWER],
        claims: { sub: VIEWER, ent: [VIEWER] },
      });
    }
    if (path.endsWith('/.backstage/auth/v1/cookie')) {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      return json(200, { expiresAt });
    }
    if (path === '/api/permission/authorize') return authorize(asked.body);
    if (path === '/api/plugins/v1/beacons') return this.#hear(asked.body);
    const kept = this.#kept.get(asked.path);
    if (kept) return kept;
    const answer = await this.#ask(asked);
    if (answer.headers['cache-control']?.includes('immutable')) {
      this.#kept.set(asked.path, answer);
    }
    return this.#isPage(path, answer) ? this.#changed(answer) : answer;
  }

  /** The portal itself tells when a front end breaks. */
  #hear(body: string | undefined): Answer {
    const said = JSON.parse(body ?? '{}') as Record<string, unknown>;
    this.#heard(String(said['pluginId']), String(said['message']));
    return { status: 202, headers: {}, body: Buffer.alloc(0) };
  }

  #isPage(path: string, answer: Answer): boolean {
    const type = answer.headers['content-type'] ?? '';
    return !path.startsWith('/api/') && type.startsWith('text/html');
  }

  #changed(answer: Answer): Answer {
    const { former, next } = this.#job;
    const wanted = this.#version === 'former' ? former : next;
    // A package's remote has the same name in all its versions.
    const name = (former ?? next)?.name;
    const page = withRemote(answer.body.toString(), name, wanted);
    return { ...answer, body: Buffer.from(page) };
  }

  /** Asks through the door. */
  #ask({ method, path, headers, body }: Asked): Promise<Answer> {
    const passed = Object.fromEntries(
      Object.entries(headers).filter(([name]) =>
        PASSED_ON.includes(name.toLowerCase()),
      ),
    );
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          socketPath: this.#job.door,
          method,
          path,
          headers: { ...passed, 'x-proscenium-version': this.#version },
          timeout: PATIENCE_MS,
        },
        response => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > MAX_BYTES) sent.destroy(new Error('too large'));
            else chunks.push(chunk);
          });
          response.on('error', reject);
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 502,
              headers: plain(response.headers),
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function plain(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !DROPPED.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, [value].flat().join(', ')]),
  );
}
