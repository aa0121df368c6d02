import { wordsOf } from '../../managedEntities/schemaFields';
import { isObject, whole, type Schema } from './schema';

const shortForms = /\b(api|aws|id|ip|ssl|tls|ui|uri|url|urls)\b/gi;

/** `baseUrl` is "Base URL". */
function named(name: string): string {
  return wordsOf(name).replaceAll(shortForms, word =>
    word.toLocaleLowerCase('en-US') === 'urls'
      ? 'URLs'
      : word.toLocaleUpperCase('en-US'),
  );
}

/** A field's name for people. */
export function labelOf(name: string, schema: Schema): string {
  return schema.title ?? named(name);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What is said under a field. */
export function hintOf(schema: Schema): string | undefined {
  const { description, deprecated, visibility } = schema;
  const fallback = schema.default;
  const words = [
    description?.trim(),
    deprecated
      ? `Deprecated${typeof deprecated === 'string' && deprecated ? `: ${deprecated}` : '.'}`
      : undefined,
    fallback !== undefined && !isObject(fallback)
      ? `Default: ${shown(fallback)}.`
      : undefined,
    visibility === 'frontend' &&
    typeof schema.type === 'string' &&
    schema.type !== 'object'
      ? 'Browsers can read it.'
      : undefined,
  ];
  return words.filter(Boolean).join(' ') || undefined;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'Text',
  number: 'Number',
  integer: 'Number',
  boolean: 'True or false',
  array: 'List',
  object: 'Settings',
};

/** What a variant is called: by its title, by the value that tells it from others, by its keys, or by its type. */
export function variantLabel(root: Schema, branch: Schema, at: number): string {
  const schema = whole(root, branch);
  if (schema.title) return schema.title;
  const properties = Object.entries(schema.properties ?? {});
  const constant = properties
    .map(([name, part]) => [name, whole(root, part).const] as const)
    .find(([, value]) => value !== undefined);
  if (constant) return `${named(constant[0])}: ${shown(constant[1])}`;
  const needed = schema.required ?? [];
  const names = needed.length > 0 ? needed : properties.map(([name]) => name);
  if (names.length > 0) return names.slice(0, 3).map(named).join(', ');
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  return (type && typeWords[type]) ?? `Variant ${at + 1}`;
}
