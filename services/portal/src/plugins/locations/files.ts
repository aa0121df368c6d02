import type { LocationDetail, LocationFile } from '../../api/locations';

/** The files of a location; where the catalog does not tell them apart, those that its problems name. */
export function filesOf(detail: LocationDetail): LocationFile[] {
  if (detail.files) return detail.files;
  const { target } = detail.location;
  const file = (url: string): LocationFile => ({
    url,
    state: detail.state,
    lastReadAt: detail.lastReadAt,
    entities: url === target ? detail.entities : [],
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
