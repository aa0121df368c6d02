/**
 * One installation with one organisation that plugins are installed in, one after the other, and used in.
 *
 * Bundles are what takes long; they are kept between runs in `.cache/bundles` (or `PLUGIN_BUNDLES`), as a plugin host
 * keeps them, and are put in place before the server starts.
 */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { install, type Installation } from '../e2e/installation.ts';
import { ask, type Reply } from '../e2e/traffic.ts';
import { type Around, type Call, type Config } from './case.ts';
import { startUpstream, type Upstream } from './upstream.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

/** A plugin as the plugin host shows it. */
export interface Installed {
  readonly pluginId: string;
  readonly version: string;
  readonly hasBackend: boolean;
  readonly hasFrontend: boolean;
}

/** What a worker costs. */
export interface Cost {
  /** From the worker's process to its readiness. */
  readonly startMs: number;
  /** Memory of the process, shared pages in part. */
  readonly pssMb: number;
}

/** The installation, and what one does in it. */
export class Bench {
  readonly installation: Installation;
  readonly upstream: Upstream;
  readonly slug = 'acme';
  readonly admin: { readonly email: string; readonly password: string };
  readonly #token: string;

  private constructor(installation: Installation, upstream: Upstream, made: Made) {
    this.installation = installation;
    this.upstream = upstream;
    this.admin = made.admin;
    this.#token = made.token;
  }

  /** Starts everything. `packages` is what the operator allows. */
  static async open(packages: readonly string[]): Promise<Bench> {
    const upstream = await startUpstream();
    const installation = await install({
      env: {
        PROSCENIUM_PLUGINS__ALLOW: packages.join(','),
        PROSCENIUM_READING__ALLOW: upstream.host,
        // The stand-ins are on this machine, where plugins lead nowhere unless the operator says so.
        PROSCENIUM_PLUGINS__REACH: new URL(upstream.origin).hostname,
        PROSCENIUM_LIMITS__PER_USER: '0',
        PROSCENIUM_LIMITS__PER_TOKEN: '0',
      },
    });
    await bringBundles(installation.dataDir, packages);
    const made = await installation.command('tenant', 'create', 'acme', '--name', 'Acme', '--admin', 'ada@acme.test');
    const bench = new Bench(installation, upstream, made as unknown as Made);
    await bench.#readCatalog();
    return bench;
  }

  async close(): Promise<void> {
    await keepBundles(this.installation.dataDir);
    await this.installation.stop();
    this.upstream.close();
  }

  get around(): Around {
    const { origin: upstream, host: upstreamHost } = this.upstream;
    return { upstream, upstreamHost, portal: this.installation.tenant(this.slug) };
  }

  /** One request as the organisation's administrator. */
  async send(method: string, target: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const host = new URL(this.installation.tenant(this.slug)).host;
    const isText = typeof body === 'string';
    const headers = {
      host,
      authorization: `Bearer ${this.#token}`,
      ...(body !== undefined && !isText && { 'content-type': 'application/json' }),
      ...more,
    };
    const text = body === undefined || isText ? (body as string | undefined) : JSON.stringify(body);
    return ask(this.installation.port, method, target, headers, text);
  }

  /** Calls a plugin's API. */
  async call(pluginId: string, call: Call): Promise<Reply> {
    const { method = 'GET', body, contentType, headers = {} } = call;
    const named = call.path.replace('UPSTREAM', encodeURIComponent(this.upstream.origin));
    const target = named.startsWith('/api/') ? named.replace('PLUGIN', pluginId) : `/api/${pluginId}${named}`;
    return this.send(method, target, body, { ...(contentType && { 'content-type': contentType }), ...headers });
  }

  /** Installs a package as an operator does; the error's text is the product's own. */
  async install(spec: string): Promise<Installed> {
    try {
      const shown = await this.installation.command('plugin', 'install', spec, '--tenant', this.slug);
      return shown as unknown as Installed;
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    }
  }

  /** Gives a plugin its configuration. */
  async configure(pluginId: string, config: Config): Promise<void> {
    const reply = await this.send('PUT', `/api/plugins/v1/installed/${pluginId}/config`, {
      config,
      // Its tokens are not secret, and stand in the configuration itself.
      unchecked: true,
    });
    assert.equal(reply.status, 200, reply.text);
  }

  /** Lets a plugin reach the stand-ins, as an administrator lists the hosts of the real ones. */
  async reach(pluginId: string): Promise<void> {
    const hosts = [this.upstream.host];
    const reply = await this.send('PUT', `/api/plugins/v1/installed/${pluginId}/egress`, { hosts });
    assert.equal(reply.status, 200, reply.text);
  }

  /** Takes a package's bundle off the disk; the next installation makes it anew. */
  async forget(name: string, version: string): Promise<void> {
    await rm(this.#bundle(name, version), { recursive: true, force: true });
  }

  #bundle(name: string, version: string): string {
    return path.join(this.installation.dataDir, 'bundles', `${name.replaceAll('/', '+')}@${version}`);
  }

  /** How large a package's remote became, and what building it took. */
  builtRemote(name: string, version: string): { bytes?: number } {
    const bundle = this.#bundle(name, version);
    const remote = readdirSync(bundle).find(folder => folder.startsWith('remote-'));
    if (remote === undefined) return {};
    const manifest = readFileSync(path.join(bundle, remote, 'proscenium-plugin.json'), 'utf8');
    return { bytes: (JSON.parse(manifest) as { bytes: number }).bytes };
  }

  /** Takes a plugin away, so that its worker ends and its id is free. */
  async remove(pluginId: string): Promise<void> {
    await this.send('DELETE', `/api/plugins/v1/installed/${pluginId}`);
  }

  /** What a plugin's running worker took to start, and takes now. */
  async cost(pluginId: string): Promise<Cost> {
    const reply = await this.send('GET', `/api/plugins/v1/installed/${pluginId}/logs`);
    const started = [...reply.text.matchAll(/the worker started in (\d+) ms/g)].at(-1);
    return { startMs: Number(started?.[1] ?? Number.NaN), pssMb: pssMb(this.installation.pid, pluginId) };
  }

  /** Lets the catalog read what the plugins are used with, and waits until it is there. */
  async #readCatalog(): Promise<void> {
    const target = `${this.upstream.origin}/catalog-info.yaml`;
    const reply = await this.send('POST', '/api/catalog/locations', { type: 'url', target });
    assert.equal(reply.status, 201, reply.text);
    for (let tries = 0; tries < 300; tries++) {
      const found = await this.send('GET', '/api/catalog/entities/by-name/component/default/stage');
      if (found.status === 200) return;
      await new Promise(wait => setTimeout(wait, 100));
    }
    assert.fail('the catalog has not read its file in 30 s');
  }
}

interface Made {
  readonly token: string;
  readonly admin: { readonly email: string; readonly password: string };
}

/** The last words of a command that failed. */
function reasonOf(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
  const line = said.trim().split('\n').at(-1) ?? '';
  return line.replace(/^proscenium: /, '');
}

const kept = () => process.env.PLUGIN_BUNDLES ?? path.join(here, '.cache/bundles');

/** Bundles of former runs, on the same file system; each is moved, since a bundle has 20,000 files. */
async function bringBundles(dataDir: string, packages: readonly string[]): Promise<void> {
  await mkdir(path.join(dataDir, 'bundles'), { recursive: true });
  // Only what this run needs: another may be going on.
  const names = packages.map(name => `${name.replaceAll('/', '+')}@`);
  moveAll(kept(), path.join(dataDir, 'bundles'), bundle => names.some(name => bundle.startsWith(name)));
}

async function keepBundles(dataDir: string): Promise<void> {
  await mkdir(kept(), { recursive: true });
  moveAll(path.join(dataDir, 'bundles'), kept());
}

function moveAll(from: string, to: string, isWanted: (bundle: string) => boolean = () => true): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (name.startsWith('.') || !isWanted(name) || existsSync(target)) continue;
    // Remotes are built anew in each run: they depend on recipes and on the portal.
    for (const part of readdirSync(source)) {
      if (part.startsWith('remote-')) rmSync(path.join(source, part), { recursive: true });
    }
    move(source, target);
  }
}

function move(source: string, target: string): void {
  try {
    renameSync(source, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    execFileSync('cp', ['-a', source, target]);
    rmSync(source, { recursive: true });
  }
}

/** The proportional share of the memory of a plugin's worker, below the server's process. */
function pssMb(server: number, pluginId: string): number {
  const worker = descendants(server).find(pid => titleOf(pid) === `proscenium-worker ${pluginId}`);
  if (worker === undefined) return Number.NaN;
  const rollup = readFileSync(`/proc/${worker}/smaps_rollup`, 'utf8');
  return Math.round(Number(/^Pss: +(\d+) kB/m.exec(rollup)?.[1] ?? Number.NaN) / 1024);
}

function descendants(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const own = Number(name);
    const parent = Number.isInteger(own) ? parentOf(own) : undefined;
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), own]);
  }
  const below = (of: number): number[] => (parents.get(of) ?? []).flatMap(child => [child, ...below(child)]);
  return below(pid);
}

/** A process that has just ended has no parent. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
