import type { LocationProblem } from '../../api/types';

/** The last part of an address: what a person calls the file. */
function fileName(url: string): string {
  return url.split(/[?#]/)[0]?.split('/').filter(Boolean).at(-1) ?? url;
}

/** `catalog-info.yaml line 7: unexpected tab. Use spaces.` */
export function problemText(problem: LocationProblem, target: string): string {
  const file = fileName(problem.url ?? target);
  const line = problem.line === undefined ? '' : ` line ${problem.line}`;
  return `${file}${line}: ${problem.message}`;
}
