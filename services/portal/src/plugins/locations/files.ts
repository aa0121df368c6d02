import type { Entity } from '@backstage/catalog-model';
import type { FileState, LocationFile } from '../../api/locations';
import type { Tone } from '../../ui/Status';

/** Files with problems first; otherwise as they are. */
export function troubledFirst(files: readonly LocationFile[]): LocationFile[] {
  const isWell = (file: LocationFile) =>
    file.problems.length === 0 && file.state !== 'failed';
  return [...files.filter(file => !isWell(file)), ...files.filter(isWell)];
}

/** Whether an entity is the one that stands for a registered address: it is no part of what the files say. */
export function standsForAddress(entity: Entity): boolean {
  return (
    entity.kind === 'Location' &&
    /^generated-[0-9a-f]{40}$/.test(entity.metadata.name)
  );
}

/** The state of a file in words. */
export function fileWords({ state, problems }: LocationFile): [Tone, string] {
  if (state === 'done' && problems.length > 0) {
    return ['warning', 'Read, with problems'];
  }
  const words: Record<FileState, [Tone, string]> = {
    pending: ['busy', 'Waiting to be read'],
    done: ['good', 'Read'],
    missing: ['quiet', 'Not there'],
    failed: ['bad', 'Could not be read'],
  };
  return words[state];
}
