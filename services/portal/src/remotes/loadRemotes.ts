import type { FrontendFeature } from '@backstage/frontend-plugin-api';
import type { RemotePlugin } from '../portalConfig';

/** A remote that has not answered by then is left out of this page load. */
const patienceMs = 10_000;

export interface RemoteModules {
  /** Loads what a remote exposes under `id` (`name/expose`). */
  loadRemote(id: string): Promise<unknown>;
}

export interface RemoteFeature {
  plugin: RemotePlugin;
  expose: string;
  feature: FrontendFeature;
}

export interface RemoteFailure {
  plugin: RemotePlugin;
  expose: string;
  message: string;
}

export interface LoadedRemotes {
  features: RemoteFeature[];
  failures: RemoteFailure[];
}

function isFeature(value: unknown): value is FrontendFeature {
  if (typeof value !== 'object' || value === null) return false;
  const type = (value as { $$type?: unknown }).$$type;
  return (
    typeof type === 'string' &&
    /^@backstage\/Frontend(Plugin|Module)$/.test(type)
  );
}

function featuresOf(module: unknown): FrontendFeature[] {
  const { default: main, features } = (module ?? {}) as {
    default?: unknown;
    features?: unknown;
  };
  const more = Array.isArray(features) ? (features as unknown[]) : [];
  return [main, ...more].filter(isFeature);
}

function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`No answer within ${patienceMs / 1000} seconds.`)),
      patienceMs,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What went wrong, without the runtime's dump of its arguments. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split(/\s+args:/)[0] ?? text;
}

/** Name of an exposed module as the module-federation runtime wants it: `remote/widgets` for `./widgets`. */
function moduleId(plugin: RemotePlugin, expose: string): string {
  return expose === '.'
    ? plugin.name
    : `${plugin.name}/${expose.replace(/^\.\//, '')}`;
}

/** Loads every module of every remote at once; one that fails is named and the others are not touched. */
export async function loadRemotes(
  plugins: readonly RemotePlugin[],
  modules: RemoteModules,
): Promise<LoadedRemotes> {
  const loaded: LoadedRemotes = { features: [], failures: [] };
  const wanted = plugins.flatMap(plugin =>
    plugin.modules.map(({ expose }) => ({ plugin, expose })),
  );
  await Promise.all(
    wanted.map(async ({ plugin, expose }) => {
      try {
        const module = await withPatience(
          modules.loadRemote(moduleId(plugin, expose)),
        );
        const features = featuresOf(module);
        if (features.length === 0) {
          throw new Error(`${expose} exports no Backstage front-end feature.`);
        }
        for (const feature of features) {
          loaded.features.push({ plugin, expose, feature });
        }
      } catch (error) {
        loaded.failures.push({ plugin, expose, message: reasonOf(error) });
      }
    }),
  );
  return loaded;
}
