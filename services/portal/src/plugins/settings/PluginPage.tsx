import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { asFailure } from '../../api/failure';
import { pluginHostApiRef } from '../../api/pluginHost';
import type { InstalledPlugin } from '../../api/types';
import { useRemoteOutcomes } from '../../remotes/outcomes';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { RelativeTime } from '../../ui/RelativeTime';
import { Status } from '../../ui/Status';
import { FailureState, Skeleton } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { PluginAbout } from './PluginAbout';
import { PluginActivityFacts } from './PluginActivityFacts';
import { PluginConfig } from './PluginConfig';
import { PluginHosts } from './PluginHosts';
import { PluginIsolation } from './PluginIsolation';
import { PluginLog } from './PluginLog';
import { useMe } from './useMe';
import { sourceWords } from './uploads/uploadWords';
import { isolationWords, workerTrouble, workerWords } from './workerWords';

const settledPollMs = 10_000;
const busyPollMs = 1_000;

function pollOf({ worker }: InstalledPlugin): number {
  return ['installing', 'starting'].includes(worker?.state ?? '')
    ? busyPollMs
    : settledPollMs;
}

function Trouble({ plugin }: { plugin: InstalledPlugin }) {
  const trouble = workerTrouble(plugin);
  const broken = useRemoteOutcomes().filter(
    outcome => outcome.pluginId === plugin.pluginId && !outcome.ok,
  );
  return (
    <>
      {trouble && (
        <div className="settings-explain" role="alert">
          <h3>{trouble.title}</h3>
          {plugin.worker?.message && (
            <p>
              <b>Reason:</b> {plugin.worker.message}
            </p>
          )}
          <p>{trouble.effect}</p>
          <p>{trouble.remedy}</p>
        </div>
      )}
      {broken.map(outcome => (
        <div key={outcome.expose} className="settings-explain" role="alert">
          <h3>
            The page of {plugin.title} could not be loaded in your browser.
          </h3>
          <p>
            <b>Reason:</b> {outcome.message}
          </p>
          <p>
            The rest of the portal works as before. Reload the page; if it stays
            so, install another version of the plugin.
          </p>
        </div>
      ))}
    </>
  );
}

function Facts({ plugin }: { plugin: InstalledPlugin }) {
  const { worker } = plugin;
  return (
    <Panel title="State">
      <dl className="settings-facts">
        {worker ? (
          <>
            <dt>Worker</dt>
            <dd>
              <Status tone={workerWords(worker.state).tone}>
                {workerWords(worker.state).text}
              </Status>
            </dd>
            <dt>Since</dt>
            <dd>
              <RelativeTime at={worker.since} />
            </dd>
            <dt>Restarts</dt>
            <dd>{worker.restarts}</dd>
            {worker.isolationLevel && (
              <>
                <dt>Isolation</dt>
                <dd>{isolationWords(worker.isolationLevel)}</dd>
              </>
            )}
          </>
        ) : (
          <>
            <dt>Worker</dt>
            <dd>None: this plugin runs in the browser only</dd>
          </>
        )}
        <dt>Package</dt>
        <dd className="pro-mono">
          {plugin.package}@{plugin.version}
        </dd>
        <dt>Source</dt>
        <dd>{sourceWords(plugin.source)}</dd>
        <dt>Installed</dt>
        <dd>
          <RelativeTime at={plugin.installedAt} />
        </dd>
      </dl>
    </Panel>
  );
}

function PluginActions(props: {
  plugin: InstalledPlugin;
  onChanged: () => void;
}) {
  const host = useApi(pluginHostApiRef);
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { plugin } = props;

  const restart = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await host.restart(plugin.pluginId);
      props.onChanged();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {problem && <Problem>{problem}</Problem>}
      {plugin.worker && (
        <Button
          variant="primary"
          isPending={busy}
          onPress={() => void restart()}
        >
          Restart plugin
        </Button>
      )}
      <Button variant="secondary" onPress={() => setRemoving(true)}>
        Remove plugin
      </Button>
      {removing && (
        <ConfirmDialog
          title={`Remove ${plugin.title}?`}
          action="Remove plugin"
          onConfirm={async () => {
            await host.remove(plugin.pluginId);
            navigate('/settings/plugins');
          }}
          onClose={() => setRemoving(false)}
        >
          Its pages leave the menu and its API answers no more, for everyone in
          your organisation.
        </ConfirmDialog>
      )}
    </>
  );
}

/** One installed plugin: how it is, its configuration, its log. */
export function PluginPage() {
  const { pluginId = '' } = useParams();
  const host = useApi(pluginHostApiRef);
  const me = useMe();
  const { load, reload, set } = useLoad(
    () => host.getInstalled(pluginId),
    pluginId,
    pollOf,
  );
  const mayChange = me?.role === 'admin';
  if (load.state !== 'ready') {
    return (
      <PageFrame title={pluginId}>
        <Panel>
          {load.state === 'loading' ? (
            <Skeleton rows={5} />
          ) : (
            <FailureState failure={load.failure} onRetry={reload} />
          )}
        </Panel>
      </PageFrame>
    );
  }
  const plugin = load.value;
  return (
    <PageFrame
      title={plugin.title}
      introduction={plugin.description}
      actions={
        mayChange && <PluginActions plugin={plugin} onChanged={reload} />
      }
    >
      <div className="pro-stack">
        <Trouble plugin={plugin} />
        <Facts plugin={plugin} />
        {plugin.activity && (
          <PluginActivityFacts
            activity={plugin.activity}
            since={plugin.worker?.since}
          />
        )}
        <PluginConfig
          key={plugin.pluginId}
          plugin={plugin}
          mayChange={mayChange}
          onSaved={set}
        />
        {mayChange && plugin.hasBackend && (
          <>
            <PluginHosts key={plugin.pluginId} pluginId={plugin.pluginId} />
            <PluginIsolation />
            <PluginLog pluginId={plugin.pluginId} />
          </>
        )}
        <PluginAbout pluginId={plugin.pluginId} version={plugin.version} />
      </div>
    </PageFrame>
  );
}
