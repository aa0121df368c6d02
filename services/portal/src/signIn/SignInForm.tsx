import { useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { requestNothing } from '../api/request';
import { DoorForm, Field, Notice, SubmitButton } from '../frontDoor/form';
import { DoorPage } from '../frontDoor/DoorPage';

export interface SignInFormProps {
  organizationName: string;
  /** Address to begin with, for instance after an invitation was accepted. */
  email?: string;
  /** Called when the gateway has set the session cookie. */
  onSignedIn: () => Promise<void>;
}

const signInPath = '/api/auth/v1/sign-in';

function explain(thrown: unknown): string {
  const failure = asFailure(thrown);
  if (failure.status !== 429) return failure.message;
  const minutes = Math.ceil((failure.retryAfterSeconds ?? 60) / 60);
  return `Too many tries. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`;
}

/** Mail and password against the gateway's sign-in. */
export function SignInForm(props: SignInFormProps) {
  const [email, setEmail] = useState(props.email ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { email: email.trim(), password };
      await requestNothing(fetch.bind(window), signInPath, {
        method: 'POST',
        body,
      });
      await props.onSignedIn();
    } catch (thrown) {
      setProblem(explain(thrown));
      setBusy(false);
    }
  };

  return (
    <DoorPage>
      <DoorForm
        title={`Sign in to ${props.organizationName}`}
        onSubmit={event => void submit(event)}
        footer={<a href="/password-reset">Forgot your password?</a>}
      >
        {problem && <Notice tone="bad">{problem}</Notice>}
        <Field
          label="Mail address"
          name="email"
          type="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
          required
          autoFocus={!props.email}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          required
          autoFocus={Boolean(props.email)}
        />
        <SubmitButton busy={busy}>
          {busy ? 'Signing in' : 'Sign in'}
        </SubmitButton>
      </DoorForm>
    </DoorPage>
  );
}
