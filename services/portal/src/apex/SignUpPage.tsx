import { useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { requestJson } from '../api/request';
import type {
  ConfirmationMailed,
  SignUpRequest,
  SignUpResponse,
} from '../api/types';
import { DoorPage } from '../frontDoor/DoorPage';
import { DoorForm, Field, Notice, SubmitButton } from '../frontDoor/form';
import { NewPasswordField } from '../frontDoor/NewPasswordField';
import type { PortalConfig } from '../portalConfig';
import { suggestSlug, tidySlug } from './slug';
import { useSlugAvailability, type SlugCheck } from './useSlugAvailability';

const signUpPath = '/api/tenant-admin/v1/signup';

interface Form {
  organization: string;
  /** Undefined until the person changes the suggested address. */
  slug?: string;
  name: string;
  email: string;
  password: string;
}

const empty: Form = { organization: '', name: '', email: '', password: '' };

type Errors = Readonly<Record<string, string>>;

/** What can be said without asking the server. */
function missing(request: SignUpRequest): Errors {
  const { organization, admin } = request;
  const checks: [string, boolean, string][] = [
    [
      'organization.name',
      organization.name !== '',
      'Enter the name of your organisation.',
    ],
    ['organization.slug', organization.slug !== '', 'Choose an address.'],
    ['admin.name', admin.name !== '', 'Enter your name.'],
    ['admin.email', /^\S+@\S+$/.test(admin.email), 'Enter your mail address.'],
    ['admin.password', admin.password !== '', 'Choose a password.'],
  ];
  return Object.fromEntries(
    checks.flatMap(([field, good, text]) => (good ? [] : [[field, text]])),
  );
}

function slugNotes(check: SlugCheck, error?: string) {
  if (error) return { error };
  switch (check.state) {
    case 'available':
      return { good: 'This address is free.' };
    case 'taken':
      return { error: check.reason };
    case 'checking':
      return { hint: 'Checking the address.' };
    default:
      return { hint: 'This is where your portal will be.' };
  }
}

function useSignUp() {
  const [form, setForm] = useState<Form>(empty);
  const [errors, setErrors] = useState<Errors>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [mailedTo, setMailedTo] = useState<string>();

  const slug = form.slug ?? suggestSlug(form.organization);
  const change = (field: keyof Form, path: string) => (value: string) => {
    setForm(before => ({ ...before, [field]: value }));
    setErrors(before => ({ ...before, [path]: '' }));
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const request: SignUpRequest = {
      organization: { name: form.organization.trim(), slug },
      admin: {
        name: form.name.trim(),
        email: form.email.trim(),
        password: form.password,
      },
    };
    const found = missing(request);
    setErrors(found);
    setProblem(undefined);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const answer = await requestJson<SignUpResponse | ConfirmationMailed>(
        fetch.bind(window),
        signUpPath,
        { method: 'POST', body: request },
      );
      if ('url' in answer) location.assign(answer.url);
      else setMailedTo(answer.mailedTo);
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      if (Object.keys(failure.fields).length === 0) setProblem(failure.message);
      setBusy(false);
    }
  };
  return { form, slug, errors, problem, busy, mailedTo, change, submit };
}

function ConfirmYourAddress({ email }: { email: string }) {
  return (
    <DoorPage>
      <DoorForm
        title="Look into your mail"
        onSubmit={event => event.preventDefault()}
        footer={<a href="/signup">Sign up with another address</a>}
      >
        <p className="door-introduction" role="status">
          We sent a link to <b>{email}</b>. Open it within an hour, and your
          portal is made.
        </p>
      </DoorForm>
    </DoorPage>
  );
}

/** Makes an organisation's portal and goes there. */
export function SignUpPage({ portal }: { portal: PortalConfig }) {
  const { form, slug, errors, problem, busy, mailedTo, change, submit } =
    useSignUp();
  const check = useSlugAvailability(slug);
  const setSlug = change('slug', 'organization.slug');
  if (mailedTo) return <ConfirmYourAddress email={mailedTo} />;
  return (
    <DoorPage>
      <DoorForm
        title="Create your portal"
        introduction="It is ready in a few seconds. You become its first administrator."
        onSubmit={event => void submit(event)}
        footer={
          <>
            Does your organisation have a portal already?{' '}
            <a href="/portal">Go to your portal</a>
          </>
        }
      >
        {problem && <Notice tone="bad">{problem}</Notice>}
        <Field
          label="Organisation"
          name="organization"
          autoComplete="organization"
          value={form.organization}
          onChange={change('organization', 'organization.name')}
          error={errors['organization.name']}
          required
          autoFocus
        />
        <Field
          label="Address"
          name="slug"
          autoComplete="off"
          value={slug}
          onChange={value => setSlug(tidySlug(value))}
          onBlur={() => form.slug && setSlug(suggestSlug(form.slug))}
          suffix={`.${portal.domain}`}
          {...slugNotes(check, errors['organization.slug'])}
          required
        />
        <Field
          label="Your name"
          name="name"
          autoComplete="name"
          value={form.name}
          onChange={change('name', 'admin.name')}
          error={errors['admin.name']}
          required
        />
        <Field
          label="Mail address"
          name="email"
          type="email"
          autoComplete="username"
          value={form.email}
          onChange={change('email', 'admin.email')}
          error={errors['admin.email']}
          hint="You sign in with it."
          required
        />
        <NewPasswordField
          value={form.password}
          onChange={change('password', 'admin.password')}
          error={errors['admin.password']}
        />
        <SubmitButton busy={busy}>
          {busy ? 'Creating your portal' : 'Create portal'}
        </SubmitButton>
      </DoorForm>
    </DoorPage>
  );
}
