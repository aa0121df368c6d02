import type {
  Finding,
  TestOutcome,
  TestReport,
} from '../../api/templateEditor';

// Codes that colour a terminal begin with the escape character.
const escape = String.fromCharCode(27);

/** Lines of a log as one text, without the codes that colour a terminal. */
export function plainLog(lines: string[]): string {
  return lines
    .map(line =>
      line
        .split(escape)
        .map((part, at) => (at === 0 ? part : part.replace(/^\[[0-9;]*m/, '')))
        .join(''),
    )
    .join('\n');
}

/** "2 of 3 cases passed". */
export function caseCounts(passed: number, all: number): string {
  if (all === 0) return 'No case was run';
  if (passed === all) {
    return all === 1 ? 'The one case passed' : `All ${all} cases passed`;
  }
  return `${all - passed} of ${all} ${all === 1 ? 'case' : 'cases'} failed`;
}

/** What came of a test file, in a few words. */
export function reportWords(report: TestReport): string {
  if (report.mistakes.length > 0) return 'The tests cannot be run';
  const passed = report.cases.filter(one => one.passed).length;
  return caseCounts(passed, report.cases.length);
}

/** What came of tests that ran by themselves, and the tone to say it in. */
export function outcomeWords(
  outcome: Pick<TestOutcome, 'state' | 'cases' | 'failed'> | undefined,
): { tone: 'good' | 'bad' | 'warning' | 'busy' | 'quiet'; words: string } {
  const { state = 'pending', cases = 0, failed = 0 } = outcome ?? {};
  const counts = caseCounts(cases - failed, cases);
  return {
    passed: { tone: 'good' as const, words: counts },
    failed: { tone: 'bad' as const, words: counts },
    none: { tone: 'quiet' as const, words: 'No tests' },
    unreadable: { tone: 'warning' as const, words: 'Files cannot be read' },
    pending: { tone: 'quiet' as const, words: 'Tests not run yet' },
  }[state];
}

/** Where a finding is. */
export function placeOf({ file, line }: Finding): string {
  return line ? `${file}, line ${line}` : file;
}
