import { Link } from 'react-router-dom';
import type { OperatorPlugin, OperatorRollout } from '../api/types';
import { Badge } from '../ui/Badge';
import { LoadMore } from '../ui/LoadMore';
import { Panel } from '../ui/Panel';
import { EmptyState, Loaded } from '../ui/states';
import { useLoad } from '../ui/useLoad';
import { usePages } from '../ui/usePages';
import { useOperator } from './context';
import { Heading, Scroll } from './Frame';
import { RolloutRow } from './RolloutRow';
import { isOpen } from './words';

const openPollMs = 2_000;
const idlePollMs = 15_000;
/** Open rollouts are among the latest. */
const looked = '50';

function Versions({ plugin }: { plugin: OperatorPlugin }) {
  return (
    <ul className="operator-versions">
      {plugin.versions.map(found => (
        <li key={found.version ?? ''}>
          <code>{found.version ?? 'not there yet'}</code>
          <span className="pro-quiet">× {found.organizations}</span>
          {found.failed > 0 && (
            <Badge tone="warning">{found.failed} failed</Badge>
          )}
          {found.installing > 0 && (
            <Badge tone="accent">{found.installing} being installed</Badge>
          )}
          {found.held > 0 && <Badge>{found.held} pinned or frozen</Badge>}
        </li>
      ))}
    </ul>
  );
}

function PluginTable({ plugins }: { plugins: OperatorPlugin[] }) {
  return (
    <Scroll label="Plugins">
      <table className="pro-table">
        <thead>
          <tr>
            <th scope="col">Package</th>
            <th scope="col">Organisations</th>
            <th scope="col">Versions</th>
          </tr>
        </thead>
        <tbody>
          {plugins.map(plugin => (
            <tr key={plugin.package}>
              <td>
                <Link
                  className="pro-link pro-link-strong pro-any-break"
                  to={`/plugin?package=${encodeURIComponent(plugin.package)}`}
                >
                  {plugin.package}
                </Link>
                <div className="pro-quiet">{plugin.pluginId}</div>
              </td>
              <td>{plugin.organizations}</td>
              <td>
                <Versions plugin={plugin} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function UnderWay() {
  const operator = useOperator();
  const { load, reload } = useLoad(
    async (): Promise<OperatorRollout[]> => {
      const page = await operator.listRollouts(undefined, looked);
      return page.items.filter(isOpen);
    },
    '',
    open => (open.length > 0 ? openPollMs : idlePollMs),
  );
  if (load.state !== 'ready' || load.value.length === 0) return null;
  return (
    <Panel title="Under way" flush>
      <ul className="pro-list">
        {load.value.map(rollout => (
          <RolloutRow key={rollout.id} rollout={rollout} onDone={reload} />
        ))}
      </ul>
    </Panel>
  );
}

/** Every plugin of every organisation, by version, and what is being rolled out. */
export function OverviewPage() {
  const operator = useOperator();
  const pages = usePages(cursor => operator.listPlugins(cursor));
  return (
    <>
      <Heading
        title="Plugins"
        introduction="What the organisations of this installation have, and in which version."
      />
      <div className="pro-stack">
        <UnderWay />
        <Panel flush>
          <Loaded load={pages.load} onRetry={pages.reload}>
            {({ items }) =>
              items.length === 0 ? (
                <EmptyState title="No plugins yet">
                  No organisation has installed a plugin. What may be installed
                  is the list plugins.allow in your settings.
                </EmptyState>
              ) : (
                <PluginTable plugins={items} />
              )
            }
          </Loaded>
          <LoadMore pages={pages} label="More plugins" />
        </Panel>
      </div>
    </>
  );
}
