/**
 * What the contract tests must know of the worker under test: which plugin it hosts, a path of it that needs a user,
 * and a boot document with which it must not become ready. `WORKER_PROFILE` chooses; a new native worker adds its own.
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Boot, JsonObject, PluginBoot } from '../../src/protocol/boot.ts';
import { runFolder } from './worker.ts';

/** One kind of worker. */
export interface Profile {
  pluginId: string;
  /** A path below `/api/<pluginId>` that answers 200 to a user and 401 to nobody. */
  path: string;
  plugin(): Pick<PluginBoot, 'bundle' | 'features'>;
  config: JsonObject;
  /** Changes a good boot document into one whose plugin fails to start, and says what the message must hold. */
  break(boot: Boot): { boot: Boot; message: RegExp };
}

const require = createRequire(import.meta.url);

/** A bundle with one fixture plugin; the framework's packages are found in the base layer. */
export function fixtureBundle(...names: string[]): string {
  const bundle = join(runFolder(), 'bundle');
  const modules = join(bundle, 'node_modules');
  mkdirSync(join(modules, '@backstage'), { recursive: true });
  for (const name of names) {
    const from = new URL(`../fixtures/${name}/`, import.meta.url);
    cpSync(fileURLToPath(from), join(modules, `${name}-backend`), {
      recursive: true,
    });
  }
  const api = require.resolve('@backstage/backend-plugin-api/package.json');
  symlinkSync(dirname(api), join(modules, '@backstage/backend-plugin-api'));
  writeFileSync(join(bundle, 'package.json'), '{"private":true}\n');
  return bundle;
}

const node: Profile = {
  pluginId: 'echo',
  path: '/whoami',
  plugin: () => ({ bundle: fixtureBundle('echo'), features: ['echo-backend'] }),
  config: { app: { title: 'Acme' } },
  break: boot => ({
    boot: {
      ...boot,
      plugins: boot.plugins.map(plugin => ({
        ...plugin,
        id: 'broken',
        bundle: fixtureBundle('broken'),
        features: ['broken-backend'],
      })),
    },
    message: /there is no key/,
  }),
};

const techRadar: Profile = {
  pluginId: 'tech-radar',
  path: '/data',
  plugin: () => ({ bundle: '/nonexistent', features: [] }),
  config: {},
  break: boot => ({
    boot: { ...boot, config: { techRadar: { rings: [] } } },
    message: /techRadar\.rings/,
  }),
};

/** The example of the Rust SDK: `WORKER_CMD=target/debug/examples/greeter`. */
const greeter: Profile = {
  pluginId: 'greeter',
  path: '/greeting',
  plugin: () => ({ bundle: '/nonexistent', features: [] }),
  config: {},
  break: boot => ({
    boot: { ...boot, config: { greeter: { greeting: 7 } } },
    message: /greeter\.greeting/,
  }),
};

const profiles: Record<string, Profile> = {
  node,
  'tech-radar': techRadar,
  greeter,
};

/** Name of the profile under test. */
export const profileName = process.env['WORKER_PROFILE'] ?? 'node';

/** The profile under test. */
export const profile: Profile = (() => {
  const chosen = profiles[profileName];
  if (!chosen) throw new Error(`there is no worker profile ${profileName}`);
  return chosen;
})();
