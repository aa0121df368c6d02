import { createInstance } from '@module-federation/enhanced/runtime';
import type { RemotePlugin } from '../portalConfig';
import type { RemoteModules } from './loadRemotes';
import { sharedLibraries } from './sharedLibraries';

/** Starts the module-federation runtime with what the shell shares and the given remotes. */
export async function federation(
  plugins: readonly RemotePlugin[],
): Promise<RemoteModules> {
  const shared = Object.fromEntries(
    await Promise.all(
      Object.entries(sharedLibraries).map(async ([name, load]) => {
        const library = await load();
        return [
          name,
          {
            version: SHARED_VERSIONS[name] ?? '0.0.0',
            lib: () => library,
            shareConfig: {
              singleton: true,
              requiredVersion: '*' as const,
              eager: true,
            },
          },
        ] as const;
      }),
    ),
  );
  return createInstance({
    name: 'proscenium_portal',
    remotes: plugins.map(({ name, entry }) => ({
      name,
      entry: new URL(entry, location.origin).href,
    })),
    shared,
  });
}
