import { useApi } from '@backstage/frontend-plugin-api';
import { Button, PasswordField, Select } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { fieldErrors, type FieldErrors } from '../../../api/fieldPath';
import { sourceHostsApiRef, type SourceHost } from '../../../api/sourceHosts';
import { Problem } from '../../../ui/Problem';
import { TextInput } from '../../../ui/TextInput';
import {
  hostErrors,
  kindTitles,
  newHostDraft,
  ofHostKind,
  toNewHost,
  type HostDraft,
} from './hostDraft';

interface TokenInputProps {
  label: string;
  description: string;
  value: string;
  onChange: (value: string) => void;
  error?: string;
}

/** Takes a token; what is stored is never shown again. */
export function TokenInput({ error, ...field }: TokenInputProps) {
  return (
    <div className="pro-field">
      <PasswordField
        {...field}
        size="small"
        name="token"
        autoComplete="off"
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

const tokenHints = {
  github:
    'A fine-grained token with read access to contents. Without one, only public repositories are read.',
  gitlab:
    'A token with the scope read_api. Without one, only public projects are read.',
};

/** Connects a host. */
export function HostForm(props: { onAdded: (host: SourceHost) => void }) {
  const hosts = useApi(sourceHostsApiRef);
  const [draft, setDraft] = useState<HostDraft>(() => newHostDraft('github'));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const change = (changed: HostDraft) => {
    setDraft(changed);
    setErrors({});
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = hostErrors(draft);
    setErrors(found);
    setProblem(undefined);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      props.onAdded(await hosts.add(toNewHost(draft)));
    } catch (thrown) {
      const failure = asFailure(thrown);
      const named = fieldErrors(failure);
      setErrors(failure.status === 409 ? { host: failure.message } : named);
      if (Object.keys(named).length === 0 && failure.status !== 409)
        setProblem(failure.message);
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
      <Select
        label="What runs there"
        options={[
          { id: 'github', label: kindTitles.github },
          { id: 'gitlab', label: kindTitles.gitlab },
        ]}
        value={draft.kind}
        onChange={key =>
          change(ofHostKind(draft, key === 'gitlab' ? 'gitlab' : 'github'))
        }
      />
      <TextInput
        label="Host"
        name="host"
        description="As it stands in the addresses of your repositories."
        value={draft.host}
        onChange={host => change({ ...draft, host })}
        error={errors['host']}
      />
      <TokenInput
        label="Token"
        description={tokenHints[draft.kind]}
        value={draft.token}
        onChange={token => change({ ...draft, token })}
        error={errors['token']}
      />
      <TextInput
        label="Address of the API"
        name="apiBaseUrl"
        description="Only when it is not where such hosts have it."
        placeholder={
          draft.kind === 'github'
            ? 'https://HOST/api/v3'
            : 'https://HOST/api/v4'
        }
        value={draft.apiBaseUrl}
        onChange={apiBaseUrl => change({ ...draft, apiBaseUrl })}
        error={errors['apiBaseUrl']}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Connect host
        </Button>
      </div>
    </form>
  );
}

/** Replaces the token of a connected host. */
export function ReplaceTokenForm(props: {
  host: SourceHost;
  onSaved: () => void;
}) {
  const hosts = useApi(sourceHostsApiRef);
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!token.trim()) {
      setError('Paste the new token.');
      return;
    }
    setBusy(true);
    try {
      await hosts.change(props.host.id, { token: token.trim() });
      props.onSaved();
    } catch (thrown) {
      const failure = asFailure(thrown);
      setError(failure.fields['token'] ?? failure.message);
      setBusy(false);
    }
  };
  return (
    <form
      className="pro-form"
      onSubmit={event => void submit(event)}
      noValidate
    >
      <TokenInput
        label="New token"
        description="It takes the place of the present one at once."
        value={token}
        onChange={text => {
          setToken(text);
          setError(undefined);
        }}
        error={error}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Replace token
        </Button>
      </div>
    </form>
  );
}
