import type { Isolation, OperatorWorker } from '../api/types';
import { LevelFacts } from '../plugins/settings/LevelFacts';
import { workerWords } from '../plugins/settings/workerWords';
import { Panel } from '../ui/Panel';
import { RelativeTime } from '../ui/RelativeTime';
import { EmptyState, Loaded } from '../ui/states';
import { Status } from '../ui/Status';
import { useLoad } from '../ui/useLoad';
import { useOperator } from './context';
import { Heading, Scroll } from './Frame';
import { megabytes } from './words';

const pollMs = 5_000;

function Facts({ isolation }: { isolation: Isolation }) {
  const { notContained } = isolation;
  return (
    <>
      <dl className="pro-facts">
        <LevelFacts
          isolation={isolation}
          anyLevel="No level in particular (plugins.minimum_level)"
        >
          <dt>Users of their own</dt>
          <dd>{isolation.ownUsers ? 'Yes' : 'No'}</dd>
          <dt>Control groups</dt>
          <dd>{isolation.cgroups ?? 'None; a watchdog looks instead'}</dd>
        </LevelFacts>
      </dl>
      {notContained.length > 0 ? (
        <div className="operator-open">
          <p>Not contained at this level: a plugin that means harm still</p>
          <ul>
            {notContained.map(what => (
              <li key={what}>{what}</li>
            ))}
          </ul>
        </div>
      ) : (
        <p>Everything that is known is contained at this level.</p>
      )}
    </>
  );
}

function Workers({ items }: { items: OperatorWorker[] }) {
  return (
    <Scroll label="Workers">
      <table className="pro-table">
        <thead>
          <tr>
            <th scope="col">Worker</th>
            <th scope="col">State</th>
            <th scope="col">Memory</th>
            <th scope="col">CPU time</th>
            <th scope="col">Requests</th>
          </tr>
        </thead>
        <tbody>
          {items.map(worker => {
            const { tone, text } = workerWords(worker.state);
            return (
              <tr key={`${worker.tenantId} ${worker.pluginId}`}>
                <th scope="row">
                  <span className="operator-name">{worker.pluginId}</span>
                  <span className="pro-quiet">{worker.slug}</span>
                </th>
                <td>
                  <Status tone={tone}>{text}</Status>
                  <div className="pro-quiet">
                    <RelativeTime at={worker.since} />
                  </div>
                  {worker.message && (
                    <div className="operator-why">{worker.message}</div>
                  )}
                </td>
                <td>{megabytes(worker.memoryBytes)}</td>
                <td>
                  {worker.cpuMs === undefined
                    ? '–'
                    : `${(worker.cpuMs / 1000).toFixed(1)} s`}
                </td>
                <td>
                  {worker.requests}
                  <div className="pro-quiet">{worker.inFlight} under way</div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

/** How far plugins are separated from the machine, and what runs on it. */
export function MachinePage() {
  const operator = useOperator();
  const isolation = useLoad(() => operator.getIsolation());
  const workers = useLoad(
    () => operator.listWorkers(),
    '',
    () => pollMs,
  );
  return (
    <>
      <Heading
        title="Workers and isolation"
        introduction="What stands between plugins’ back ends and the machine, and which of them are awake on it."
      />
      <div className="pro-stack">
        <Panel title="Isolation">
          <Loaded load={isolation.load} onRetry={isolation.reload}>
            {found => <Facts isolation={found} />}
          </Loaded>
        </Panel>
        <Panel
          title="Workers"
          introduction={
            workers.load.state === 'ready'
              ? `${workers.load.value.awake} awake. Those that sleep are not listed; a request wakes them.`
              : undefined
          }
          flush
        >
          <Loaded load={workers.load} onRetry={workers.reload}>
            {({ items }) =>
              items.length === 0 ? (
                <EmptyState title="All asleep">
                  Workers start when somebody uses their plugin, and sleep when
                  nobody does.
                </EmptyState>
              ) : (
                <Workers items={items} />
              )
            }
          </Loaded>
        </Panel>
      </div>
    </>
  );
}
