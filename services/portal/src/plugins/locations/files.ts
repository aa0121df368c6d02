import type {
  FileState,
  LocationDetail,
  LocationFile,
} from '../../api/locations';
import type { LocationState } from '../../api/types';
import type { Tone } from '../../ui/Status';

const fileStates: Record<LocationState, FileState> = {
  pending: 'pending',
  reading: 'pending',
  done: 'done',
  failed: 'failed',
};

/** The files of a location; while the catalog does not tell them apart yet, those that its problems name. */
export function filesOf(detail: LocationDetail): LocationFile[] {
  if (detail.files) return detail.files;
  const { target } = detail.location;
  const file = (url: string): LocationFile => ({
    url,
    state: fileStates[detail.state],
    lastReadAt: detail.lastReadAt,
    entities: url === target ? detail.entities.length : 0,
    problems: detail.problems.filter(
      problem => (problem.url ?? target) === url,
    ),
  });
  const named = detail.problems.map(problem => problem.url ?? target);
  return [...new Set([target, ...named])].map(file);
}

/** Files with problems first; otherwise as they are. */
export function troubledFirst(files: readonly LocationFile[]): LocationFile[] {
  const isWell = (file: LocationFile) =>
    file.problems.length === 0 && file.state !== 'failed';
  return [...files.filter(file => !isWell(file)), ...files.filter(isWell)];
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
