import { useApi } from '@backstage/frontend-plugin-api';
import { Button, TextAreaField } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../api/failure';
import { pluginHostApiRef } from '../../api/pluginHost';
import type { InstalledPlugin, JsonObject } from '../../api/types';
import { Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';

/** The object that `text` is, or what keeps it from being one. */
export function parseConfig(
  text: string,
): { config: JsonObject } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `This is not JSON yet: ${reason}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'A configuration is an object: { … }.' };
  }
  return { config: value as JsonObject };
}

const fewestRows = 6;
const mostRows = 28;

/** The plugin's configuration as JSON. */
export function PluginConfig(props: {
  plugin: InstalledPlugin;
  mayChange: boolean;
  onSaved: (plugin: InstalledPlugin) => void;
}) {
  const host = useApi(pluginHostApiRef);
  const { pluginId, config } = props.plugin;
  const [text, setText] = useState(() => JSON.stringify(config, null, 2));
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseConfig(text);
    if ('problem' in parsed) {
      setError(parsed.problem);
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      props.onSaved(await host.setConfig(pluginId, parsed.config));
      setSaved(true);
    } catch (thrown) {
      setError(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  const rows = text.split('\n').length + 1;
  return (
    <Panel
      title="Configuration"
      introduction="What the plugin's own documentation puts into app-config, as JSON."
    >
      <form onSubmit={event => void submit(event)} noValidate>
        <TextAreaField
          aria-label="Configuration as JSON"
          className="settings-json"
          rows={Math.min(Math.max(rows, fewestRows), mostRows)}
          value={text}
          isReadOnly={!props.mayChange}
          isInvalid={Boolean(error)}
          onChange={value => {
            setText(value);
            setError(undefined);
            setSaved(false);
          }}
        />
        {error && (
          <p className="install-error" role="alert">
            {error}
          </p>
        )}
        {props.mayChange && (
          <div className="pro-form-foot settings-json-foot">
            <Button type="submit" variant="secondary" isPending={busy}>
              Save configuration
            </Button>
            {saved && (
              <Status tone="good">
                Saved. The plugin starts anew with it.
              </Status>
            )}
          </div>
        )}
      </form>
    </Panel>
  );
}
