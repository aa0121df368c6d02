import { useEffect, useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { requestJson, requestNothing } from '../api/request';
import type { SignInOptions } from '../api/types';
import { DoorPage } from '../frontDoor/DoorPage';
import { DoorForm, Field, Notice, SubmitButton } from '../frontDoor/form';
import { startAddress } from './startAddress';

export interface SignInFormProps {
  organizationName: string;
  /** Called when the gateway has set the session cookie. */
  onSignedIn: () => Promise<void>;
}

const signInPath = '/api/auth/v1/sign-in';
const optionsPath = '/api/auth/v1/sign-in-options';

function explain(thrown: unknown): string {
  const failure = asFailure(thrown);
  if (failure.status !== 429) return failure.message;
  const minutes = Math.ceil((failure.retryAfterSeconds ?? 60) / 60);
  return `Too many tries. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`;
}

/** What one can sign in with. While nothing is known, or nothing is answered, a password always can be tried. */
function useOptions(): SignInOptions | undefined {
  const [options, setOptions] = useState<SignInOptions>();
  useEffect(() => {
    const abort = new AbortController();
    requestJson<SignInOptions>(fetch.bind(window), optionsPath, {
      signal: abort.signal,
    }).then(setOptions, () => {
      if (!abort.signal.aborted) setOptions({ providers: [], passwords: true });
    });
    return () => abort.abort();
  }, []);
  return options;
}

function Providers({ options }: { options: SignInOptions }) {
  return (
    <div className="door-providers">
      {options.providers.map(provider => (
        <a
          key={provider.name}
          className="door-button door-provider"
          href={startAddress(provider.url, location)}
        >
          Sign in with {provider.title}
        </a>
      ))}
    </div>
  );
}

function PasswordFields(props: {
  focus: boolean;
  onSubmit: (email: string, password: string) => Promise<void>;
  title: string;
  options: SignInOptions;
}) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { options } = props;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await props.onSubmit(email.trim(), password);
    } catch (thrown) {
      setProblem(explain(thrown));
      setBusy(false);
    }
  };
  return (
    <DoorForm
      title={props.title}
      introduction={
        options.passwords
          ? undefined
          : 'Passwords here are for administrators who were named for emergencies.'
      }
      onSubmit={event => void submit(event)}
      footer={<a href="/password-reset">Forgot your password?</a>}
    >
      {problem && <Notice tone="bad">{problem}</Notice>}
      {options.passwords && options.providers.length > 0 && (
        <>
          <Providers options={options} />
          <div className="door-or">or with a password</div>
        </>
      )}
      <Field
        label="Mail address"
        name="email"
        type="email"
        autoComplete="username"
        value={email}
        onChange={setEmail}
        required
        autoFocus={props.focus}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        required
      />
      <SubmitButton busy={busy}>{busy ? 'Signing in' : 'Sign in'}</SubmitButton>
    </DoorForm>
  );
}

/** The organisation's providers, and mail and password against the gateway's sign-in. */
export function SignInForm(props: SignInFormProps) {
  const options = useOptions();
  const [emergency, setEmergency] = useState(false);
  const title = `Sign in to ${props.organizationName}`;
  if (!options) return <DoorPage>{null}</DoorPage>;

  const submit = async (email: string, password: string) => {
    await requestNothing(fetch.bind(window), signInPath, {
      method: 'POST',
      body: { email, password },
    });
    await props.onSignedIn();
  };
  return (
    <DoorPage>
      {options.passwords || emergency ? (
        <PasswordFields
          title={title}
          options={options}
          focus={options.providers.length === 0 || emergency}
          onSubmit={submit}
        />
      ) : (
        <DoorForm
          title={title}
          onSubmit={event => event.preventDefault()}
          footer={
            <button
              type="button"
              className="door-link"
              onClick={() => setEmergency(true)}
            >
              Emergency access for administrators
            </button>
          }
        >
          <Providers options={options} />
        </DoorForm>
      )}
    </DoorPage>
  );
}
