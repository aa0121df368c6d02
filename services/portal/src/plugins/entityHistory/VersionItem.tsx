import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { VisuallyHidden } from '@backstage/ui';
import { RiArrowRightSLine } from '@remixicon/react';
import { useId, useMemo, useState } from 'react';
import { Link } from 'react-router-dom';
import type { Version } from '../../api/entityHistory';
import { DiffView } from '../../ui/DiffView';
import { RelativeTime } from '../../ui/RelativeTime';
import { CauseLine } from './CauseLine';
import {
  changesOf,
  summary,
  type Changes,
  type RelationChange,
} from './changes';

function Relation({ change }: { change: RelationChange }) {
  const added = change.mark === 'added';
  return (
    <li data-mark={change.mark}>
      <span aria-hidden="true">{added ? '+' : '−'}</span>
      <VisuallyHidden>{added ? 'Added: ' : 'Removed: '}</VisuallyHidden>
      <span className="pro-quiet">{change.type}</span>
      <EntityRefLink entityRef={change.targetRef} />
    </li>
  );
}

function ChangeList({ changes }: { changes: Changes }) {
  const { fields, relations } = changes;
  if (fields.length === 0 && relations.length === 0) {
    return <p className="pro-quiet">No field is different.</p>;
  }
  return (
    <>
      {fields.map(({ field, lines }) => (
        <section key={field} className="history-field">
          <h4 className="pro-mono">{field}</h4>
          <DiffView lines={lines} label={`Changes of ${field}`} />
        </section>
      ))}
      {relations.length > 0 && (
        <section className="history-field">
          <h4>Relations</h4>
          <ul className="history-relations">
            {relations.map((change, at) => (
              <Relation key={at} change={change} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

export interface VersionItemProps {
  version: Version;
  /** Whether its changes are shown from the start. */
  startsOpen: boolean;
}

/** One version: what changed, who, when, and the changes themselves behind a button. */
export function VersionItem({ version, startsOpen }: VersionItemProps) {
  const [open, setOpen] = useState(startsOpen);
  const bodyId = useId();
  const changes = useMemo(() => changesOf(version.diff), [version.diff]);
  return (
    <li className="history-item" data-change={version.change}>
      <div className="history-head">
        <button
          type="button"
          className="history-toggle"
          aria-expanded={open}
          aria-controls={bodyId}
          onClick={() => setOpen(!open)}
        >
          <RiArrowRightSLine size={18} aria-hidden="true" />
          {summary(version.change, changes)}
        </button>
        <span className="pro-quiet">
          <RelativeTime at={version.changedAt} />
        </span>
      </div>
      <div className="history-by pro-quiet">
        <CauseLine cause={version.cause} />
        {version.change !== 'deleted' && (
          <Link
            className="pro-link"
            to={`?${new URLSearchParams({ at: version.changedAt }).toString()}`}
          >
            View this version
          </Link>
        )}
      </div>
      <div id={bodyId} className="history-body" hidden={!open}>
        {open && <ChangeList changes={changes} />}
        {open && version.moreDifferences && (
          <p className="pro-quiet">
            {version.moreDifferences} more differences are not shown.
          </p>
        )}
      </div>
    </li>
  );
}
