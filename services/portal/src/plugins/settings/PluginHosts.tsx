import { useApi } from '@backstage/frontend-plugin-api';
import { Button, TextAreaField } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../api/failure';
import { pluginHostApiRef } from '../../api/pluginHost';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { Status } from '../../ui/Status';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { placesOf, textOf } from './hosts/places';

const fewestRows = 3;
const mostRows = 20;

function HostsForm(props: { pluginId: string; hosts: readonly string[] }) {
  const host = useApi(pluginHostApiRef);
  const [text, setText] = useState(() => textOf(props.hosts));
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const changed = () => {
    setProblem(undefined);
    setSaved(false);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    changed();
    setBusy(true);
    try {
      const stored = await host.setEgress(props.pluginId, placesOf(text));
      setText(textOf(stored));
      setSaved(true);
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  const rows = text.split('\n').length + 1;
  return (
    <form
      className="pro-form"
      onSubmit={event => void submit(event)}
      noValidate
    >
      {problem && <Problem>{problem}</Problem>}
      <TextAreaField
        label="Hosts"
        description="One on each line: api.example.com, *.example.com, or with a port such as example.com:8443. Without a port it is 443. An empty list allows none."
        className="pro-mono-area"
        rows={Math.min(Math.max(rows, fewestRows), mostRows)}
        isInvalid={Boolean(problem)}
        value={text}
        onChange={value => {
          setText(value);
          changed();
        }}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="secondary" isPending={busy}>
          Save hosts
        </Button>
        {saved && <Status tone="good">Saved. It holds from now on.</Status>}
      </div>
    </form>
  );
}

/** The hosts that a plugin's back end may reach. */
export function PluginHosts({ pluginId }: { pluginId: string }) {
  const host = useApi(pluginHostApiRef);
  const { load, reload } = useLoad(() => host.getEgress(pluginId), pluginId);
  return (
    <Panel
      title="Hosts it may reach"
      introduction="Connections of the plugin to anything else outside of this portal are refused. The log below names what was refused."
    >
      <Loaded load={load} onRetry={reload} rows={3}>
        {hosts => <HostsForm pluginId={pluginId} hosts={hosts} />}
      </Loaded>
    </Panel>
  );
}
