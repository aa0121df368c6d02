import { useApi } from '@backstage/frontend-plugin-api';
import { Button, TextAreaField } from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../api/failure';
import { scaffolderRunsApiRef, type Gate } from '../../api/scaffolderRuns';
import { Problem } from '../../ui/Problem';
import { tellDecided } from './waiting';

export interface DecisionFormProps {
  gate: Gate;
  onDecided: (gate: Gate, approved: boolean) => void;
  /** Shows the gate as it is now, when somebody else was faster. */
  onReload: () => void;
}

type Wrong = { field?: string; problem?: string; isLate?: boolean };

/** Approves or rejects what a run waits for. */
export function DecisionForm({ gate, onDecided, onReload }: DecisionFormProps) {
  const runs = useApi(scaffolderRunsApiRef);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState<'approve' | 'reject'>();
  const [wrong, setWrong] = useState<Wrong>({});
  const decide = async (approve: boolean) => {
    const text = reason.trim();
    if (gate.reasonRequired && !text) {
      setWrong({ field: 'Say why, in a few words.' });
      return;
    }
    setWrong({});
    setBusy(approve ? 'approve' : 'reject');
    try {
      const changed = await runs.decide(gate.id, approve, text);
      tellDecided();
      onDecided(changed, approve);
    } catch (thrown) {
      const failure = asFailure(thrown);
      const field = failure.fields['reason'];
      setWrong(
        field
          ? { field }
          : { problem: failure.message, isLate: failure.status === 409 },
      );
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <div className="runs-decision">
      {wrong.problem && (
        <Problem>
          {wrong.problem}{' '}
          {wrong.isLate && (
            <button
              type="button"
              className="pro-text-button"
              onClick={onReload}
            >
              Show how it is now
            </button>
          )}
        </Problem>
      )}
      <div className="pro-field">
        <TextAreaField
          label="Reason"
          secondaryLabel={gate.reasonRequired ? 'Required' : 'Optional'}
          description="Everybody who looks at the run can read it."
          rows={2}
          value={reason}
          onChange={text => {
            setReason(text);
            setWrong({});
          }}
          isInvalid={Boolean(wrong.field)}
          validationBehavior="aria"
        />
        {wrong.field && (
          <p className="pro-field-error" role="alert">
            {wrong.field}
          </p>
        )}
      </div>
      <div className="pro-actions">
        <Button
          variant="primary"
          isPending={busy === 'approve'}
          isDisabled={busy === 'reject'}
          onPress={() => void decide(true)}
        >
          Approve
        </Button>
        <Button
          variant="secondary"
          destructive
          isPending={busy === 'reject'}
          isDisabled={busy === 'approve'}
          onPress={() => void decide(false)}
        >
          Reject
        </Button>
      </div>
    </div>
  );
}
