/** The control API, `/_worker/v1`: what the supervisor asks of a worker. Every request needs the capability. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { processEntities } from './extensions/catalog.ts';
import {
  autocomplete,
  callExtension,
  runAction,
} from './extensions/scaffolder.ts';
import { Fields, parseKeys, type Boot } from './protocol/boot.ts';
import {
  CAPABILITY_HEADER,
  CONTROL_PREFIX,
  MAX_CONTROL_BODY_BYTES,
  PROTOCOL,
} from './protocol/limits.ts';
import { knownAs, type Platform } from './framework/factories.ts';
import type { FrameworkLayer } from './framework/layers.ts';
import { PlatformAuth } from './services/auth.ts';
import { HttpError, sendError, sendJson } from './respond.ts';

/** What the control API needs to know of the rest of the worker. */
export interface Controlled {
  boot: Boot;
  framework: FrameworkLayer;
  platform: Platform;
  state(): 'ready' | 'draining';
  inFlight(): number;
  drain(): void;
}

type Answer = { status: number; body?: unknown };
type Stream = (
  worker: Controlled,
  req: IncomingMessage,
  res: ServerResponse,
  signal: AbortSignal,
) => Promise<void>;
type Operation = (
  worker: Controlled,
  body: Fields,
  signal: AbortSignal,
) => Answer | Promise<Answer>;

const OPERATIONS: Record<string, Operation> = {
  'GET /health': health,
  'GET /describe': describe,
  'POST /drain': drain,
  'POST /token': renewTokens,
  'POST /tasks/run': runTask,
  'POST /events': deliverEvent,
  'POST /scaffolder/extension': async ({ platform }, body) => ({
    status: 200,
    body: await callExtension(platform.extensions, body),
  }),
  'POST /scaffolder/autocomplete': async ({ platform }, body) => ({
    status: 200,
    body: await autocomplete(platform.extensions, body),
  }),
  'POST /catalog/process': async ({ platform }, body) => ({
    status: 200,
    body: await processEntities(platform.extensions, platform.logger, body),
  }),
};

/** Operations that read and write streams themselves. */
const STREAMS: Record<string, Stream> = {
  'POST /scaffolder/run': ({ boot, platform }, req, res, signal) =>
    runAction(
      platform.extensions,
      new PlatformAuth(
        knownAs(boot, 'scaffolder'),
        boot.tenant,
        platform.tokens,
      ),
      req,
      res,
      signal,
    ),
};

/** Makes the handler of all control requests. */
export function controlHandler(
  worker: Controlled,
): (req: IncomingMessage, res: ServerResponse) => void {
  const expected = digest(worker.boot.capability);
  return (req, res) => {
    const given = req.headers[CAPABILITY_HEADER];
    const allowed =
      typeof given === 'string' && timingSafeEqual(digest(given), expected);
    const answer = allowed
      ? answerTo(worker, req, res)
      : Promise.reject(
          new HttpError(
            401,
            'AuthenticationError',
            `a control request needs the ${CAPABILITY_HEADER} header`,
          ),
        );
    answer
      .then(given => {
        if (given) sendJson(res, given.status, given.body);
      })
      .catch((error: unknown) => {
        sendError(req, res, error);
      });
  };
}

async function answerTo(
  worker: Controlled,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<Answer | undefined> {
  const path = new URL(req.url ?? '/', 'http://worker').pathname.slice(
    CONTROL_PREFIX.length,
  );
  const name = `${req.method ?? 'GET'} ${path}`;
  const operation = OPERATIONS[name];
  const stream = STREAMS[name];
  if (!operation && !stream) {
    throw new HttpError(
      404,
      'NotFoundError',
      `no control operation ${req.method ?? ''} ${path}`,
    );
  }
  // Dropping the request is how the supervisor cancels what it asked for.
  const cancelled = new AbortController();
  res.on('close', () => {
    cancelled.abort(new Error('cancelled by the supervisor'));
  });
  if (stream) {
    await stream(worker, req, res, cancelled.signal);
    return undefined;
  }
  return operation?.(worker, await readBody(req), cancelled.signal);
}

function health(worker: Controlled): Answer {
  const state = worker.state();
  return {
    status: state === 'ready' ? 200 : 503,
    body: {
      state,
      inFlight: worker.inFlight(),
      rssBytes: process.memoryUsage.rss(),
      uptimeMs: Math.round(performance.now()),
    },
  };
}

function describe({ boot, framework, platform }: Controlled): Answer {
  return {
    status: 200,
    body: {
      protocol: PROTOCOL,
      runtime: { name: 'node', version: process.versions.node },
      framework: { origin: framework.origin, version: framework.version },
      plugins: boot.plugins.map(({ id, features }) => ({ id, features })),
      routes: platform.mounts.map(m => m.path),
      tasks: platform.tasks.list(),
      eventSubscriptions: platform.events.list(),
      extensions: platform.extensions.describe(),
    },
  };
}

function drain(worker: Controlled): Answer {
  worker.drain();
  return { status: 202, body: { state: 'draining' } };
}

function renewTokens({ boot, platform }: Controlled, body: Fields): Answer {
  const known = new Set(boot.plugins.map(p => p.id));
  const renewed = (body.optionalList('plugins') ?? []).map((value, i) => {
    const at = new Fields(value, `plugins[${i}]`);
    return { id: at.string('id'), token: at.string('serviceToken') };
  });
  const keys = body.has('jwks')
    ? parseKeys(body.object('jwks'), 'jwks')
    : undefined;
  for (const { id } of renewed) {
    if (!known.has(id)) {
      throw new HttpError(
        404,
        'NotFoundError',
        `this worker does not host ${id}`,
      );
    }
  }
  for (const { id, token } of renewed)
    platform.tokens.setServiceToken(id, token);
  if (keys) platform.tokens.setKeys(keys);
  return { status: 204 };
}

async function runTask(
  { platform }: Controlled,
  body: Fields,
  signal: AbortSignal,
): Promise<Answer> {
  const began = performance.now();
  await platform.tasks.run(body.string('plugin'), body.string('task'), signal);
  return {
    status: 200,
    body: { tookMs: Math.round(performance.now() - began) },
  };
}

async function deliverEvent(
  { platform }: Controlled,
  body: Fields,
): Promise<Answer> {
  const metadata = body.has('metadata')
    ? { metadata: body.object('metadata') as Record<string, string> }
    : {};
  const event = {
    topic: body.string('topic'),
    eventPayload: body.value('eventPayload'),
    ...metadata,
  };
  return { status: 200, body: await platform.events.deliver(event) };
}

function readBody(req: IncomingMessage): Promise<Fields> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_CONTROL_BODY_BYTES) {
        reject(
          new HttpError(
            413,
            'PayloadTooLargeError',
            'the request body is too large',
          ),
        );
        req.destroy();
      } else {
        chunks.push(chunk);
      }
    });
    req.on('error', reject);
    req.on('end', () => {
      try {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve(new Fields(text === '' ? {} : JSON.parse(text), ''));
      } catch {
        reject(
          new HttpError(
            400,
            'InputError',
            'the request body is not a JSON object',
          ),
        );
      }
    });
  });
}

/** Compared as digests, so that neither content nor length shows in the time it takes. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
