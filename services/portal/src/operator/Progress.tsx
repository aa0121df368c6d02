import type { OperatorRollout, RolloutRing } from '../api/types';
import { ringName, ringWords, segments } from './words';

function Ring({ ring, now }: { ring: RolloutRing; now: boolean }) {
  const name = ringName(ring.ring);
  const words = ringWords(ring);
  return (
    <div className="operator-ring" data-now={now ? '' : undefined}>
      <div className="operator-ring-words">
        <span className="operator-ring-name">{name}</span>
        <span className="pro-quiet">{words}</span>
      </div>
      <div
        className="operator-bar-whole"
        role="img"
        aria-label={`${name}, ${ring.organizations} organisations: ${words}`}
      >
        {segments(ring).map(({ kind, share }) => (
          <i key={kind} data-kind={kind} style={{ width: `${share}%` }} />
        ))}
      </div>
    </div>
  );
}

/** How far a rollout is: a bar for the canaries and one for each wave. */
export function Progress({ rollout }: { rollout: OperatorRollout }) {
  return (
    <div className="operator-rings">
      {rollout.rings.map(ring => (
        <Ring
          key={ring.ring}
          ring={ring}
          now={rollout.phase === 'running' && ring.ring === rollout.ring}
        />
      ))}
    </div>
  );
}
