import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Select } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { tokensApiRef } from '../../../api/tokens';
import type { TokenPolicy } from '../../../api/types';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { Status } from '../../../ui/Status';

const usual = [
  { id: '', label: 'No limit' },
  { id: '30', label: '30 days' },
  { id: '90', label: '90 days' },
  { id: '365', label: 'A year' },
];

/** How long new tokens may live. */
export function PolicyForm(props: {
  policy: TokenPolicy;
  onSaved: (policy: TokenPolicy) => void;
}) {
  const tokens = useApi(tokensApiRef);
  const saved = props.policy.maxDays ? String(props.policy.maxDays) : '';
  const [days, setDays] = useState(saved);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const options = usual.some(option => option.id === saved)
    ? usual
    : [...usual, { id: saved, label: `${saved} days` }];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const policy = days ? { maxDays: Number(days) } : {};
      props.onSaved(await tokens.setPolicy(policy));
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel
      title="How long tokens may work"
      introduction="Holds for new tokens of every kind; those that are there stay as they are."
    >
      <form
        className="pro-form"
        noValidate
        onSubmit={event => void submit(event)}
      >
        {problem && <Problem>{problem}</Problem>}
        <Select
          label="At most"
          options={options}
          value={days}
          onChange={key => setDays(String(key ?? ''))}
        />
        <div className="pro-form-foot">
          <Button
            type="submit"
            variant="secondary"
            isPending={busy}
            isDisabled={days === saved}
          >
            Save
          </Button>
          {days === saved && <Status tone="good">Saved and in force</Status>}
        </div>
      </form>
    </Panel>
  );
}
