/** A JSON schema as plugins publish it, with Backstage's own marks. Strangers wrote it: nothing about it is certain. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema | Schema[];
  minItems?: number;
  maxItems?: number;
  maxLength?: number;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
  visibility?: string;
  deepVisibility?: string;
  deprecated?: string | boolean;
}

/** How a value is edited. */
export type Shape =
  | { as: 'text' }
  | { as: 'number' }
  | { as: 'boolean' }
  | { as: 'choice'; options: unknown[] }
  | { as: 'secret' }
  | { as: 'list'; items: Schema }
  | { as: 'group' }
  | { as: 'map'; values: Schema }
  | { as: 'variants'; branches: Schema[] }
  /** Whatever no form suits. */
  | { as: 'yaml' };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const deepest = 20;

function referred(root: Schema, pointer: string): Schema | undefined {
  if (!pointer.startsWith('#/')) return undefined;
  const found = pointer
    .slice(2)
    .split('/')
    .map(part =>
      decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'),
    )
    .reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), root);
  return isObject(found) ? found : undefined;
}

/** Both together: what only one says, and of what both say the parts. */
function joined(one: Schema, other: Schema): Schema {
  const properties = { ...other.properties, ...one.properties };
  for (const [name, schema] of Object.entries(other.properties ?? {})) {
    const own = one.properties?.[name];
    if (own) properties[name] = { allOf: [own, schema] };
  }
  const visibilities = [one.visibility, other.visibility];
  return {
    ...other,
    ...one,
    ...(one.properties || other.properties ? { properties } : {}),
    ...(one.required || other.required
      ? { required: [...(one.required ?? []), ...(other.required ?? [])] }
      : {}),
    ...(visibilities.includes('secret') ? { visibility: 'secret' } : {}),
  };
}

/** A schema with what it refers to and what it is put together from. */
export function whole(root: Schema, schema: Schema, depth = 0): Schema {
  const { $ref, allOf, ...own } = schema;
  if (depth > deepest || ($ref === undefined && !Array.isArray(allOf))) {
    return schema;
  }
  const parts = [
    ...($ref === undefined ? [] : [referred(root, $ref) ?? {}]),
    ...(Array.isArray(allOf) ? allOf.filter(isObject) : []),
  ];
  return parts
    .map(part => whole(root, part, depth + 1))
    .reduce<Schema>(joined, own);
}

function typesOf({ type }: Schema): string[] {
  const all = Array.isArray(type) ? type : [type];
  return all.filter(
    (one): one is string => typeof one === 'string' && one !== 'null',
  );
}

function branchesOf(schema: Schema): Schema[] {
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray) ?? [];
  return branches.filter(
    branch => isObject(branch) && !(branch.type === 'null'),
  );
}

/** A choice of constants is a choice, however it is written. */
function constantsOf(branches: Schema[]): unknown[] | undefined {
  const all = branches.flatMap(branch =>
    'const' in branch ? [branch.const] : (branch.enum ?? [undefined]),
  );
  return all.every(value => value !== undefined) ? all : undefined;
}

function shapeOfType(schema: Schema, type: string | undefined): Shape {
  switch (type) {
    case 'string':
      return { as: 'text' };
    case 'number':
    case 'integer':
      return { as: 'number' };
    case 'boolean':
      return { as: 'boolean' };
    case 'array':
      return isObject(schema.items)
        ? { as: 'list', items: schema.items }
        : { as: 'yaml' };
    case 'object': {
      if (Object.keys(schema.properties ?? {}).length > 0)
        return { as: 'group' };
      return isObject(schema.additionalProperties)
        ? { as: 'map', values: schema.additionalProperties }
        : { as: 'yaml' };
    }
    default:
      return { as: 'yaml' };
  }
}

/** How a value of this schema, which is whole, is edited. */
export function shapeOf(schema: Schema): Shape {
  const types = typesOf(schema);
  const branches = branchesOf(schema);
  const options = schema.enum ?? constantsOf([schema]) ?? [];
  const isScalar = types.every(type => !['object', 'array'].includes(type));
  if (schema.visibility === 'secret' && isScalar && branches.length === 0) {
    return { as: 'secret' };
  }
  if (options.length > 0) return { as: 'choice', options };
  if (branches.length === 1 && branches[0]) return shapeOf(branches[0]);
  if (branches.length > 1) {
    const constants = constantsOf(branches);
    if (constants) return { as: 'choice', options: constants };
    const shared = { ...schema };
    delete shared.anyOf;
    delete shared.oneOf;
    return {
      as: 'variants',
      branches: branches.map(branch => ({ allOf: [branch, shared] })),
    };
  }
  if (types.length === 0 && schema.properties) return { as: 'group' };
  if (types.length === 0) return { as: 'yaml' };
  if (types.length === 1) return shapeOfType(schema, types[0]);
  if (types.every(type => ['string', 'number', 'integer'].includes(type))) {
    return { as: 'text' };
  }
  return {
    as: 'variants',
    branches: types.map(type => ({ ...schema, type })),
  };
}

/** Whether a value can be shown in the shape without anything of it getting lost. */
export function suits(shape: Shape, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  switch (shape.as) {
    case 'text':
    case 'number':
    case 'secret':
      return typeof value === 'string' || typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return shape.options.includes(value);
    case 'list':
      return Array.isArray(value);
    case 'group':
    case 'map':
      return isObject(value);
    default:
      return true;
  }
}

/** How well a value fits a schema, to find the variant that it is of: lower is better. */
export function distance(
  root: Schema,
  raw: Schema,
  value: unknown,
  depth = 0,
): number {
  const schema = whole(root, raw);
  const shape = shapeOf(schema);
  if (!suits(shape, value)) return 100;
  if (depth > deepest) return 0;
  if (shape.as === 'variants') {
    const each = shape.branches.map(branch =>
      distance(root, branch, value, depth + 1),
    );
    return Math.min(...each);
  }
  if (!isObject(value)) return 0;
  const known = schema.properties ?? {};
  const missing = (schema.required ?? []).filter(name => !(name in value));
  const unknown = Object.keys(value).filter(name => !(name in known));
  const inner = Object.entries(known)
    .filter(([name]) => name in value)
    .map(([name, part]) => distance(root, part, value[name], depth + 1));
  return (
    missing.length * 2 +
    unknown.length +
    inner.reduce((sum, one) => sum + one, 0)
  );
}

/** The variant that a value is of. */
export function variantOf(
  root: Schema,
  branches: Schema[],
  value: unknown,
): number {
  if (value === undefined) return -1;
  const each = branches.map(branch => distance(root, branch, value));
  return each.indexOf(Math.min(...each));
}
