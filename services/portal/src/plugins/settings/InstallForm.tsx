import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../api/failure';
import { pluginHostApiRef } from '../../api/pluginHost';
import { Panel } from '../../ui/Panel';
import { TextInput } from '../../ui/TextInput';

/** Splits `@scope/name@1.2.3` into package and version. */
export function splitPackage(text: string): {
  name: string;
  version?: string;
} {
  const at = text.lastIndexOf('@');
  if (at <= 0) return { name: text };
  return { name: text.slice(0, at), version: text.slice(at + 1) || undefined };
}

/** Installs a package from npm for the organisation. */
export function InstallForm({ onInstalled }: { onInstalled: () => void }) {
  const host = useApi(pluginHostApiRef);
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { name, version } = splitPackage(text.trim());
    if (!name) {
      setError('Enter the name of a package.');
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await host.install(name, version);
      setText('');
      onInstalled();
    } catch (thrown) {
      setError(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Panel
      title="Install a plugin"
      introduction="Its back end runs in a process of its own; its front end is built once and loaded by this portal."
    >
      <form onSubmit={event => void submit(event)} noValidate>
        <div className="pro-form-row">
          <TextInput
            label="npm package, with a version if it matters"
            name="package"
            placeholder="@backstage-community/plugin-tech-radar"
            value={text}
            onChange={value => {
              setText(value);
              setError(undefined);
            }}
            error={error}
          />
          <Button
            type="submit"
            variant="secondary"
            isPending={busy}
            className="install-button"
          >
            Install plugin
          </Button>
        </div>
      </form>
    </Panel>
  );
}
