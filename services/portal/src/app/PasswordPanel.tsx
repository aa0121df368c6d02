import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { requestNothing } from '../api/request';
import { tenantAdminApiRef } from '../api/tenantAdmin';
import { Panel } from '../ui/Panel';
import { PasswordInput } from '../ui/PasswordInput';
import { Problem } from '../ui/Problem';
import { Status } from '../ui/Status';

/** Changing one's own password. All sessions end; this one begins anew with the new password. */
export function PasswordPanel() {
  const admin = useApi(tenantAdminApiRef);
  const identity = useApi(identityApiRef);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [changed, setChanged] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setErrors({});
    setProblem(undefined);
    setChanged(false);
    try {
      const { email } = await identity.getProfileInfo();
      await admin.changePassword({ current, new: next });
      await requestNothing(fetch.bind(window), '/api/auth/v1/sign-in', {
        method: 'POST',
        body: { email, password: next },
      });
      setCurrent('');
      setNext('');
      setChanged(true);
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      if (Object.keys(failure.fields).length === 0) setProblem(failure.message);
    }
    setBusy(false);
  };

  return (
    <Panel
      title="Password"
      introduction="When you change it, your other sessions end."
    >
      <form
        className="pro-form"
        onSubmit={event => void submit(event)}
        noValidate
      >
        {problem && <Problem>{problem}</Problem>}
        <PasswordInput
          label="Present password"
          name="current-password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          error={errors['current']}
        />
        <PasswordInput
          label="New password"
          name="new-password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          error={errors['new']}
        />
        <div className="pro-form-foot">
          <Button
            type="submit"
            variant="primary"
            isPending={busy}
            isDisabled={!current || !next}
          >
            Change password
          </Button>
          {changed && <Status tone="good">Your password is changed.</Status>}
        </div>
      </form>
    </Panel>
  );
}
