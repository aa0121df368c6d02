/**
 * Packages that the framework loads at every start and that a plugin hardly ever uses through it, such as a maker of
 * certificates: together more than half of a light worker's memory and a third of its start. The framework gets a
 * stand-in that becomes the package when something of it is touched. Plugins get the packages themselves.
 */
import Module from 'node:module';
import { sep } from 'node:path';

type Load = (
  this: unknown,
  request: string,
  parent: { filename?: string } | undefined,
  isMain: boolean,
) => unknown;

/** What is asked for by whom. None of these has a default export, and none is a function itself. */
const WHO_ASKS: Record<string, readonly string[]> = {
  'node-forge': ['backend-defaults'],
  'fs-extra': ['backend-defaults'],
  '@backstage/cli-common': ['backend-plugin-api'],
  '@backstage/connections/config': ['backend-app-api'],
  // These ask for `@backstage/connections` and make a map of it at once.
  './lookup.cjs.js': ['backend-app-api'],
  '../connections-node/src/lookup.cjs.js': ['backend-app-api'],
};

/** Installs the stand-ins for the whole process and returns a function that takes them away again. */
export function standInForHeavyPackages(): () => void {
  const internals = Module as unknown as { _load: Load };
  const original = internals._load;
  internals._load = function load(request, parent, isMain) {
    const asking = WHO_ASKS[request];
    const file = parent?.filename ?? '';
    const isFramework = asking?.some(name =>
      file.includes(`${sep}@backstage${sep}${name}${sep}dist${sep}`),
    );
    if (!isFramework) return original.call(this, request, parent, isMain);
    return standIn(
      () => original.call(this, request, parent, isMain) as object,
    );
  };
  return () => {
    internals._load = original;
  };
}

/** An object that becomes another one when it is used. */
function standIn(load: () => object): object {
  let loaded: object | undefined;
  const real = () => (loaded ??= load());
  return new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(real(), key) as unknown,
      // Compiled code asks every package for this one.
      has: (_, key) => key !== 'default' && Reflect.has(real(), key),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(real(), key);
        return found && { ...found, configurable: true };
      },
    },
  );
}
