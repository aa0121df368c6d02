/**
 * The worker's HTTP server on its Unix socket: the control API, and the plugins' own routes at `/api/<pluginId>`.
 * It counts requests, so that a drain can wait for the last of them.
 */
import { chmodSync, unlinkSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { ErrorRequestHandler, Express } from 'express';
import type { Platform } from './framework/factories.ts';
import type { FrameworkLayer } from './framework/layers.ts';
import { CONTROL_PREFIX } from './protocol/limits.ts';
import { HttpError, sendError } from './respond.ts';

/** Longer than any client keeps an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 120_000;

/** Control operations that a drain waits for. */
const WAITED_FOR = /\/(tasks|scaffolder|catalog|events)(\/|$)/;

type ExpressModule = () => Express;
type StockMiddleware = {
  MiddlewareFactory: {
    create(options: { logger: unknown; config: unknown }): {
      error(): ErrorRequestHandler;
    };
  };
};
type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** A server that knows how many plugin requests it is working on. */
export class WorkerServer {
  readonly #server: Server;
  #inFlight = 0;
  #draining = false;

  constructor(control: Handler, plugins: Handler) {
    this.#server = createServer((req, res) => {
      if (req.url?.startsWith(`${CONTROL_PREFIX}/`)) {
        // Runs of actions and tasks are waited for; questions about the worker itself are not.
        if (WAITED_FOR.test(req.url)) this.#count(res);
        control(req, res);
        return;
      }
      this.#count(res);
      // The route has been switched by now; what still comes on an open connection is answered, then told to go.
      if (this.#draining) res.setHeader('connection', 'close');
      plugins(req, res);
    });
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.requestTimeout = 0; // The gateway limits requests; uploads may take long.
  }

  #count(res: ServerResponse): void {
    this.#inFlight += 1;
    res.once('close', () => {
      this.#inFlight -= 1;
    });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Listens with mode 0600, replacing a socket that a killed predecessor left. */
  listen(socket: string): Promise<void> {
    try {
      unlinkSync(socket);
    } catch {
      // There was none.
    }
    const before = process.umask(0o177);
    return new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(socket, () => {
        this.#server.off('error', reject);
        chmodSync(socket, 0o600);
        resolve();
      });
    }).finally(() => {
      process.umask(before);
    });
  }

  /** Takes no new connection and waits for the requests in flight; returns how many the deadline cut off. */
  async drain(deadlineMs: number): Promise<number> {
    this.#draining = true;
    this.#server.close(); // Idle connections are closed at once.
    const until = performance.now() + deadlineMs;
    while (this.#inFlight > 0 && performance.now() < until) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    return this.#inFlight;
  }
}

/** The plugins' routes as one Express application, with Backstage's error bodies. */
export function pluginApp(
  framework: FrameworkLayer,
  platform: Platform,
  config: unknown,
): Handler {
  const app = framework.load<ExpressModule>('express')();
  app.disable('x-powered-by');
  for (const { path, handler } of platform.mounts) app.use(path, handler);
  app.use(req => {
    throw new HttpError(
      404,
      'NotFoundError',
      `no plugin of this worker answers ${req.path}`,
    );
  });
  let stock: ErrorRequestHandler | undefined;
  const onError: ErrorRequestHandler = (error: unknown, req, res, next) => {
    if (error instanceof HttpError) {
      sendError(req, res, error);
      return;
    }
    // Loaded on the first error: it brings helmet, cors and the like.
    stock ??= framework
      .load<StockMiddleware>('@backstage/backend-defaults/rootHttpRouter')
      .MiddlewareFactory.create({ logger: platform.logger, config })
      .error();
    stock(error, req, res, next);
  };
  app.use(onError);
  return app;
}
