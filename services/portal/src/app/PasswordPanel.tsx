import { useApi } from '@backstage/frontend-plugin-api';
import { Button, PasswordField } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import type { FieldErrors } from '../api/fieldPath';
import { sessionsApiRef } from '../api/sessions';
import { useMeLoad } from '../plugins/settings/useMe';
import { Panel } from '../ui/Panel';
import { Problem } from '../ui/Problem';
import { Loaded } from '../ui/states';
import { Status } from '../ui/Status';
import { useLoad } from '../ui/useLoad';
import { withoutPassword } from './passwordWords';

function Secret(props: {
  label: string;
  name: string;
  autoComplete: string;
  value: string;
  onChange: (value: string) => void;
  error?: string;
}) {
  const { error, ...field } = props;
  return (
    <div className="pro-field">
      <PasswordField
        {...field}
        size="small"
        isInvalid={Boolean(error)}
        validationBehavior="aria"
      />
      {error && (
        <p className="pro-field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** Changes one's own password. */
function PasswordForm() {
  const sessions = useApi(sessionsApiRef);
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setErrors({});
    setProblem(undefined);
    setSaved(false);
    try {
      await sessions.changePassword(current, password);
      setCurrent('');
      setPassword('');
      setSaved(true);
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      if (Object.keys(failure.fields).length === 0) setProblem(failure.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="pro-form"
      onSubmit={event => void submit(event)}
      noValidate
    >
      {problem && <Problem>{problem}</Problem>}
      <Secret
        label="Present password"
        name="current"
        autoComplete="current-password"
        value={current}
        onChange={setCurrent}
        error={errors['current']}
      />
      <Secret
        label="New password"
        name="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        error={errors['password']}
      />
      <div className="pro-form-foot">
        <Button
          type="submit"
          variant="secondary"
          isPending={busy}
          isDisabled={!current || !password}
        >
          Change password
        </Button>
        {saved && <Status tone="good">Changed</Status>}
      </div>
    </form>
  );
}

function WithoutPassword() {
  const sessions = useApi(sessionsApiRef);
  const { load, reload } = useLoad(() => sessions.list({}));
  return (
    <Loaded load={load} onRetry={reload} rows={1}>
      {own => <p className="pro-quiet">{withoutPassword(own)}</p>}
    </Loaded>
  );
}

/** Changes one's own password, or says how one signs in without. */
export function PasswordPanel() {
  const { load, reload } = useMeLoad();
  const hasPassword = load.state === 'ready' && load.value.hasPassword;
  return (
    <Panel
      title="Password"
      introduction={
        hasPassword ? 'Changing it signs your other browsers out.' : undefined
      }
    >
      <Loaded load={load} onRetry={reload} rows={2}>
        {me => (me.hasPassword ? <PasswordForm /> : <WithoutPassword />)}
      </Loaded>
    </Panel>
  );
}
