import { useEffect, useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { requestJson, requestNothing } from '../api/request';
import type { PasswordReset } from '../api/types';
import { DoorPage } from '../frontDoor/DoorPage';
import { DoorForm, Notice, SubmitButton } from '../frontDoor/form';
import { NewPasswordField } from '../frontDoor/NewPasswordField';
import type { PortalConfig } from '../portalConfig';

type Found =
  | { state: 'looking' }
  | { state: 'open'; reset: PasswordReset }
  | { state: 'closed'; message: string };

const pathOf = (code: string) =>
  `/api/tenant-admin/v1/password-resets/${encodeURIComponent(code)}`;

function useReset(code: string): Found {
  const [found, setFound] = useState<Found>({ state: 'looking' });
  useEffect(() => {
    const abort = new AbortController();
    requestJson<PasswordReset>(fetch.bind(window), pathOf(code), {
      signal: abort.signal,
    }).then(
      reset => setFound({ state: 'open', reset }),
      (thrown: unknown) => {
        if (abort.signal.aborted) return;
        setFound({ state: 'closed', message: asFailure(thrown).message });
      },
    );
    return () => abort.abort();
  }, [code]);
  return found;
}

/** Sets the password, then signs in with it, so that nobody types a new password twice. */
async function choose(
  code: string,
  email: string,
  password: string,
): Promise<void> {
  const send = fetch.bind(window);
  await requestNothing(send, pathOf(code), {
    method: 'POST',
    body: { password },
  });
  await requestNothing(send, '/api/auth/v1/sign-in', {
    method: 'POST',
    body: { email, password },
  }).catch(() => undefined);
  location.assign('/');
}

function ChooseForm(props: { code: string; reset: PasswordReset }) {
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
    choose(props.code, email, password).catch((thrown: unknown) => {
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
          For <b>{email}</b> at {organization}. Every browser that is signed in
          with the old one is signed out.
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
        {busy ? 'Saving' : 'Save password'}
      </SubmitButton>
    </DoorForm>
  );
}

/** Where the link for a new password leads. */
export function NewPasswordPage(props: { portal: PortalConfig; code: string }) {
  const found = useReset(props.code);
  return (
    <DoorPage>
      {found.state === 'open' && (
        <ChooseForm code={props.code} reset={found.reset} />
      )}
      {found.state === 'closed' && (
        <DoorForm
          title="This link cannot be used"
          onSubmit={event => event.preventDefault()}
          footer={
            <>
              Do you know your password?{' '}
              <a href="/">Sign in to {props.portal.organizationName}</a>
            </>
          }
        >
          <Notice tone="bad">{found.message}</Notice>
        </DoorForm>
      )}
    </DoorPage>
  );
}
