import { useApi } from '@backstage/frontend-plugin-api';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { Alert } from '@backstage/ui';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { scaffolderRunsApiRef, type Gate } from '../../api/scaffolderRuns';
import { EntityChip } from '../../ui/EntityChip';
import { LoadMore } from '../../ui/LoadMore';
import { Panel } from '../../ui/Panel';
import { RelativeTime } from '../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../ui/states';
import { usePages } from '../../ui/usePages';
import { useMe } from '../settings/useMe';
import { DecisionForm } from './DecisionForm';
import { Approvers, Decisions } from './GateFacts';
import { RunsFrame } from './RunsFrame';
import { whyNot } from './runWords';

interface Outcome {
  gate: Gate;
  approved: boolean;
}

function GateItem(props: {
  gate: Gate;
  onDecided: (gate: Gate, approved: boolean) => void;
  onReload: () => void;
}) {
  const { gate } = props;
  const me = useMe();
  return (
    <li className="runs-gate">
      <div>
        <h3>{gate.stepName}</h3>
        <div className="runs-facts">
          <span>
            Of <EntityRefLink entityRef={gate.templateRef} />
          </span>
          {gate.startedBy && (
            <span className="runs-chips">
              Started by <EntityChip entityRef={gate.startedBy} />
            </span>
          )}
          <span>
            Waits since <RelativeTime at={gate.createdAt} />
          </span>
          <Link className="pro-link" to={`/create/tasks/${gate.taskId}`}>
            Show the run and its inputs
          </Link>
        </div>
      </div>
      {gate.message && <p className="runs-message">{gate.message}</p>}
      <Approvers gate={gate} />
      <Decisions gate={gate} />
      {gate.canDecide ? (
        <DecisionForm {...props} />
      ) : (
        <p className="pro-quiet">{whyNot(gate, me?.userEntityRef)}</p>
      )}
    </li>
  );
}

function Approvals() {
  const runs = useApi(scaffolderRunsApiRef);
  const pages = usePages(cursor => runs.waitingForMe(cursor));
  const [outcome, setOutcome] = useState<Outcome>();
  return (
    <>
      {outcome && (
        <div role="status">
          <Alert
            status="success"
            icon
            title={`${outcome.approved ? 'Approved' : 'Rejected'}: ${outcome.gate.stepName}`}
            description={
              <Link
                className="pro-link"
                to={`/create/tasks/${outcome.gate.taskId}`}
              >
                See how the run goes on
              </Link>
            }
          />
        </div>
      )}
      <Panel
        title="Approvals"
        introduction="Runs of templates that stand still until you, or a group of yours, decide."
        flush
      >
        <Loaded load={pages.load} onRetry={pages.reload}>
          {({ items }) =>
            items.length === 0 && !pages.more ? (
              <EmptyState
                title="Nothing waits for you"
                action={{ label: 'See all runs', href: '/create/runs' }}
              >
                A run appears here when a step of its template asks you, or a
                group of yours, for an approval.
              </EmptyState>
            ) : (
              <ul className="pro-list" aria-label="Approvals">
                {items.map(gate => (
                  <GateItem
                    key={gate.id}
                    gate={gate}
                    onDecided={(changed, approved) => {
                      setOutcome({ gate: changed, approved });
                      pages.reload();
                    }}
                    onReload={pages.reload}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
        <LoadMore pages={pages} label="Show older ones" />
      </Panel>
    </>
  );
}

/** What waits for the person's decision. */
export function ApprovalsPage() {
  return (
    <RunsFrame
      title="Approvals"
      permission="scaffolder.task.read"
      to="see what runs wait for"
    >
      <Approvals />
    </RunsFrame>
  );
}
