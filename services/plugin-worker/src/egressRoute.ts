/**
 * Sends every TCP connection through the platform's proxy, since a worker's own network is empty.
 *
 * The proxy takes `CONNECT host:port`, resolves the name itself and knows which hosts the plugin may reach. It answers
 * nothing when asked to be silent, so the request is simply the first thing that is written, and whatever a client
 * writes follows it; a connection that is refused ends. TLS goes over such a connection: `tls.connect` gets one instead
 * of making its own. This is routing, not a boundary: the sandbox and the proxy are.
 */
import { isIP, Socket } from 'node:net';
import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';
import type { EgressBoot } from './protocol/boot.ts';

type Connect = (this: Socket, ...args: unknown[]) => Socket;
interface Dial {
  host?: string;
  port?: number | string;
  /** A Unix socket. `http.Agent` leaves a null here. */
  path?: string | null;
}
type TlsOptions = tls.ConnectionOptions & { lookup?: unknown };

/** Installs the route for the whole process and returns a function that takes it away again. */
export function installEgressRoute(egress: EgressBoot): () => void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const connectSocket = Socket.prototype.connect as unknown as Connect;
  const connectTls = tls.connect;

  const connect: Connect = function routed(...args) {
    const dial = dialOf(args);
    if (!dial) return connectSocket.apply(this, args);
    // `net.connect` hands on an array of its own: options, callback.
    const all: unknown[] = Array.isArray(args[0]) ? args[0] : args;
    const callback = all.at(-1);
    connectSocket.call(this, { path: egress.socket });
    this.write(request(dial.host, dial.port));
    if (typeof callback === 'function') {
      this.once('connect', callback as () => void);
    }
    return this;
  };
  Socket.prototype.connect = connect;

  tls.connect = (...args: unknown[]) => {
    const { options, callback } = tlsArguments(args);
    if (options.socket ?? options.path) return connectTls(options, callback);
    const host = options.host ?? 'localhost';
    const socket = new Socket().connect({ host, port: Number(options.port) });
    const { lookup: _unused, ...rest } = options;
    const servername = options.servername ?? (isIP(host) ? '' : host);
    return connectTls({ ...rest, host, servername, socket }, callback);
  };
  syncBuiltinESMExports();

  return () => {
    Socket.prototype.connect = connectSocket;
    tls.connect = connectTls;
    syncBuiltinESMExports();
  };
}

function request(host: string, port: number): string {
  const shown = isIP(host) === 6 ? `[${host}]` : host;
  return `CONNECT ${shown}:${port} HTTP/1.1\r\nx-proscenium-silent: 1\r\n\r\n`;
}

/** Where a connect call leads, if it is TCP: `connect(options)`, `connect(port, host)`, or the pre-parsed array. */
function dialOf(args: unknown[]): { host: string; port: number } | undefined {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'number' || typeof first === 'string') {
    const port = Number(first);
    if (!Number.isInteger(port)) return undefined;
    return { port, host: typeof args[1] === 'string' ? args[1] : 'localhost' };
  }
  if (typeof first !== 'object' || first === null) return undefined;
  const options = first as Dial;
  if (options.path || options.port === undefined) return undefined;
  return { host: options.host ?? 'localhost', port: Number(options.port) };
}

/** `connect(options)`, `connect(port, host, options)` and what lies between, each with a callback at its end. */
function tlsArguments(args: unknown[]): {
  options: TlsOptions;
  callback: (() => void) | undefined;
} {
  const last = args.at(-1);
  const callback =
    typeof last === 'function' ? (last as () => void) : undefined;
  let options: TlsOptions = {};
  if (typeof args[0] !== 'object') options.port = Number(args[0]);
  if (typeof args[1] === 'string') options.host = args[1];
  for (const arg of args) {
    if (typeof arg === 'object' && arg !== null) {
      options = { ...options, ...(arg as TlsOptions) };
    }
  }
  return { options, callback };
}
