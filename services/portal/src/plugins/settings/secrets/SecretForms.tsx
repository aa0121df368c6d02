import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Select } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { secretsApiRef, type GranteeKind } from '../../../api/secrets';
import type { Secret } from '../../../api/types';
import { Problem } from '../../../ui/Problem';
import { TextInput } from '../../../ui/TextInput';
import {
  emptySecret,
  grantableKinds,
  granteeTitles,
  isGranteeKind,
  isScope,
  overlapOptions,
  scopeTitles,
  secretErrors,
  valueError,
} from './secretDraft';
import { ValueInput } from './ValueInput';

interface Submission {
  errors: Readonly<Record<string, string>>;
  problem?: string;
  busy: boolean;
  /** Sends, and keeps what is wrong where it can be shown. */
  send: (
    event: FormEvent,
    found: Record<string, string>,
    act: () => Promise<Secret>,
  ) => Promise<void>;
}

function useSubmission(onDone: (secret: Secret) => void): Submission {
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const send: Submission['send'] = async (event, found, act) => {
    event.preventDefault();
    setErrors(found);
    setProblem(undefined);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      onDone(await act());
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      if (Object.keys(failure.fields).length === 0) setProblem(failure.message);
      setBusy(false);
    }
  };
  return { errors, problem, busy, send };
}

/** Makes a secret. */
export function NewSecretForm(props: { onMade: (secret: Secret) => void }) {
  const secrets = useApi(secretsApiRef);
  const [draft, setDraft] = useState(emptySecret);
  const { errors, problem, busy, send } = useSubmission(props.onMade);
  return (
    <form
      className="pro-form"
      noValidate
      onSubmit={event =>
        void send(event, secretErrors(draft), () => secrets.add(draft))
      }
    >
      {problem && <Problem>{problem}</Problem>}
      <TextInput
        label="Name"
        name="name"
        placeholder="DEPLOY_TOKEN"
        description="Templates and plugins refer to it by this name."
        value={draft.name}
        onChange={name => setDraft({ ...draft, name: name.trim() })}
        error={errors['name']}
      />
      <ValueInput
        value={draft.value}
        onChange={value => setDraft({ ...draft, value })}
        error={errors['value']}
      />
      <TextInput
        label="Description"
        name="description"
        description="What it opens, and who renews it."
        value={draft.description}
        onChange={description => setDraft({ ...draft, description })}
        error={errors['description']}
      />
      <Select
        label="For"
        options={Object.entries(scopeTitles).map(([id, label]) => ({
          id,
          label,
        }))}
        value={draft.scope}
        onChange={scope => isScope(scope) && setDraft({ ...draft, scope })}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Add secret
        </Button>
      </div>
    </form>
  );
}

/** Replaces the value of a secret. */
export function RotateForm(props: {
  secret: Secret;
  onRotated: (secret: Secret) => void;
}) {
  const secrets = useApi(secretsApiRef);
  const [value, setValue] = useState('');
  const [overlap, setOverlap] = useState('0');
  const { errors, problem, busy, send } = useSubmission(props.onRotated);
  const wrong = (): Record<string, string> => {
    const error = valueError(value);
    return error ? { value: error } : {};
  };
  return (
    <form
      className="pro-form"
      noValidate
      onSubmit={event =>
        void send(event, wrong(), () =>
          secrets.rotate(props.secret.id, value, Number(overlap)),
        )
      }
    >
      {problem && <Problem>{problem}</Problem>}
      <ValueInput value={value} onChange={setValue} error={errors['value']} />
      <Select
        label="The present value shall"
        options={overlapOptions}
        value={overlap}
        onChange={key => setOverlap(String(key ?? '0'))}
      />
      <p className="pro-quiet">
        Plugins start anew with the new value now, templates use it from their
        next run on.
      </p>
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Rotate secret
        </Button>
      </div>
    </form>
  );
}

const idFields: Record<GranteeKind, { label: string; placeholder: string }> = {
  plugin: { label: 'Id of the plugin', placeholder: 'badges' },
  template: {
    label: 'Reference of the template',
    placeholder: 'template:default/new-service',
  },
  proxy: { label: 'Name of the proxy', placeholder: 'pagerduty' },
};

/** Lets a plugin, a template or a proxy use a secret. */
export function GrantForm(props: {
  secret: Secret;
  onGranted: (secret: Secret) => void;
}) {
  const secrets = useApi(secretsApiRef);
  const kinds = grantableKinds(props.secret.scope);
  const [kind, setKind] = useState<GranteeKind>(kinds[0] ?? 'plugin');
  const [id, setId] = useState('');
  const { errors, problem, busy, send } = useSubmission(props.onGranted);
  const wrong = (): Record<string, string> =>
    id.trim() ? {} : { id: `Enter the ${idFields[kind].label.toLowerCase()}.` };
  return (
    <form
      className="pro-form"
      noValidate
      onSubmit={event =>
        void send(event, wrong(), () =>
          secrets.grant(props.secret.id, { kind, id: id.trim() }),
        )
      }
    >
      {problem && <Problem>{problem}</Problem>}
      <Select
        label="Grant to a"
        options={kinds.map(kind => ({ id: kind, label: granteeTitles[kind] }))}
        value={kind}
        onChange={key => isGranteeKind(key) && setKind(key)}
      />
      <TextInput
        label={idFields[kind].label}
        name="id"
        placeholder={idFields[kind].placeholder}
        description={
          kind === 'template'
            ? 'Whoever can change the template can make it show the value elsewhere: grant to templates that you trust.'
            : undefined
        }
        value={id}
        onChange={setId}
        error={errors['id'] ?? errors['kind']}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Grant
        </Button>
      </div>
    </form>
  );
}
