import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Checkbox, PasswordField, Select } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { auditApiRef } from '../../../api/audit';
import { asFailure } from '../../../api/failure';
import type { MadeAuditStream } from '../../../api/types';
import { CopyField } from '../../../ui/CopyField';
import { Problem } from '../../../ui/Problem';
import { TextInput } from '../../../ui/TextInput';
import {
  newStreamDraft,
  streamErrors,
  streamKindTitles,
  toNewStream,
  type StreamDraft,
} from './streamDraft';

const bucketFields = [
  { name: 'bucket', label: 'Bucket' },
  { name: 'region', label: 'Region' },
  { name: 'prefix', label: 'Folder (optional)' },
  { name: 'accessKey', label: 'Access key' },
] as const;

/** A webhook's signing key, shown once. */
export function SigningKeyNote({ signingKey }: { signingKey: string }) {
  return (
    <div className="pro-form">
      <p>
        Every delivery is signed with this key (Standard Webhooks: the header{' '}
        <code>webhook-signature</code> over id, time and body). It is shown this
        once.
      </p>
      <CopyField label="Signing key" text={signingKey} awaited />
    </div>
  );
}

/** What a bucket needs beside its address. */
function BucketFields(props: {
  draft: StreamDraft;
  errors: Readonly<Record<string, string>>;
  onChange: (changed: Partial<StreamDraft>) => void;
}) {
  const { draft, errors, onChange } = props;
  return (
    <>
      {bucketFields.map(({ name, label }) => (
        <TextInput
          key={name}
          label={label}
          name={name}
          value={draft[name]}
          onChange={value => onChange({ [name]: value })}
          error={errors[name]}
        />
      ))}
      <div className="pro-field">
        <PasswordField
          label="Secret key"
          name="secretKey"
          autoComplete="off"
          value={draft.secretKey}
          onChange={secretKey => onChange({ secretKey })}
          isInvalid={Boolean(errors['secretKey'])}
          validationBehavior="aria"
        />
        {errors['secretKey'] && (
          <p className="pro-field-error" role="alert">
            {errors['secretKey']}
          </p>
        )}
      </div>
    </>
  );
}

/** Sets up a place that the log is sent to. */
export function StreamForm(props: {
  onAdded: (made: MadeAuditStream) => void;
}) {
  const audit = useApi(auditApiRef);
  const [draft, setDraft] = useState<StreamDraft>(() =>
    newStreamDraft('webhook'),
  );
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const change = (changed: Partial<StreamDraft>) => {
    setDraft({ ...draft, ...changed });
    setErrors({});
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = streamErrors(draft);
    setErrors(found);
    setProblem(undefined);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      props.onAdded(await audit.addStream(toNewStream(draft)));
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      if (Object.keys(failure.fields).length === 0) setProblem(failure.message);
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
        label="Where to"
        options={[
          { id: 'webhook', label: streamKindTitles.webhook },
          { id: 's3', label: streamKindTitles.s3 },
        ]}
        value={draft.kind}
        onChange={key => change({ kind: key === 's3' ? 's3' : 'webhook' })}
      />
      <TextInput
        label="Name"
        name="name"
        value={draft.name}
        onChange={name => change({ name })}
        error={errors['name']}
      />
      <TextInput
        label={draft.kind === 's3' ? 'Address of the endpoint' : 'Address'}
        name="url"
        placeholder={
          draft.kind === 's3'
            ? 'https://s3.eu-central-1.amazonaws.com'
            : 'https://logs.example.com/in'
        }
        value={draft.url}
        onChange={url => change({ url })}
        error={errors['url']}
      />
      {draft.kind === 's3' && (
        <BucketFields draft={draft} errors={errors} onChange={change} />
      )}
      <Checkbox
        isSelected={draft.fromBeginning}
        onChange={fromBeginning => change({ fromBeginning })}
      >
        Send what is in the log already, too
      </Checkbox>
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Start sending
        </Button>
      </div>
    </form>
  );
}
