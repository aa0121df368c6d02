import { createInstance } from '@module-federation/enhanced/runtime';
import type { RemotePlugin } from '../portalConfig';
import type { RemoteModules } from './loadRemotes';
import { sharedLibraries } from './sharedLibraries';

/** What the shell shares, each library fetched when the first remote asks for it. */
function shared() {
  return Object.fromEntries(
    Object.entries(sharedLibraries).map(([name, load]) => [
      name,
      {
        version: SHARED_VERSIONS[name] ?? '0.0.0',
        get: async () => {
          const library = await load();
          return () => library;
        },
        shareConfig: { singleton: true, requiredVersion: '*' as const },
      },
    ]),
  );
}

/** Starts the module-federation runtime with what the shell shares and the given remotes. */
export function federation(plugins: readonly RemotePlugin[]): RemoteModules {
  return createInstance({
    name: 'proscenium_portal',
    remotes: plugins.map(({ name, entry }) => ({
      name,
      entry: new URL(entry, location.origin).href,
    })),
    shared: shared(),
  });
}
