import type { Gate } from '../../api/scaffolderRuns';
import { EntityChip } from '../../ui/EntityChip';
import { RelativeTime } from '../../ui/RelativeTime';
import { Status } from '../../ui/Status';

/** Who may decide, how many of them must, and until when. */
export function Approvers({ gate }: { gate: Gate }) {
  return (
    <div className="runs-facts">
      <span className="runs-chips">
        {gate.require === 'all' && gate.approvers.length > 1
          ? 'Needs all of'
          : 'Waits for'}
        {gate.approvers.map(approver => (
          <EntityChip key={approver} entityRef={approver} />
        ))}
      </span>
      {gate.expiresAt && (
        <span>
          Gives up <RelativeTime at={gate.expiresAt} />
        </span>
      )}
    </div>
  );
}

/** What was decided so far. */
export function Decisions({ gate }: { gate: Gate }) {
  if (gate.decisions.length === 0) return null;
  return (
    <ul className="runs-decisions" aria-label={`Decisions on ${gate.stepName}`}>
      {gate.decisions.map(decision => (
        <li key={decision.by}>
          <Status tone={decision.approve ? 'good' : 'bad'}>
            {decision.approve ? 'Approved' : 'Rejected'}
          </Status>
          <EntityChip entityRef={decision.by} />
          <span className="pro-quiet">
            <RelativeTime at={decision.at} />
          </span>
          {decision.reason && <q>{decision.reason}</q>}
        </li>
      ))}
    </ul>
  );
}
