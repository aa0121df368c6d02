import type { CaseReport, TestReport } from '../../api/templateEditor';
import { CodeView } from '../../ui/CodeView';
import { Status } from '../../ui/Status';
import { Findings } from './Findings';
import { reportWords } from './resultWords';

function Case({ report }: { report: CaseReport }) {
  return (
    <li className="editor-case">
      <div className="editor-case-head">
        <Status tone={report.passed ? 'good' : 'bad'}>
          {report.passed ? 'Passed' : 'Failed'}
        </Status>
        <strong className="pro-any-break">{report.name}</strong>
        <span className="pro-quiet">{report.durationMs} ms</span>
      </div>
      <Findings findings={report.failures} />
      {!report.passed && report.log.length > 0 && (
        <details>
          <summary>Log of this case</summary>
          <CodeView
            label={`Log of ${report.name}`}
            text={report.log.join('\n')}
          />
        </details>
      )}
    </li>
  );
}

/** What came of the tests, file by file. */
export function TestsView({ reports }: { reports: TestReport[] }) {
  return (
    <div className="editor-result">
      {reports.map(report => (
        <section key={report.file} aria-label={`Tests of ${report.file}`}>
          <p>
            <Status tone={report.passed ? 'good' : 'bad'}>
              {reportWords(report)}
            </Status>{' '}
            <code>{report.file}</code>
          </p>
          <Findings findings={report.mistakes} />
          <ul className="editor-cases">
            {report.cases.map((one, at) => (
              <Case key={at} report={one} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
