/**
 * Scaffolder operations of the control API: one run of one action, a filter or global, autocomplete.
 *
 * A run's request is one line of JSON and then the workspace as tar; its answer is lines of JSON, the last of which is
 * `done` or `failed`, and then the workspace as tar if the run changed it. Dropping the request cancels the run.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PlatformAuth } from '../services/auth.ts';
import {
  BootError,
  Fields,
  type JsonObject,
  type JsonValue,
} from '../protocol/boot.ts';
import { MAX_CONTROL_BODY_BYTES } from '../protocol/limits.ts';
import { HttpError } from '../respond.ts';
import type { ExtensionRegistry, TemplateExtension } from './registry.ts';
import { Workspace } from './workspace.ts';

/** The media type of a run's request and answer. */
export const RUN_TYPE = 'application/x-proscenium-run';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** A line of a run's answer. */
type RunLine =
  | { event: 'log'; level: Level; message: string }
  | { event: 'output'; name: string; value: JsonValue }
  | { event: 'checkpoint'; key: string; value: JsonValue }
  | { event: 'done'; workspace: boolean }
  | { event: 'failed'; error: { name: string; message: string } };

interface Run {
  action: string;
  input: JsonValue;
  secrets: JsonObject;
  checkpoints: JsonObject;
  context: JsonObject;
  isDryRun: boolean;
}

/** Runs an action. Everything that goes wrong after the request was understood is a `failed` line. */
export async function runAction(
  registry: ExtensionRegistry,
  auth: PlatformAuth,
  req: IncomingMessage,
  res: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { line, rest } = await splitLine(req);
  const run = parseRun(line);
  const action = registry.actions.get(run.action);
  if (!action) {
    throw new HttpError(
      404,
      'NotFoundError',
      `there is no action ${run.action} in this worker`,
    );
  }
  const token = bearer(req);
  const workspace = new Workspace();
  try {
    await workspace.fill(rest);
    res.writeHead(200, { 'content-type': RUN_TYPE });
    res.flushHeaders();
    const send = (next: RunLine): void => {
      res.write(`${JSON.stringify(next)}\n`);
    };
    try {
      await action.handler(
        actionContext(run, workspace, auth, token, signal, send),
      );
    } catch (error) {
      send({ event: 'failed', error: failure(error) });
      res.end();
      return;
    }
    const changed = workspace.changed();
    send({ event: 'done', workspace: changed });
    if (changed) await pipeline(workspace.pack(), res);
    else res.end();
  } finally {
    workspace.remove();
  }
}

/** What the action sees: `ActionContext` of `@backstage/plugin-scaffolder-node`. */
function actionContext(
  run: Run,
  workspace: Workspace,
  auth: PlatformAuth,
  token: string | undefined,
  signal: AbortSignal,
  send: (line: RunLine) => void,
): object {
  const log = (level: Level) => (message: unknown, meta?: unknown) => {
    const error = message instanceof Error ? message.message : String(message);
    const more =
      typeof meta === 'object' && meta !== null && Object.keys(meta).length > 0
        ? ` ${JSON.stringify(meta)}`
        : '';
    send({ event: 'log', level, message: `${error}${more}` });
  };
  const logger = {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: () => logger,
  };
  return {
    ...run.context,
    input: run.input,
    secrets: run.secrets,
    isDryRun: run.isDryRun,
    workspacePath: workspace.path,
    signal,
    logger,
    logStream: logStream(log('info')),
    createTemporaryDirectory: () => Promise.resolve(workspace.temporary()),
    output: (name: string, value: JsonValue) => {
      send({ event: 'output', name, value: value ?? null });
    },
    checkpoint: async (options: { key: string; fn(): Promise<JsonValue> }) => {
      const known = run.checkpoints[options.key];
      if (known !== undefined) return known;
      const value = ((await options.fn()) as JsonValue | undefined) ?? null;
      send({ event: 'checkpoint', key: options.key, value });
      return value;
    },
    getInitiatorCredentials: () =>
      token === undefined
        ? auth.getNoneCredentials()
        : auth.authenticate(token),
  };
}

/** Older actions write text to a stream instead of a logger. */
function logStream(info: (message: string) => void): PassThrough {
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => {
    const text = chunk.toString().trimEnd();
    if (text !== '') info(text);
  });
  return stream;
}

/** Calls a filter or a global. */
export async function callExtension(
  registry: ExtensionRegistry,
  body: Fields,
): Promise<{ value: JsonValue }> {
  const kind = body.string('kind');
  const from: Record<string, Map<string, TemplateExtension>> = {
    filter: registry.filters,
    global: registry.globals,
  };
  const found = from[kind]?.get(body.string('id'));
  if (!found?.run) {
    throw new HttpError(
      404,
      'NotFoundError',
      `there is no ${kind} ${body.string('id')} in this worker`,
    );
  }
  const value = (await found.run(...body.list('arguments'))) as
    JsonValue | undefined;
  return { value: value ?? null };
}

/** Completes what somebody types. */
export async function autocomplete(
  registry: ExtensionRegistry,
  body: Fields,
): Promise<JsonObject> {
  const provider = body.string('provider');
  const handler = registry.autocomplete.get(provider);
  if (!handler) {
    throw new HttpError(400, 'InputError', `Unsupported provider: ${provider}`);
  }
  const { results } = await handler({
    resource: body.string('resource'),
    token: body.string('token'),
    context: body.has('context') ? body.object('context') : {},
  });
  return { results };
}

function parseRun(line: string): Run {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BootError('the first line is not JSON');
  }
  const fields = new Fields(value, '');
  const object = (key: string) => (fields.has(key) ? fields.object(key) : {});
  return {
    action: fields.string('action'),
    input: fields.has('input') ? fields.value('input') : {},
    secrets: object('secrets'),
    checkpoints: object('checkpoints'),
    context: object('context'),
    isDryRun: fields.value('isDryRun') === true,
  };
}

function bearer(req: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
}

function failure(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}

/** Reads the first line of a body; the rest stays a stream. */
export async function splitLine(
  req: Readable,
): Promise<{ line: string; rest: Readable }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const iterator = req[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const next = await iterator.next();
    const chunk = next.done ? Buffer.from('\n') : next.value;
    const at = chunk.indexOf(0x0a);
    chunks.push(at < 0 ? chunk : chunk.subarray(0, at));
    bytes += chunk.length;
    if (bytes > MAX_CONTROL_BODY_BYTES && at < 0) {
      throw new HttpError(
        413,
        'PayloadTooLargeError',
        'the first line is too long',
      );
    }
    if (at >= 0) {
      const rest = new PassThrough();
      if (chunk.length > at + 1) rest.write(chunk.subarray(at + 1));
      void feed(rest, iterator, next.done === true);
      return { line: Buffer.concat(chunks).toString('utf8'), rest };
    }
  }
}

async function feed(
  to: PassThrough,
  from: AsyncIterator<Buffer>,
  ended: boolean,
): Promise<void> {
  try {
    while (!ended) {
      const next = await from.next();
      if (next.done) break;
      if (!to.write(next.value)) {
        await new Promise(resolve => to.once('drain', resolve));
      }
    }
    to.end();
  } catch (error) {
    to.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
