import { Button } from '@backstage/ui';
import { useRef, useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { focusFirstError } from '../ui/focusFirstError';
import { Panel } from '../ui/Panel';
import { Problem } from '../ui/Problem';
import { TextInput } from '../ui/TextInput';
import { useOperator } from './context';
import {
  draftErrors,
  fromServer,
  newDraft,
  toRollout,
  type Draft,
  type DraftErrors,
} from './draft';

interface FieldText {
  label: string;
  description?: string;
}

const main: [keyof Draft, FieldText][] = [
  [
    'package',
    { label: 'Package', description: 'An npm package that is on your list.' },
  ],
  ['version', { label: 'Version', description: 'Exact, such as 1.2.3.' }],
  [
    'canaries',
    {
      label: 'Canaries',
      description:
        'Addresses of organisations that get it first, separated by commas. Empty: those on the early channel, else one of all.',
    },
  ],
  [
    'waves',
    {
      label: 'Waves',
      description: 'Shares of the others in per cent, one after the other.',
    },
  ],
];

const gate: [keyof Draft, FieldText][] = [
  ['parallel', { label: 'Organisations at once' }],
  ['soakSeconds', { label: 'Watched for at least, in seconds' }],
  ['minRequests', { label: 'And for so many requests' }],
  ['longestSeconds', { label: 'But at most, in seconds' }],
  ['errorPercent', { label: 'More failed requests than before, in %' }],
  ['latencyFactor', { label: '95th percentile, times the former' }],
  ['beacons', { label: 'Browsers in which it breaks' }],
];

export interface StartFormProps {
  packageName: string;
  onStarted: (id: string) => void;
  onClose: () => void;
}

/** Asks what is to be rolled out, and how carefully. */
export function StartForm(props: StartFormProps) {
  const operator = useOperator();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(() => newDraft(props.packageName));
  const [errors, setErrors] = useState<DraftErrors>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = draftErrors(draft);
    setErrors(found);
    setProblem(undefined);
    if (Object.keys(found).length > 0) {
      focusFirstError(form.current);
      return;
    }
    setBusy(true);
    try {
      const { id } = await operator.startRollout(toRollout(draft));
      props.onStarted(id);
    } catch (thrown) {
      const failure = asFailure(thrown);
      const told = fromServer(failure.fields);
      setErrors(told);
      if (Object.keys(told).length === 0) setProblem(failure.message);
      else focusFirstError(form.current);
      setBusy(false);
    }
  };
  const field = ([name, text]: [keyof Draft, FieldText]) => (
    <TextInput
      key={name}
      name={name}
      label={text.label}
      description={text.description}
      value={draft[name]}
      error={errors[name]}
      onChange={value => {
        setDraft(before => ({ ...before, [name]: value }));
        setErrors(before => ({ ...before, [name]: undefined }));
      }}
    />
  );
  return (
    <Panel title="Start a rollout">
      <form ref={form} onSubmit={event => void submit(event)} noValidate>
        {problem && <Problem>{problem}</Problem>}
        <div className="operator-form">{main.map(field)}</div>
        <h3 className="operator-form-title">Gate</h3>
        <div className="operator-form operator-form-small">
          {gate.map(field)}
        </div>
        <div className="pro-form-foot operator-form-foot">
          <Button type="submit" variant="primary" isPending={busy}>
            Start rollout
          </Button>
          <Button variant="secondary" onPress={props.onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Panel>
  );
}
