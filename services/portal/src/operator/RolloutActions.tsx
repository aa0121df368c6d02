import { Button } from '@backstage/ui';
import { useState } from 'react';
import type { OperatorRollout } from '../api/types';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { useOperator } from './context';
import { canRevert, canStop } from './words';

export interface RolloutActionsProps {
  rollout: OperatorRollout;
  /** Stopping only: lists have room for the one thing that may be urgent. */
  only?: 'stop';
  onDone: () => void;
}

/** Stop, and take back; both ask. */
export function RolloutActions({ rollout, only, onDone }: RolloutActionsProps) {
  const operator = useOperator();
  const [asks, setAsks] = useState<'stop' | 'revert'>();
  const name = `${rollout.package} ${rollout.version}`;
  const close = () => setAsks(undefined);
  return (
    <>
      {canStop(rollout) && (
        <Button variant="primary" destructive onPress={() => setAsks('stop')}>
          Stop rollout
        </Button>
      )}
      {only !== 'stop' && canRevert(rollout) && (
        <Button variant="secondary" onPress={() => setAsks('revert')}>
          Take back
        </Button>
      )}
      {rollout.wanted && (
        <span className="pro-quiet" role="status">
          {rollout.wanted === 'stop'
            ? 'Is being stopped'
            : 'Is being taken back'}
        </span>
      )}
      {asks === 'stop' && (
        <ConfirmDialog
          title={`Stop the rollout of ${name}?`}
          action="Stop rollout"
          onConfirm={async () => {
            await operator.stopRollout(rollout.id);
            onDone();
          }}
          onClose={close}
        >
          <p>
            Nobody else gets the version, and organisations where it is still
            watched go back to what they had. Those that have it for good keep
            it.
          </p>
        </ConfirmDialog>
      )}
      {asks === 'revert' && (
        <ConfirmDialog
          title={`Take ${name} back everywhere?`}
          action="Take back"
          onConfirm={async () => {
            await operator.revertRollout(rollout.id);
            onDone();
          }}
          onClose={close}
        >
          <p>
            Every organisation that has the version from this rollout goes back
            to what it had before. Where data was migrated, rows that were
            written since are kept for 30 days and counted in the report.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
