import { useEffect, useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { requestJson, requestNothing } from '../api/request';
import type { Invitation } from '../api/types';
import { DoorPage } from '../frontDoor/DoorPage';
import { DoorForm, Notice, SubmitButton } from '../frontDoor/form';
import { NewPasswordField } from '../frontDoor/NewPasswordField';
import type { PortalConfig } from '../portalConfig';

type Found =
  | { state: 'looking' }
  | { state: 'open'; invitation: Invitation }
  | { state: 'closed'; message: string };

const pathOf = (code: string) =>
  `/api/tenant-admin/v1/invitations/${encodeURIComponent(code)}`;

function useInvitation(code: string): Found {
  const [found, setFound] = useState<Found>({ state: 'looking' });
  useEffect(() => {
    const abort = new AbortController();
    requestJson<Invitation>(fetch.bind(window), pathOf(code), {
      signal: abort.signal,
    }).then(
      invitation => setFound({ state: 'open', invitation }),
      (thrown: unknown) => {
        if (abort.signal.aborted) return;
        setFound({ state: 'closed', message: asFailure(thrown).message });
      },
    );
    return () => abort.abort();
  }, [code]);
  return found;
}

/** Accepts, then signs in with what was just typed, so that nobody types a new password twice. */
async function join(
  code: string,
  email: string,
  password: string,
): Promise<void> {
  const send = fetch.bind(window);
  await requestNothing(send, `${pathOf(code)}/accept`, {
    method: 'POST',
    body: { password },
  });
  await requestNothing(send, '/api/auth/v1/sign-in', {
    method: 'POST',
    body: { email, password },
  }).catch(() => undefined);
  location.assign('/');
}

function PasswordForm(props: { code: string; invitation: Invitation }) {
  const { name, email, organization } = props.invitation;
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
    join(props.code, email, password).catch((thrown: unknown) => {
      const failure = asFailure(thrown);
      setError(failure.fields['password']);
      if (!failure.fields['password']) setProblem(failure.message);
      setBusy(false);
    });
  };

  return (
    <DoorForm
      title={`Join ${organization}`}
      introduction={
        <>
          Welcome, {name}. Choose a password; you sign in with <b>{email}</b>.
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
      <SubmitButton busy={busy}>{busy ? 'Joining' : 'Join'}</SubmitButton>
    </DoorForm>
  );
}

/** Where the link of an invitation leads. */
export function InvitationPage(props: { portal: PortalConfig; code: string }) {
  const found = useInvitation(props.code);
  return (
    <DoorPage>
      {found.state === 'open' && (
        <PasswordForm code={props.code} invitation={found.invitation} />
      )}
      {found.state === 'closed' && (
        <DoorForm
          title="This invitation cannot be used"
          onSubmit={event => event.preventDefault()}
          footer={
            <>
              Do you have a password already?{' '}
              <a href="/">Sign in to {props.portal.organizationName}</a>
            </>
          }
        >
          <Notice tone="bad">{found.message}</Notice>
          <p className="door-introduction">
            Ask an administrator of {props.portal.organizationName} for a new
            link.
          </p>
        </DoorForm>
      )}
    </DoorPage>
  );
}
