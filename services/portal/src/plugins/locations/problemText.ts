import type { LocationProblem } from '../../api/types';
import { fileName } from '../../ui/fileLink';

/** `catalog-info.yaml line 7: unexpected tab. Use spaces.` */
export function problemText(problem: LocationProblem, target: string): string {
  const file = fileName(problem.url ?? target);
  const line = problem.line === undefined ? '' : ` line ${problem.line}`;
  return `${file}${line}: ${problem.message}`;
}
