import { builtInForms } from '../../managedEntities/fields';
import { wordsOf } from '../../managedEntities/schemaFields';
import type { HeldRemoval } from '../../../api/removals';

const number = new Intl.NumberFormat('en');

/** `12 of 40 entities (30 %)`. */
export function heldShare({ removing, total, percent }: HeldRemoval): string {
  return `${number.format(removing)} of ${number.format(total)} entities (${Math.round(percent)} %)`;
}

/** What the source of a held removal is, in words. */
export function heldSource({ source }: HeldRemoval): string {
  return {
    location: 'Location',
    provider: 'Entity provider',
    set: 'Managed set',
  }[source.kind];
}

/** How many of those that would go are not named one by one. */
export function unnamed({ removing, entityRefs }: HeldRemoval): number {
  return Math.max(0, removing - entityRefs.length);
}

/** `component` as the standard writes it. */
export function kindTitle(kind: string): string {
  const form = builtInForms.find(
    known => known.kind.toLocaleLowerCase('en-US') === kind,
  );
  return form?.title ?? wordsOf(kind);
}

/** References by kind, kinds and references in order. */
export function byKind(entityRefs: readonly string[]): [string, string[]][] {
  const kinds = new Map<string, string[]>();
  for (const ref of [...entityRefs].sort()) {
    const kind = ref.split(':')[0] ?? '';
    kinds.set(kind, [...(kinds.get(kind) ?? []), ref]);
  }
  return [...kinds];
}
