import type { Advisories } from '../api/types';
import { adviceWords, isCritical } from './advice';
import { Badge } from './Badge';
import { Problem } from './Problem';
import { RelativeTime } from './RelativeTime';
import './ui.css';

type Finding = Advisories['findings'][number];

function Item({ finding }: { finding: Finding }) {
  const { url, title } = finding;
  const tone = isCritical(finding) ? 'warning' : 'plain';
  return (
    <li>
      <Badge tone={tone}>{finding.severity}</Badge>{' '}
      <code className="pro-mono pro-any-break">
        {finding.package}@{finding.version}
      </code>{' '}
      {url?.startsWith('https://') ? (
        <a className="pro-link" href={url} target="_blank" rel="noreferrer">
          {title}
        </a>
      ) : (
        title
      )}
    </li>
  );
}

/** What the npm registry warned of in a bundle; a critical one stands out. */
export function AdvisoryList({ advisories }: { advisories: Advisories }) {
  const { findings, left, checkedAt, notChecked } = advisories;
  const words = adviceWords(advisories);
  if (notChecked) return <p className="pro-quiet">{words}</p>;
  const summary = (
    <>
      {words} Asked <RelativeTime at={checkedAt} />.
    </>
  );
  if (findings.length === 0) return <p className="pro-quiet">{summary}</p>;
  return (
    <div className="pro-advisories">
      {findings.some(isCritical) ? (
        <Problem>{summary}</Problem>
      ) : (
        <p className="pro-quiet">{summary}</p>
      )}
      <details>
        <summary>Advisories</summary>
        <ul>
          {findings.map((finding, place) => (
            <Item key={place} finding={finding} />
          ))}
          {left > 0 && <li>and {left} more</li>}
        </ul>
      </details>
    </div>
  );
}
