/**
 * Sends connections for the tenant's public host to the gateway.
 *
 * Plugins call `fetch(await discovery.getBaseUrl('catalog'))` with whatever HTTP client they like (built-in fetch,
 * node-fetch, axios, node:http). All of them open their connection through `net.Socket.connect`, so that is the one
 * place to route: the URL keeps the tenant's host, clients send it as the Host header by themselves, and only the
 * address that is dialled changes. `*.localhost`, which Node does not resolve, needs nothing more.
 * This is routing, not a boundary: what a worker may reach is the sandbox's business.
 */
import { Socket } from 'node:net';
import type { GatewayBoot } from './protocol/boot.ts';

interface Dial {
  host?: string;
  port?: number | string;
  /** A Unix socket. `http.Agent` leaves a null here. */
  path?: string | null;
  lookup?: unknown;
}
type Connect = (this: Socket, ...args: unknown[]) => Socket;

/** The base of the URLs that plugins use to reach the platform. */
export function gatewayBaseUrl(gateway: GatewayBoot): string {
  return `http://${gateway.host}`;
}

/** Installs the route for the whole process and returns a function that takes it away again. */
export function installGatewayRoute(gateway: GatewayBoot): () => void {
  const from = new URL(gatewayBaseUrl(gateway));
  const fromPort = Number(from.port || 80);
  const target = gatewayTarget(gateway);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const original = Socket.prototype.connect as unknown as Connect;

  const connect: Connect = function routed(...args) {
    const dial = dialOf(args);
    if (
      dial &&
      !dial.path &&
      dial.host?.toLowerCase() === from.hostname &&
      Number(dial.port) === fromPort
    ) {
      delete dial.host;
      delete dial.port;
      Object.assign(dial, target);
    }
    return original.apply(this, args);
  };
  Socket.prototype.connect = connect;
  return () => {
    Socket.prototype.connect = original;
  };
}

function gatewayTarget(gateway: GatewayBoot): Dial {
  if (gateway.socket !== undefined) return { path: gateway.socket };
  const url = new URL(gateway.url ?? '');
  return { host: url.hostname, port: Number(url.port || 80) };
}

/** The options of a connect call: `connect(options)`, or the pre-parsed `[options, callback]` of `net.connect`. */
function dialOf(args: unknown[]): Dial | undefined {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  return typeof first === 'object' && first !== null ? first : undefined;
}
