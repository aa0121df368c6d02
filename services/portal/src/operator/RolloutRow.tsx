import { Link } from 'react-router-dom';
import type { OperatorRollout } from '../api/types';
import { RelativeTime } from '../ui/RelativeTime';
import { Status } from '../ui/Status';
import { Progress } from './Progress';
import { RolloutActions } from './RolloutActions';
import { actorWords, phaseWords } from './words';

export interface RolloutRowProps {
  rollout: OperatorRollout;
  onDone: () => void;
}

/** A rollout in a list: what, how far, and the button that stops it. */
export function RolloutRow({ rollout, onDone }: RolloutRowProps) {
  const { tone, text } = phaseWords(rollout.phase);
  return (
    <li className="operator-rollout">
      <div className="operator-rollout-head">
        <div className="pro-grow">
          <Link
            className="pro-link pro-link-strong pro-any-break"
            to={`/rollouts/${rollout.id}`}
          >
            {rollout.package} {rollout.version}
          </Link>
          <div className="pro-quiet">
            Started <RelativeTime at={rollout.startedAt} /> by{' '}
            {actorWords(rollout.plan.by ?? '')}
          </div>
        </div>
        <Status tone={tone}>{text}</Status>
        <RolloutActions rollout={rollout} only="stop" onDone={onDone} />
      </div>
      {rollout.reason && <p className="operator-reason">{rollout.reason}</p>}
      <Progress rollout={rollout} />
    </li>
  );
}
