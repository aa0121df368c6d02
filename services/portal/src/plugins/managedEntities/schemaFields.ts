import type { CatalogKind, RelationRule } from '../../api/catalogSettings';
import {
  builtInForms,
  type FieldInput,
  type KindField,
  type KindForm,
} from './fields';

interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  maxLength?: number;
  allOf?: Schema[];
  $ref?: string;
}

const deepest = 3;
const longerThan = 200;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema that `#/definitions/x` stands for in `root`. */
function referred(root: Schema, pointer: string): Schema | undefined {
  if (!pointer.startsWith('#/')) return undefined;
  const found = pointer
    .slice(2)
    .split('/')
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), root);
  return isObject(found) ? found : undefined;
}

/** A schema with what it refers to and what it is put together from. */
function whole(root: Schema, schema: Schema, depth = 0): Schema {
  const parts = [
    ...(schema.$ref ? [referred(root, schema.$ref) ?? {}] : []),
    ...(schema.allOf ?? []),
  ];
  if (parts.length === 0 || depth > deepest) return schema;
  return parts
    .map(part => whole(root, part, depth + 1))
    .reduce<Schema>(
      (all, part) => ({
        ...part,
        ...all,
        properties: { ...part.properties, ...all.properties },
        required: [...(all.required ?? []), ...(part.required ?? [])],
      }),
      schema,
    );
}

/** `displayName` is "Display name". */
export function wordsOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLocaleLowerCase('en-US')
    .trim();
  return words.charAt(0).toLocaleUpperCase('en-US') + words.slice(1);
}

function typesOf(schema: Schema): string[] {
  const { type } = schema;
  return (Array.isArray(type) ? type : [type]).filter(
    (one): one is string => typeof one === 'string' && one !== 'null',
  );
}

const texts = (values: unknown[] | undefined) =>
  values?.filter((value): value is string => typeof value === 'string') ?? [];

function inputFor(
  root: Schema,
  schema: Schema,
  rule?: RelationRule,
): FieldInput {
  const types = typesOf(schema);
  const kind = rule?.targetKind ?? rule?.defaultKind;
  const kinds = kind ? [kind] : [];
  const isList = types.includes('array');
  if (rule) return { as: isList || rule.multiple ? 'refs' : 'ref', kinds };
  const options = texts(schema.enum);
  if (options.length > 0) return { as: 'choice', options };
  if (types.length !== 1) return { as: types.length === 0 ? 'text' : 'yaml' };
  switch (types[0]) {
    case 'string':
      return { as: (schema.maxLength ?? 0) > longerThan ? 'longText' : 'text' };
    case 'number':
    case 'integer':
      return { as: 'number' };
    case 'boolean':
      return { as: 'boolean' };
    case 'array': {
      const items = schema.items ? whole(root, schema.items) : {};
      return {
        as:
          typesOf(items).join() === 'string' && !items.enum ? 'texts' : 'yaml',
      };
    }
    default:
      return { as: 'yaml' };
  }
}

function hasProperties(schema: Schema): boolean {
  return Object.keys(schema.properties ?? {}).length > 0;
}

function fieldsBelow(
  root: Schema,
  holder: Schema,
  path: string[],
  rules: readonly RelationRule[],
): KindField[] {
  const required = new Set(holder.required);
  return Object.entries(holder.properties ?? {}).flatMap(([name, raw]) => {
    const schema = whole(root, raw);
    const here = [...path, name];
    const rule = rules.find(({ field }) => field === here.join('.'));
    if (!rule && hasProperties(schema) && here.length <= deepest) {
      return fieldsBelow(root, schema, here, rules);
    }
    const above = here.slice(1, -1).map(wordsOf);
    const label = schema.title ?? wordsOf(name);
    return [
      {
        path: here,
        label: [...above, label].join(': '),
        hint: schema.description,
        required: required.has(name) || undefined,
        input: inputFor(root, schema, rule),
      },
    ];
  });
}

function apiVersionOf(kind: CatalogKind, schema: Schema): string {
  const version = schema.properties?.['apiVersion'];
  const named = [
    ...(kind.apiVersions ?? []),
    ...texts([version?.const]),
    ...texts(version?.enum),
  ];
  return named[0] ?? 'backstage.io/v1alpha1';
}

/** The form of a kind that the organisation has defined: a field for each property of its schema. */
export function customForm(kind: CatalogKind): KindForm {
  const root = (kind.schema ?? {}) as Schema;
  const rules = kind.relations ?? [];
  const entity = whole(root, root);
  const spec = whole(root, entity.properties?.['spec'] ?? {});
  const described = fieldsBelow(root, spec, ['spec'], rules);
  const missing = rules
    .filter(
      ({ field }) => !described.some(({ path }) => path.join('.') === field),
    )
    .map((rule): KindField => ({
      path: rule.field.split('.'),
      label: wordsOf(rule.field.split('.').at(-1) ?? rule.field),
      input: inputFor(root, {}, rule),
    }));
  return {
    kind: kind.kind,
    apiVersion: apiVersionOf(kind, entity),
    title: kind.title ?? kind.kind,
    hint: entity.description,
    fields: [...described, ...missing],
  };
}

/** The forms of all kinds that may be made here: the built-in ones in the order of use, then the organisation's own. */
export function formsFor(kinds: readonly CatalogKind[]): KindForm[] {
  const allowed = kinds.filter(kind => kind.allowed);
  const isAllowed = (form: KindForm) =>
    allowed.some(({ kind, builtIn }) => builtIn && kind === form.kind);
  return [
    ...builtInForms.filter(isAllowed),
    ...allowed.filter(kind => !kind.builtIn).map(customForm),
  ];
}
