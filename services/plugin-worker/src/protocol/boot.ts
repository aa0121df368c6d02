/**
 * The boot document: everything a worker may know, sent by the supervisor as one line on standard input.
 * Secrets travel here and nowhere else, never in arguments or the environment.
 */
import type { JSONWebKeySet } from 'jose';
import {
  DEFAULT_DRAIN_MS,
  MAX_SOCKET_PATH_BYTES,
  SUPPORTED,
} from './limits.ts';

/** A JSON object whose members are not known to the protocol. */
export type JsonObject = { [key: string]: JsonValue };
/** Any JSON value. */
export type JsonValue =
  string | number | boolean | null | JsonValue[] | JsonObject;

/** A plugin's own schema. `host` is a name, an address, or the folder that holds the server's Unix socket. */
export interface DatabaseGrant {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  schema: string;
}

/** One installed plugin (or module) that this worker hosts. */
export interface PluginBoot {
  /** The Backstage plugin id: `/api/<id>`, token audience `plugin:<id>`. */
  id: string;
  /** The installation, for the supervisor's own bookkeeping. */
  instance: string;
  /** Folder with `package.json` and `node_modules`; a native worker may ignore it. */
  bundle: string;
  /** Import specifiers inside the bundle whose default export is a back-end feature. */
  features: string[];
  /** Token that the plugin shows the gateway when it calls on its own behalf. */
  serviceToken: string;
  /** Set for modules of a plugin that the platform itself implements: that plugin's id, for example `scaffolder`. */
  extends?: string;
  /** Absent: the plugin has no database and asking for one is an error. */
  database?: DatabaseGrant;
}

/** Where the platform's API is reached. Exactly one of `url` and `socket` is set. */
export interface GatewayBoot {
  /** The tenant's public host with port, sent as the Host header: `acme.localhost:7007`. */
  host: string;
  /** The tenant's public origin, used in links: `http://acme.localhost:7007`. */
  origin: string;
  /** Where to connect by TCP: `http://127.0.0.1:7007`. */
  url?: string;
  /** Where to connect by Unix socket. */
  socket?: string;
}

/** The whole document. */
export interface Boot {
  protocol: string;
  /** The tenant's id; a token must carry it in its `tenant` claim. */
  tenant: string;
  plugins: PluginBoot[];
  /** Unix socket to listen on, made with mode 0600. */
  socket: string;
  gateway: GatewayBoot;
  /** The way to hosts outside of the platform; absent: connections are made as usual. */
  egress?: EgressBoot;
  /** The supervisor's Unix socket for what the worker tells the platform; absent: it takes nothing. */
  platform?: string;
  /** Public keys of the tokens this worker accepts. */
  jwks: JSONWebKeySet;
  /** Secret of the control API. */
  capability: string;
  /** The tenant's configuration, secrets resolved. */
  config: JsonObject;
  drainMs: number;
}

/** A proxy on a Unix socket that takes `CONNECT host:port`. */
export interface EgressBoot {
  socket: string;
}

/** The boot document was refused; the message says which field and why. */
export class BootError extends Error {
  override name = 'BootError';
}

/** Reads and checks a boot document. Unknown fields are ignored: they are how the protocol grows. */
export function parseBoot(line: string): Boot {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BootError('the boot document is not JSON');
  }
  const doc = new Fields(value, '');
  const protocol = doc.string('protocol');
  if (!SUPPORTED.includes(protocol)) {
    throw new BootError(
      `protocol ${protocol} is not supported, this worker speaks ${SUPPORTED.join(' and ')}`,
    );
  }
  const socket = doc.string('socket');
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH_BYTES) {
    throw new BootError(
      `socket: longer than ${MAX_SOCKET_PATH_BYTES} bytes: ${socket}`,
    );
  }
  const egress = doc.optionalNested('egress');
  const plugins = doc.list('plugins').map(parsePlugin);
  if (plugins.length === 0) throw new BootError('plugins: is empty');
  const platform = doc.optionalString('platform');
  return {
    protocol,
    tenant: doc.string('tenant'),
    plugins,
    ...(platform !== undefined && { platform }),
    socket,
    gateway: parseGateway(doc.nested('gateway')),
    ...(egress && { egress: { socket: egress.string('socket') } }),
    jwks: parseKeys(doc.object('jwks'), 'jwks'),
    capability: doc.string('capability'),
    config: doc.object('config'),
    drainMs: doc.optionalNumber('drainMs') ?? DEFAULT_DRAIN_MS,
  };
}

/** Checks that a value is a JSON Web Key Set. */
export function parseKeys(value: unknown, at: string): JSONWebKeySet {
  const keys = new Fields(value, at).list('keys');
  keys.forEach((key, i) => new Fields(key, `${at}.keys[${i}]`).string('kty'));
  return { keys: keys as JSONWebKeySet['keys'] };
}

function parsePlugin(value: unknown, i: number): PluginBoot {
  const at = new Fields(value, `plugins[${i}]`);
  const database = at.optionalNested('database');
  const host = at.optionalString('extends');
  return {
    id: at.string('id'),
    instance: at.string('instance'),
    bundle: at.string('bundle'),
    features: at.list('features').map((feature, n) => {
      if (typeof feature === 'string' && feature !== '') return feature;
      throw new BootError(`plugins[${i}].features[${n}]: is not a name`);
    }),
    serviceToken: at.string('serviceToken'),
    ...(host !== undefined && { extends: host }),
    ...(database && { database: parseDatabase(database) }),
  };
}

function parseDatabase(at: Fields): DatabaseGrant {
  return {
    host: at.string('host'),
    port: at.number('port'),
    user: at.string('user'),
    password: at.optionalString('password') ?? '',
    database: at.string('database'),
    schema: at.string('schema'),
  };
}

function parseGateway(at: Fields): GatewayBoot {
  const url = at.optionalString('url');
  const socket = at.optionalString('socket');
  if ((url === undefined) === (socket === undefined)) {
    throw new BootError('gateway: needs exactly one of url and socket');
  }
  return {
    host: at.string('host'),
    origin: at.string('origin'),
    ...(url !== undefined && { url }),
    ...(socket !== undefined && { socket }),
  };
}

/** Reads the members of one JSON object and names the member in every complaint. */
export class Fields {
  readonly #object: JsonObject;
  readonly #at: string;

  constructor(value: unknown, at: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new BootError(`${at || 'the document'}: is not an object`);
    }
    this.#object = value as JsonObject;
    this.#at = at;
  }

  string(key: string): string {
    const value = this.optionalString(key);
    if (value === undefined || value === '') throw this.#missing(key);
    return value;
  }

  optionalString(key: string): string | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'string') return value;
    throw this.#wrong(key, 'a string');
  }

  number(key: string): number {
    const value = this.optionalNumber(key);
    if (value === undefined) throw this.#missing(key);
    return value;
  }

  optionalNumber(key: string): number | undefined {
    const value = this.#get(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= 0) return value;
    throw this.#wrong(key, 'a number');
  }

  object(key: string): JsonObject {
    const value = this.#get(key);
    if (value === undefined) throw this.#missing(key);
    if (typeof value === 'object' && !Array.isArray(value) && value)
      return value;
    throw this.#wrong(key, 'an object');
  }

  list(key: string): JsonValue[] {
    const value = this.#get(key);
    if (value === undefined) throw this.#missing(key);
    if (Array.isArray(value)) return value;
    throw this.#wrong(key, 'a list');
  }

  optionalList(key: string): JsonValue[] | undefined {
    return this.has(key) ? this.list(key) : undefined;
  }

  has(key: string): boolean {
    return this.#get(key) !== undefined;
  }

  value(key: string): JsonValue {
    return this.#get(key) ?? null;
  }

  nested(key: string): Fields {
    return new Fields(this.object(key), this.#path(key));
  }

  optionalNested(key: string): Fields | undefined {
    return this.has(key) ? this.nested(key) : undefined;
  }

  #get(key: string): JsonValue | undefined {
    return this.#object[key] ?? undefined;
  }

  #path(key: string): string {
    return this.#at ? `${this.#at}.${key}` : key;
  }

  #missing(key: string): BootError {
    return new BootError(`${this.#path(key)}: is missing`);
  }

  #wrong(key: string, wanted: string): BootError {
    return new BootError(`${this.#path(key)}: is not ${wanted}`);
  }
}
