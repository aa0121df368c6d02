import { Link } from 'react-router-dom';
import type { OperatorDeed } from '../api/types';
import { LoadMore } from '../ui/LoadMore';
import { Panel } from '../ui/Panel';
import { RelativeTime } from '../ui/RelativeTime';
import { EmptyState, Loaded } from '../ui/states';
import { usePages } from '../ui/usePages';
import { useOperator } from './context';
import { Heading } from './Frame';
import { actorWords, deedWords } from './words';

function Deed({ deed }: { deed: OperatorDeed }) {
  const details = deed.details as { package?: string; version?: string };
  return (
    <li className="operator-change">
      <span className="pro-grow">
        {deedWords(deed.action)}{' '}
        {deed.action.startsWith('rollout.') && (
          <Link className="pro-link" to={`/rollouts/${deed.target}`}>
            {details.package ?? 'a package'} {details.version}
          </Link>
        )}
        {deed.action === 'operator.link' && <b>{deed.target}</b>}
      </span>
      <span className="pro-quiet">
        {actorWords(deed.actor)}, <RelativeTime at={deed.at} />
      </span>
    </li>
  );
}

/** What the operator did, by these pages and by commands. */
export function LogPage() {
  const operator = useOperator();
  const pages = usePages(cursor => operator.listDeeds(cursor));
  return (
    <>
      <Heading
        title="Log"
        introduction="What was done here and on the command line. What then changed in an organisation stands in that organisation’s own audit log."
      />
      <Panel flush>
        <Loaded load={pages.load} onRetry={pages.reload}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title="Nothing yet">
                Signing in, starting and stopping rollouts is written down here.
              </EmptyState>
            ) : (
              <ul className="pro-list">
                {items.map(deed => (
                  <Deed key={deed.id} deed={deed} />
                ))}
              </ul>
            )
          }
        </Loaded>
        <LoadMore pages={pages} label="Older entries" />
      </Panel>
    </>
  );
}
