import { useEffect, useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { requestJson, requestNothing } from '../api/request';
import type { PasswordReset } from '../api/types';
import { DoorForm, Notice, SubmitButton } from '../frontDoor/form';
import { NewPasswordField } from '../frontDoor/NewPasswordField';
import type { PortalConfig } from '../portalConfig';

const send: typeof fetch = (url, init) => fetch(url, init);
const pathOf = (code: string) =>
  `/api/tenant-admin/v1/password-resets/${encodeURIComponent(code)}`;

/** Sets the password, then signs in with it, so that nobody types it twice. */
async function apply(code: string, email: string, password: string) {
  await requestNothing(send, `${pathOf(code)}/apply`, {
    method: 'POST',
    body: { password },
  });
  await requestNothing(send, '/api/auth/v1/sign-in', {
    method: 'POST',
    body: { email, password },
  }).catch(() => undefined);
  location.assign('/');
}

function Form(props: { code: string; reset: PasswordReset }) {
  const { email, organization } = props.reset;
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!password) {
      setError('Choose a password.');
      return;
    }
    setBusy(true);
    setProblem(undefined);
    apply(props.code, email, password).catch((thrown: unknown) => {
      const failure = asFailure(thrown);
      setError(failure.fields['password']);
      if (!failure.fields['password']) setProblem(failure.message);
      setBusy(false);
    });
  };

  return (
    <DoorForm
      title="Choose a new password"
      introduction={
        <>
          For <b>{email}</b> at {organization}. All other sessions end.
        </>
      }
      onSubmit={submit}
    >
      {problem && <Notice tone="bad">{problem}</Notice>}
      <input
        type="hidden"
        name="username"
        autoComplete="username"
        value={email}
        readOnly
      />
      <NewPasswordField
        value={password}
        onChange={value => {
          setPassword(value);
          setError(undefined);
        }}
        error={error}
      />
      <SubmitButton busy={busy}>
        {busy ? 'Changing the password' : 'Change password'}
      </SubmitButton>
    </DoorForm>
  );
}

/** Where the link of a reset leads. */
export function ChoosePassword(props: { portal: PortalConfig; code: string }) {
  const [reset, setReset] = useState<PasswordReset>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    requestJson<PasswordReset>(send, pathOf(props.code)).then(
      setReset,
      (thrown: unknown) => setProblem(asFailure(thrown).message),
    );
  }, [props.code]);
  if (reset) return <Form code={props.code} reset={reset} />;
  if (!problem) return null;
  return (
    <DoorForm
      title="This link cannot be used"
      onSubmit={event => event.preventDefault()}
      footer={
        <>
          <a href="/password-reset">Ask for a new link</a> or{' '}
          <a href="/">sign in to {props.portal.organizationName}</a>
        </>
      }
    >
      <Notice tone="bad">{problem}</Notice>
    </DoorForm>
  );
}
