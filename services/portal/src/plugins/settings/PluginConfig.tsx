import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  TextAreaField,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure, type ApiFailure } from '../../api/failure';
import { fieldErrors } from '../../api/fieldPath';
import { pluginHostApiRef } from '../../api/pluginHost';
import type { InstalledPlugin, PluginConfigSchema } from '../../api/types';
import { CodeView } from '../../ui/CodeView';
import { focusFirstError } from '../../ui/focusFirstError';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { Status } from '../../ui/Status';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { ConfigForm } from './pluginConfig/ConfigForm';
import {
  textOf,
  useConfigDraft,
  type Config,
  type ConfigDraft,
  type View,
} from './pluginConfig/useConfigDraft';

const fewestRows = 6;
const mostRows = 28;

interface PluginConfigProps {
  plugin: InstalledPlugin;
  onSaved: (plugin: InstalledPlugin) => void;
}

/** Where a mistake is, for people: `stage › halls › 1 › name`. */
function placeWords(path: string): string {
  return path.split('.').join(' › ');
}

/** Saves the draft and keeps what the server says about it. */
function useSave({ plugin, onSaved }: PluginConfigProps, draft: ConfigDraft) {
  const host = useApi(pluginHostApiRef);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [failure, setFailure] = useState<ApiFailure>();
  const save = async (unchecked: boolean) => {
    if (draft.problem) return;
    setBusy(true);
    setSaved(false);
    setFailure(undefined);
    draft.setErrors({});
    try {
      onSaved(await host.setConfig(plugin.pluginId, draft.config, unchecked));
      setSaved(true);
    } catch (thrown) {
      const found = asFailure(thrown);
      setFailure(found);
      draft.setErrors(fieldErrors(found, 'config'));
    } finally {
      setBusy(false);
    }
  };
  const reset = () => {
    setSaved(false);
    setFailure(undefined);
  };
  return { save, busy, saved, failure, reset };
}

function Failure({ failure }: { failure: ApiFailure }) {
  const wrong = Object.entries(fieldErrors(failure, 'config'));
  if (wrong.length === 0) return <Problem>{failure.message}</Problem>;
  return (
    <Problem>
      The configuration is not saved:
      <ul className="config-mistakes">
        {wrong.map(([path, text]) => (
          <li key={path}>
            <b>{placeWords(path)}</b>: {text}
          </li>
        ))}
      </ul>
    </Problem>
  );
}

/** Schemas may be wrong or old. A secret in clear is never offered to be saved. */
function mayInsist(failure: ApiFailure | undefined): boolean {
  const texts = Object.values(failure?.fields ?? {});
  return texts.length > 0 && texts.every(text => !text.includes('is a secret'));
}

function TextView({ draft }: { draft: ConfigDraft }) {
  const rows = draft.text.split('\n').length + 1;
  return (
    <>
      <TextAreaField
        aria-label="Configuration as YAML"
        className="settings-json"
        rows={Math.min(Math.max(rows, fewestRows), mostRows)}
        value={draft.text}
        isInvalid={Boolean(draft.problem)}
        onChange={draft.changeText}
      />
      {draft.problem && (
        <p className="install-error" role="alert">
          {draft.problem}
        </p>
      )}
    </>
  );
}

function Editor(props: PluginConfigProps & { described: PluginConfigSchema }) {
  const { plugin, described } = props;
  const hasForm = described.schema !== undefined;
  const draft = useConfigDraft(plugin.config as Config, hasForm);
  const { save, busy, saved, failure, reset } = useSave(props, draft);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    void save(false).then(() => focusFirstError(form));
  };
  const change = (config: Config) => {
    reset();
    draft.change(config);
  };
  const changeText = (text: string) => {
    reset();
    draft.changeText(text);
  };
  return (
    <Panel
      title="Configuration"
      introduction={
        draft.view === 'form'
          ? 'What the plugin says that can be set.'
          : 'What the plugin’s own documentation puts into app-config, as YAML or JSON.'
      }
      actions={
        hasForm && (
          <ToggleButtonGroup
            aria-label="How to write"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[draft.view]}
            onSelectionChange={keys => draft.show([...keys][0] as View)}
          >
            <ToggleButton id="form" isDisabled={Boolean(draft.problem)}>
              Form
            </ToggleButton>
            <ToggleButton id="yaml">YAML</ToggleButton>
          </ToggleButtonGroup>
        )
      }
    >
      <form onSubmit={submit} noValidate>
        {described.notes.length > 0 && (
          <ul className="config-notes pro-quiet">
            {described.notes.map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        {draft.view === 'form' ? (
          <ConfigForm
            pluginId={plugin.pluginId}
            described={described}
            config={draft.config}
            errors={draft.errors}
            onChange={change}
          />
        ) : (
          <TextView draft={{ ...draft, changeText }} />
        )}
        <div className="config-foot">
          {failure && <Failure failure={failure} />}
          <div className="pro-form-foot">
            <Button type="submit" variant="secondary" isPending={busy}>
              Save configuration
            </Button>
            {mayInsist(failure) && (
              <Button
                variant="tertiary"
                isPending={busy}
                onPress={() => void save(true)}
              >
                Save it anyway
              </Button>
            )}
            {saved && (
              <Status tone="good">
                Saved. {plugin.hasBackend && 'The plugin starts anew with it.'}
              </Status>
            )}
          </div>
        </div>
      </form>
    </Panel>
  );
}

/** The plugin's configuration: a form made from what its packages say, and the same as text. */
export function PluginConfig(
  props: PluginConfigProps & { mayChange: boolean },
) {
  const host = useApi(pluginHostApiRef);
  const { plugin, mayChange } = props;
  const { load, reload } = useLoad(
    () => host.getConfigSchema(plugin.pluginId),
    `${plugin.pluginId} ${plugin.version}`,
  );
  if (!mayChange) {
    return (
      <Panel title="Configuration">
        <CodeView
          label="Configuration as YAML"
          text={textOf(plugin.config as Config) || '# Nothing is set.'}
        />
      </Panel>
    );
  }
  if (load.state === 'ready') {
    return <Editor {...props} described={load.value} />;
  }
  return (
    <Panel title="Configuration">
      <Loaded load={load} onRetry={reload}>
        {() => null}
      </Loaded>
    </Panel>
  );
}
