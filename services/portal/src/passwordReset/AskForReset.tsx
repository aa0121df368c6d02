import { useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { requestNothing } from '../api/request';
import { DoorForm, Field, Notice, SubmitButton } from '../frontDoor/form';
import type { PortalConfig } from '../portalConfig';

const resetsPath = '/api/tenant-admin/v1/password-resets';

/** Asks for the mail address; the answer is the same whether it is known or not. */
export function AskForReset({ portal }: { portal: PortalConfig }) {
  const [email, setEmail] = useState('');
  const [sent, setSent] = useState<string>();
  const [error, setError] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await requestNothing(fetch.bind(window), resetsPath, {
        method: 'POST',
        body: { email: email.trim() },
      });
      setSent(email.trim());
    } catch (thrown) {
      const failure = asFailure(thrown);
      setError(failure.fields['email']);
      if (!failure.fields['email']) setProblem(failure.message);
    }
    setBusy(false);
  };

  const footer = <a href="/">Back to signing in</a>;
  if (!portal.mail) {
    return (
      <DoorForm
        title="Forgot your password?"
        onSubmit={event => event.preventDefault()}
        footer={footer}
      >
        <p className="door-introduction">
          This portal sends no mail. An administrator of{' '}
          {portal.organizationName} can make you a link for a new password,
          under Settings, Members.
        </p>
      </DoorForm>
    );
  }
  return (
    <DoorForm
      title="Forgot your password?"
      introduction="We mail you a link with which you choose a new one."
      onSubmit={event => void submit(event)}
      footer={footer}
    >
      {problem && <Notice tone="bad">{problem}</Notice>}
      {sent && (
        <Notice tone="good">
          If {sent} belongs to a member, a mail is on its way. Its link works
          for a day.
        </Notice>
      )}
      <Field
        label="Mail address"
        name="email"
        type="email"
        autoComplete="username"
        value={email}
        onChange={value => {
          setEmail(value);
          setError(undefined);
        }}
        error={error}
        required
        autoFocus
      />
      <SubmitButton busy={busy}>Mail me a link</SubmitButton>
    </DoorForm>
  );
}
