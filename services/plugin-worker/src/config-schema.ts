/**
 * `node dist/config-schema.js MANIFEST…`: the configuration schemas of the packages with these `package.json`s, made one
 * by the framework's own loader, which compiles `.d.ts` files. Prints `{schema, skipped}`.
 *
 * The bundle tool runs it as a child that may read the bundle and nothing else of the machine: what it compiles was
 * written by strangers.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Loader from '@backstage/config-loader';
import { runCommand, UsageError } from './command.ts';

const { loadConfigSchema, mergeConfigSchemas } = createRequire(import.meta.url)(
  '@backstage/config-loader',
) as typeof Loader;

type Schema = Parameters<typeof mergeConfigSchemas>[0][number];

/** A package whose schema was left out. */
export interface Skipped {
  package: string;
  reason: string;
}

interface Named {
  packageName: string;
  value: Schema;
}

/** What the program prints. */
export interface Extracted {
  /** JSON Schema (draft 07) with Backstage's `visibility` and `deepVisibility`. */
  schema?: Schema;
  /** Its topmost keys that the plugin itself describes; the others are its libraries'. */
  ownKeys?: string[];
  skipped: Skipped[];
}

async function loadSchemas(manifests: string[]): Promise<Named[]> {
  const loaded = await loadConfigSchema({
    dependencies: [],
    packagePaths: manifests,
    excludePackageDependencies: true,
    // A type that is imported from a package that is not there stays open; what cannot be compiled is left out.
    onSchemaError: () => undefined,
  });
  const { schemas } = loaded.serialize() as unknown as { schemas: Named[] };
  const names = manifests.map(nameOf);
  return schemas.toSorted(
    (a, b) => names.indexOf(a.packageName) - names.indexOf(b.packageName),
  );
}

/** All of them; when they do not go together, the first (the plugin's own) and each that goes with those before it. */
async function extract(manifests: string[]): Promise<Extracted> {
  try {
    return { ...(await merged(manifests)), skipped: [] };
  } catch {
    const kept: string[] = [];
    const skipped: Skipped[] = [];
    for (const manifest of manifests) {
      try {
        await merged([...kept, manifest]);
        kept.push(manifest);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        // Where the bundle lies is nobody's business.
        const reason = said.replace(/^Schema at \S+ is invalid, /, '');
        skipped.push({ package: nameOf(manifest), reason });
      }
    }
    if (kept.length === 0) return { skipped };
    return { ...(await merged(kept)), skipped };
  }
}

async function merged(
  manifests: string[],
): Promise<Required<Pick<Extracted, 'schema' | 'ownKeys'>>> {
  const schemas = await loadSchemas(manifests);
  if (schemas.length < manifests.length) {
    throw new Error('its type declarations cannot be compiled');
  }
  const [first = ''] = manifests;
  const own = schemas.find(({ packageName }) => packageName === nameOf(first));
  // Merging takes its arguments apart.
  const ownKeys = Object.keys(own?.value.properties ?? {});
  const schema = mergeConfigSchemas(schemas.map(({ value }) => value));
  return { schema: shortened(schema), ownKeys };
}

/** The loader names definitions after the folder that a package lies in: they get names that every machine gives. */
function shortened(schema: Schema): Schema {
  const names = new Map<string, string>();
  for (const name of Object.keys(schema.definitions ?? {})) {
    const plain = name.replace(/^[0-9a-f]{64}-/, '');
    const taken = [...names.values()].includes(plain);
    const isFine = !taken && /^[A-Za-z]\w{0,60}$/.test(plain);
    names.set(name, isFine ? plain : `Type-${names.size + 1}`);
  }
  return renamed(schema, names, 0) as Schema;
}

function renamed(
  value: unknown,
  names: ReadonlyMap<string, string>,
  depth: number,
): unknown {
  if (Array.isArray(value)) {
    return (value as unknown[]).map(item => renamed(item, names, depth + 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const inside = value as Record<string, unknown>;
  const entries = Object.entries(inside).map(
    ([key, inner]): [string, unknown] => {
      if (key === 'definitions' && depth === 0) {
        const definitions = Object.entries(inner as object).map(
          ([name, definition]) => [
            names.get(name) ?? name,
            renamed(definition, names, depth + 2),
          ],
        );
        return [key, Object.fromEntries(definitions)];
      }
      if (key !== '$ref' || typeof inner !== 'string') {
        return [key, renamed(inner, names, depth + 1)];
      }
      const name = decodeURIComponent(inner.replace(/^#\/definitions\//, ''));
      const plain = names.get(name);
      return [key, plain === undefined ? inner : `#/definitions/${plain}`];
    },
  );
  return Object.fromEntries(entries);
}

function nameOf(manifest: string): string {
  const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    name: string;
  };
  return name;
}

runCommand(() => {
  const manifests = process.argv.slice(2);
  if (manifests.length === 0) throw new UsageError('no packages are given');
  return extract(manifests);
});
