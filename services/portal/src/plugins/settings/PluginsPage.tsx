import { useApi } from '@backstage/frontend-plugin-api';
import { Link } from 'react-router-dom';
import { pluginHostApiRef } from '../../api/pluginHost';
import type { InstalledPlugin } from '../../api/types';
import { useRemoteOutcomes } from '../../remotes/outcomes';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { EmptyState, Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { AvailablePlugins } from './AvailablePlugins';
import { InstallForm } from './InstallForm';
import { PreviewsPanel } from './uploads/PreviewsPanel';
import { UploadsPanel } from './uploads/UploadsPanel';
import { useMe } from './useMe';
import { workerWords } from './workerWords';

const busyPollMs = 2_000;

function PluginState({ plugin }: { plugin: InstalledPlugin }) {
  const broken = useRemoteOutcomes().find(
    outcome => outcome.pluginId === plugin.pluginId && !outcome.ok,
  );
  if (broken) return <Status tone="bad">Its page could not be loaded</Status>;
  if (!plugin.worker) return <Status tone="good">Runs in the browser</Status>;
  const { tone, text } = workerWords(plugin.worker.state);
  return <Status tone={tone}>{text}</Status>;
}

function PluginRow({ plugin }: { plugin: InstalledPlugin }) {
  return (
    <li className="plugins-item">
      <div className="pro-grow">
        <Link
          className="pro-link pro-link-strong"
          to={`/settings/plugins/${plugin.pluginId}`}
        >
          {plugin.title}
        </Link>
        {plugin.description && <div>{plugin.description}</div>}
        <div className="pro-quiet pro-any-break">
          <code>
            {plugin.package}@{plugin.version}
          </code>
        </div>
      </div>
      <PluginState plugin={plugin} />
    </li>
  );
}

/** Settled plugins need no watching. */
function pollOf(plugins: InstalledPlugin[]): number | undefined {
  return plugins.some(({ worker }) =>
    ['installing', 'starting'].includes(worker?.state ?? ''),
  )
    ? busyPollMs
    : undefined;
}

/** Changes when a package comes or goes. */
function versionOf(plugins: InstalledPlugin[]): string {
  return plugins
    .flatMap(({ packages }) => packages.map(({ package: name }) => name))
    .join(' ');
}

/** What the organisation has installed. */
export function PluginsPage() {
  const host = useApi(pluginHostApiRef);
  const me = useMe();
  const { load, reload } = useLoad(() => host.listInstalled(), '', pollOf);
  return (
    <PageFrame
      title="Plugins"
      introduction="What this portal can do beyond its own. A new page of a plugin is in the menu after the next reload."
    >
      <div className="pro-stack">
        <Panel flush>
          <Loaded load={load} onRetry={reload}>
            {plugins =>
              plugins.length === 0 ? (
                <EmptyState title="No plugins yet">
                  Plugins are Backstage packages from npm. An administrator
                  installs them for the whole organisation.
                </EmptyState>
              ) : (
                <ul className="pro-list">
                  {plugins.map(plugin => (
                    <PluginRow key={plugin.pluginId} plugin={plugin} />
                  ))}
                </ul>
              )
            }
          </Loaded>
        </Panel>
        <AvailablePlugins
          version={load.state === 'ready' ? versionOf(load.value) : ''}
          mayInstall={me?.role === 'admin'}
          onInstalled={reload}
        />
        {me?.role === 'admin' && <InstallForm onInstalled={reload} />}
        {me?.permissions.includes('plugin.update') ? (
          <UploadsPanel onPublished={reload} />
        ) : (
          <PreviewsPanel />
        )}
      </div>
    </PageFrame>
  );
}
