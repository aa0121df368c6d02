import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Checkbox,
  CheckboxGroup,
  Radio,
  RadioGroup,
  Select,
} from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { tokensApiRef } from '../../../api/tokens';
import type { Role } from '../../../api/types';
import { CopyField } from '../../../ui/CopyField';
import { Problem } from '../../../ui/Problem';
import { TextInput } from '../../../ui/TextInput';
import { isRole, roleOptions } from '../roles';
import { useMe } from '../useMe';
import {
  emptyToken,
  lifetimeOptions,
  tokenErrors,
  toNewToken,
  withinPolicy,
  type TokenDraft,
} from './tokenDraft';

interface FieldProps {
  draft: TokenDraft;
  errors: Readonly<Record<string, string>>;
  onChange: (draft: TokenDraft) => void;
}

function Scopes({ draft, errors, onChange }: FieldProps) {
  const held = useMe()?.permissions ?? [];
  return (
    <div className="pro-field">
      <RadioGroup
        label="It may do"
        value={draft.limited ? 'limited' : 'all'}
        onChange={choice =>
          onChange({ ...draft, limited: choice === 'limited' })
        }
      >
        <Radio value="all">All that its role holds</Radio>
        <Radio value="limited">Only what I choose</Radio>
      </RadioGroup>
      {draft.limited && (
        <CheckboxGroup
          className="tokens-scopes"
          aria-label="Permissions"
          value={draft.scopes}
          onChange={scopes => onChange({ ...draft, scopes })}
        >
          {held.map(permission => (
            <Checkbox key={permission} value={permission}>
              {permission}
            </Checkbox>
          ))}
        </CheckboxGroup>
      )}
      {errors['scopes'] && (
        <p className="pro-field-error" role="alert">
          {errors['scopes']}
        </p>
      )}
    </div>
  );
}

function MadeNote({ name, text }: { name: string; text: string }) {
  return (
    <div className="members-link" role="status">
      <p>
        Copy the token <b>{name}</b> now. It is not shown again.
      </p>
      <CopyField label={`Token ${name}`} text={text} awaited />
    </div>
  );
}

export interface TokenFormProps {
  /** Whether it is one of the organisation's own. */
  forService: boolean;
  /** The longest life that the organisation gives tokens, in days. */
  longest?: number;
  onMade: () => void;
}

/** Makes a token and shows it once. */
export function TokenForm({ forService, longest, onMade }: TokenFormProps) {
  const tokens = useApi(tokensApiRef);
  const [draft, setDraft] = useState(() => withinPolicy(emptyToken, longest));
  const [role, setRole] = useState<Role>('viewer');
  const [description, setDescription] = useState('');
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ name: string; text: string }>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = tokenErrors(draft, forService);
    setErrors(found);
    setProblem(undefined);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const form = toNewToken(draft);
      const answer = forService
        ? await tokens.makeForService({ ...form, role, description })
        : await tokens.make(form);
      setMade({ name: answer.name, text: answer.token });
      onMade();
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      if (Object.keys(failure.fields).length === 0) setProblem(failure.message);
    } finally {
      setBusy(false);
    }
  };
  if (made) return <MadeNote {...made} />;
  return (
    <form
      className="pro-form"
      noValidate
      onSubmit={event => void submit(event)}
    >
      {problem && <Problem>{problem}</Problem>}
      <TextInput
        label="Name"
        name="name"
        placeholder={forService ? 'ci-deploy' : 'My laptop'}
        description={
          forService ? 'It acts as service:NAME in the audit log.' : undefined
        }
        value={draft.name}
        onChange={name => setDraft({ ...draft, name })}
        error={errors['name']}
      />
      {forService && (
        <>
          <TextInput
            label="Description"
            name="description"
            value={description}
            onChange={setDescription}
            error={errors['description']}
          />
          <Select
            label="Role"
            options={roleOptions}
            value={role}
            onChange={key => isRole(key) && setRole(key)}
          />
          {errors['role'] && <Problem>{errors['role']}</Problem>}
        </>
      )}
      <Select
        label="Works for"
        options={lifetimeOptions(longest)}
        value={draft.days}
        onChange={key => setDraft({ ...draft, days: String(key ?? '') })}
      />
      {errors['expiresInDays'] && <Problem>{errors['expiresInDays']}</Problem>}
      <Scopes draft={draft} errors={errors} onChange={setDraft} />
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Make token
        </Button>
      </div>
    </form>
  );
}
