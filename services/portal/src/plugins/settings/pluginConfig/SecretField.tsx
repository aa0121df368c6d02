import { Button, Select } from '@backstage/ui';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { asFailure } from '../../../api/failure';
import type { Secret } from '../../../api/types';
import { Status } from '../../../ui/Status';
import { reference } from '../secrets/secretDraft';
import { useForm, type FieldProps } from './fieldProps';
import { TextField, useLabels } from './ScalarField';
import { refersToSecret, secretOf } from './secretReference';

/** Whether the plugin may use the secret. */
export function isGranted(secret: Secret, pluginId: string): boolean {
  return secret.grants.some(
    ({ kind, id }) => kind === 'plugin' && id === pluginId,
  );
}

function Grant({ secret }: { secret: Secret }) {
  const { pluginId, grant } = useForm();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  if (isGranted(secret, pluginId)) {
    return <Status tone="good">Granted to this plugin</Status>;
  }
  const give = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await grant(secret);
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Status tone="warning">Not granted to this plugin yet</Status>
      <Button
        size="small"
        variant="secondary"
        isPending={busy}
        onPress={() => void give()}
      >
        Grant {secret.name}
      </Button>
      {problem && (
        <p className="pro-field-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** What stands there that is not one of the organisation's secrets. */
function keptWords(value: unknown): string {
  const name = secretOf(value);
  return name ? `${name} (there is no such secret)` : 'A value in clear';
}

/** Takes one of the organisation's secrets by its name; no value is ever typed in here. */
export function SecretField(props: FieldProps) {
  const { secrets, pluginId } = useForm();
  const { labels, error } = useLabels(props);
  const { value, onChange } = props;
  const name = secretOf(value);
  // A reference amid other text, such as `Bearer ${{ … }}`, is written by hand.
  const isMixed = name === undefined && refersToSecret(value);
  if (!secrets || isMixed) return <TextField {...props} />;
  const usable = secrets.filter(({ scope }) =>
    ['any', 'plugin'].includes(scope),
  );
  const chosen = secrets.find(secret => secret.name === name);
  const isKept = value !== undefined && value !== '' && !chosen;
  const options = [
    { id: ' unset', label: 'Not set' },
    ...(isKept ? [{ id: ' kept', label: keptWords(value) }] : []),
    ...usable.map(secret => ({
      id: secret.name,
      label: isGranted(secret, pluginId)
        ? secret.name
        : `${secret.name} (not granted yet)`,
    })),
  ];
  return (
    <div className="pro-field">
      <Select
        {...labels}
        options={options}
        value={chosen?.name ?? (isKept ? ' kept' : ' unset')}
        onChange={key => {
          if (key === ' unset') onChange(undefined);
          else if (key !== ' kept') onChange(reference(String(key)));
        }}
        isInvalid={Boolean(error)}
      />
      {error && (
        <p className="pro-field-error" role="alert">
          {error}
        </p>
      )}
      <div className="config-secret">
        {chosen ? (
          <Grant secret={chosen} />
        ) : (
          <span className="pro-quiet">
            A secret is chosen by its name.{' '}
            <Link className="pro-link" to="/settings/secrets">
              Add one under Secrets
            </Link>
          </span>
        )}
      </div>
    </div>
  );
}
