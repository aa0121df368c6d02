import type { Entity } from '@backstage/catalog-model';
import { pathParts } from '../../api/fieldPath';
import type { FieldOrigin } from '../../api/entitySource';

/** Where a field's value comes from, in words; a person stands beside it. */
export function originWords(source: FieldOrigin['source']): string {
  return {
    file: 'The file',
    provider: 'An entity provider',
    set: 'Managed here',
    overlay: 'Added here',
    platform: 'The catalog',
  }[source.kind];
}

/** The value at `path`; keys may have dots in them, so as much of the path as fits is taken as one key. */
export function valueAt(entity: Entity, path: string): unknown {
  let rest = pathParts(path).map(part =>
    typeof part === 'object' ? part.value : String(part),
  );
  let value: unknown = entity;
  while (rest.length > 0) {
    if (typeof value !== 'object' || value === null) return undefined;
    const holder = value as Record<string, unknown>;
    const taken = rest.findIndex(
      (_, at) => rest.slice(0, at + 1).join('.') in holder,
    );
    if (taken < 0) return undefined;
    value = holder[rest.slice(0, taken + 1).join('.')];
    rest = rest.slice(taken + 1);
  }
  return value;
}

const mostShown = 80;

/** A value in one short line. */
export function shortValue(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > mostShown ? `${line.slice(0, mostShown - 1)}…` : line;
}
