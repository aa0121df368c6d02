import type { Finding } from '../../api/templateEditor';
import './editor.css';
import { placeOf } from './resultWords';

/** What is not as a test expects: the place, and the difference below it. */
export function Findings({ findings }: { findings: Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="editor-findings">
      {findings.map((finding, at) => (
        <li key={at}>
          <span className="pro-quiet">{placeOf(finding)}</span>
          <pre>{finding.message}</pre>
        </li>
      ))}
    </ul>
  );
}
