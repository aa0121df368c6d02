import type { DiffStep, Version } from '../../api/entityHistory';
import { pathParts, type PathPart } from '../../api/fieldPath';
import {
  diffLines,
  withContext,
  type DiffLine,
  type SkippedLines,
} from '../../ui/lineDiff';
import { toYaml } from '../../ui/yamlText';

/** What happened to one field. */
export interface FieldChange {
  /** Where in the entity, `metadata.tags`. */
  field: string;
  lines: (DiffLine | SkippedLines)[];
}

/** A relation that came or went. */
export interface RelationChange {
  mark: 'added' | 'removed';
  type: string;
  targetRef: string;
}

export interface Changes {
  fields: FieldChange[];
  relations: RelationChange[];
}

/** Relation steps are by type, `relations.ownedBy`, with the references that came and went. */
function relationChanges(type: string, step: DiffStep): RelationChange[] {
  const refs = (value: unknown) =>
    (Array.isArray(value) ? value : [value]).filter(
      (item): item is string => typeof item === 'string',
    );
  const before = refs(step.before);
  const after = refs(step.after);
  return [
    ...before
      .filter(ref => !after.includes(ref))
      .map(targetRef => ({ mark: 'removed' as const, type, targetRef })),
    ...after
      .filter(ref => !before.includes(ref))
      .map(targetRef => ({ mark: 'added' as const, type, targetRef })),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` below `parts`: a list item keeps its dash and its name, a key its name. */
function nested(parts: PathPart[], value: unknown): unknown {
  return parts.reduceRight<unknown>((inner, part) => {
    if (typeof part === 'string') return { [part]: inner };
    if (typeof part === 'number') return [inner];
    return isObject(inner) ? [{ [part.field]: part.value, ...inner }] : [inner];
  }, value);
}

function asLines(parts: PathPart[], value: unknown): string[] {
  if (value === undefined) return [];
  // A text in several lines reads best as it is.
  if (parts.length === 0 && typeof value === 'string' && value.includes('\n')) {
    return value.replace(/\n$/, '').split('\n');
  }
  return toYaml(nested(parts, value)).split('\n');
}

/** Fields inside these are told apart; the rest of the entity is one field each. */
const holders = new Set(['metadata', 'spec']);

/** Sorts the steps of a diff into fields and relations, each with its lines. */
export function changesOf(diff: DiffStep[]): Changes {
  const relations: RelationChange[] = [];
  const fields = new Map<string, DiffLine[]>();
  for (const step of diff) {
    const parts = pathParts(step.path);
    const [first, second] = parts;
    if (first === 'relations' && typeof second === 'string') {
      relations.push(...relationChanges(second, step));
      continue;
    }
    const depth = typeof first === 'string' && holders.has(first) ? 2 : 1;
    const field = parts.slice(0, depth).join('.');
    const rest = parts.slice(depth);
    const lines = diffLines(
      asLines(rest, step.before),
      asLines(rest, step.after),
    );
    fields.set(field, [...(fields.get(field) ?? []), ...lines]);
  }
  return {
    relations,
    fields: [...fields].map(([field, lines]) => ({
      field,
      lines: withContext(lines),
    })),
  };
}

const mostNamed = 3;

function listed(words: string[]): string {
  const named = words.slice(0, mostNamed);
  const others = words.length - named.length;
  if (others > 0)
    named.push(others === 1 ? '1 more field' : `${others} more fields`);
  const last = named.pop() ?? '';
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`;
}

/** What a version changed, in a few words. */
export function summary(change: Version['change'], changes: Changes): string {
  if (change === 'created' || change === 'deleted' || change === 'restored') {
    return { created: 'Created', deleted: 'Deleted', restored: 'Restored' }[
      change
    ];
  }
  const words = changes.fields.map(
    ({ field }) => field.split('.').at(-1) ?? field,
  );
  const count = changes.relations.length;
  if (count > 0) words.push(count === 1 ? '1 relation' : `${count} relations`);
  return words.length === 0 ? 'Changed' : `Changed ${listed(words)}`;
}
