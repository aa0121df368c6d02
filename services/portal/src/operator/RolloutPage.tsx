import { useParams } from 'react-router-dom';
import type { OperatorRollout } from '../api/types';
import { Panel } from '../ui/Panel';
import { RelativeTime } from '../ui/RelativeTime';
import { Loaded } from '../ui/states';
import { Status } from '../ui/Status';
import { useLoad } from '../ui/useLoad';
import { useOperator } from './context';
import { GatePanel } from './GatePanel';
import { Heading } from './Frame';
import { Progress } from './Progress';
import { RolloutActions } from './RolloutActions';
import { actorWords, isOpen, phaseWords, planWords } from './words';

const openPollMs = 2_000;

function Whole(props: { rollout: OperatorRollout; onDone: () => void }) {
  const { rollout, onDone } = props;
  const { tone, text } = phaseWords(rollout.phase);
  return (
    <>
      <Heading
        title={
          <span className="pro-any-break">
            {rollout.package} {rollout.version}
          </span>
        }
        introduction={planWords(rollout)}
        actions={<RolloutActions rollout={rollout} onDone={onDone} />}
      />
      <div className="pro-stack">
        <Panel
          title="Progress"
          actions={<Status tone={tone}>{text}</Status>}
          introduction={
            <>
              Started <RelativeTime at={rollout.startedAt} /> by{' '}
              {actorWords(rollout.plan.by ?? '')}
              {rollout.endedAt && (
                <>
                  , ended <RelativeTime at={rollout.endedAt} />
                </>
              )}
              . {rollout.organizations} organisations take part.
            </>
          }
        >
          {rollout.reason && (
            <p className="operator-reason">{rollout.reason}</p>
          )}
          <Progress rollout={rollout} />
        </Panel>
        <GatePanel rollout={rollout} />
      </div>
    </>
  );
}

/** One rollout: how far it is, what its gate sees in each organisation, and the button that stops it. */
export function RolloutPage() {
  const { id = '' } = useParams();
  const operator = useOperator();
  const { load, reload } = useLoad(
    () => operator.getRollout(id),
    id,
    rollout => (isOpen(rollout) ? openPollMs : undefined),
  );
  return (
    <Loaded load={load} onRetry={reload} rows={6}>
      {rollout => <Whole rollout={rollout} onDone={reload} />}
    </Loaded>
  );
}
