import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../api/failure';
import { locationsApiRef } from '../../api/locations';
import { Problem } from '../../ui/Problem';
import { TextInput } from '../../ui/TextInput';

export interface RegisterFormProps {
  /** An address to try with one click. */
  sampleUrl?: string;
  onRegistered: (locationId: string) => void;
}

/** What is wrong with the address before anybody is asked. */
export function addressProblem(text: string): string | undefined {
  if (!text) return 'Paste the address of a catalog-info.yaml file.';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'This is not a web address. It begins with https:// or http://.';
  }
  return /^https?:$/.test(url.protocol)
    ? undefined
    : `Addresses that begin with ${url.protocol} cannot be read. Use https:// or http://.`;
}

/** Takes the address of a descriptor file and registers it. */
export function RegisterForm(props: RegisterFormProps) {
  const locations = useApi(locationsApiRef);
  const [target, setTarget] = useState('');
  const [fieldError, setFieldError] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const register = async (address: string) => {
    const found = addressProblem(address);
    setFieldError(found);
    setProblem(undefined);
    if (found) return;
    setBusy(true);
    try {
      const id = await locations.register(address);
      setTarget('');
      props.onRegistered(id);
    } catch (thrown) {
      const failure = asFailure(thrown);
      const atField =
        failure.fields['target'] ??
        ([400, 409].includes(failure.status) ? failure.message : undefined);
      setFieldError(atField);
      if (!atField) setProblem(failure.message);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void register(target.trim());
  };

  return (
    <form onSubmit={submit} noValidate>
      {problem && <Problem>{problem}</Problem>}
      <div className="pro-form-row">
        <TextInput
          label="Address of a catalog-info.yaml file"
          name="target"
          type="url"
          placeholder="https://git.example.org/team/service/catalog-info.yaml"
          value={target}
          onChange={text => {
            setTarget(text);
            setFieldError(undefined);
          }}
          error={fieldError}
        />
        <Button
          type="submit"
          variant="primary"
          isPending={busy}
          className="register-button"
        >
          Register repository
        </Button>
      </div>
      {props.sampleUrl && (
        <p className="pro-quiet register-sample">
          Nothing at hand?{' '}
          <button
            type="button"
            className="register-sample-button"
            disabled={busy}
            onClick={() => {
              setTarget(props.sampleUrl ?? '');
              setFieldError(undefined);
            }}
          >
            Use the sample repository
          </button>
        </p>
      )}
    </form>
  );
}
