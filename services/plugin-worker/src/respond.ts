/** Answers of the worker itself, in Backstage's error shape. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BootError } from './protocol/boot.ts';

/** An error with the status to answer it with. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, name: string, message: string) {
    super(message);
    this.status = status;
    this.name = name;
  }
}

const STATUS_BY_NAME: Record<string, number> = {
  InputError: 400,
  AuthenticationError: 401,
  NotAllowedError: 403,
  NotFoundError: 404,
  ConflictError: 409,
  NotImplementedError: 501,
  ServiceUnavailableError: 503,
};

/** Sends JSON; no body without content. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body?: unknown,
): void {
  if (body === undefined) {
    res.writeHead(status).end();
    return;
  }
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

/** Sends an error. What went wrong inside a plugin is the supervisor's to read: only it calls the control API. */
export function sendError(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
): void {
  const given = error instanceof Error ? error : new Error(String(error));
  const refused = given instanceof BootError;
  const status = refused
    ? 400
    : given instanceof HttpError
      ? given.status
      : (STATUS_BY_NAME[given.name] ?? 500);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  sendJson(res, status, {
    error: {
      name: refused ? 'InputError' : given.name,
      message: given.message,
    },
    request: { method: req.method, url: req.url },
    response: { statusCode: status },
  });
}
