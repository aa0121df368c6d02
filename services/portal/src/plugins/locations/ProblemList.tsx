import type { LocationProblem } from '../../api/types';
import { FileLink } from '../../ui/FileLink';
import './locations.css';
import { problemWords } from './problemWords';

export interface ProblemListProps {
  problems: LocationProblem[];
  /** The file of a problem that names none. */
  target: string;
}

/** What is wrong, with the file and the line to repair. */
export function ProblemList({ problems, target }: ProblemListProps) {
  if (problems.length === 0) return null;
  return (
    <ul className="location-problems" aria-label="Problems">
      {problems.map((problem, at) => (
        <li key={at}>
          <FileLink url={problem.url ?? target} line={problem.line} />:{' '}
          {problemWords(problem.message)}
          {problem.entityRef && (
            <span className="pro-quiet"> ({problem.entityRef})</span>
          )}
        </li>
      ))}
    </ul>
  );
}
