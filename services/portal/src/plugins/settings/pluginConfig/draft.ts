import { isObject, shapeOf, suits, whole, type Schema } from './schema';

/** A group with another value for one key, in its place; `undefined` takes the key away. */
export function withMember(
  group: Record<string, unknown>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  if (value !== undefined) return { ...group, [name]: value };
  return Object.fromEntries(
    Object.entries(group).filter(([key]) => key !== name),
  );
}

/** Rows as the map that they are, or what keeps them from being one. */
export function renamedRows(rows: readonly (readonly [string, unknown])[]): {
  entries: Record<string, unknown>;
  problem?: string;
} {
  const entries = Object.fromEntries(rows);
  if (rows.some(([name]) => name === '')) {
    return { entries, problem: 'An entry without a name is not saved.' };
  }
  const names = rows.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined
    ? { entries }
    : { entries, problem: `Two entries are called ${twice}.` };
}

/**
 * The value when another variant is chosen: what that variant had before, else what both have in common, with the
 * constants that tell it from others.
 */
export function changedVariant(
  root: Schema,
  branch: Schema,
  value: unknown,
  before: unknown,
): unknown {
  if (before !== undefined) return before;
  const schema = whole(root, branch);
  const shape = shapeOf(schema);
  if (shape.as !== 'group') return suits(shape, value) ? value : undefined;
  const known = Object.entries(schema.properties ?? {}).map(
    ([name, part]) => [name, whole(root, part)] as const,
  );
  const constants = known.flatMap(([name, part]) =>
    part.const === undefined ? [] : [[name, part.const] as const],
  );
  const shared = Object.entries(isObject(value) ? value : {}).filter(
    ([name, inner]) => {
      const part = known.find(([other]) => other === name)?.[1];
      return part !== undefined && suits(shapeOf(part), inner);
    },
  );
  return { ...Object.fromEntries(shared), ...Object.fromEntries(constants) };
}
