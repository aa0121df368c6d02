import { Button } from '@backstage/ui';
import { Link } from 'react-router-dom';
import { LoadMore } from '../ui/LoadMore';
import { Panel } from '../ui/Panel';
import { RelativeTime } from '../ui/RelativeTime';
import { EmptyState, Loaded } from '../ui/states';
import { usePages } from '../ui/usePages';
import { useOperator } from './context';
import { causeWords } from './words';

export interface HistoryPanelProps {
  packageName: string;
  /** Only the organisation at this address. */
  organization?: string;
  onEverybody: () => void;
}

/** Who ran what when. */
export function HistoryPanel(props: HistoryPanelProps) {
  const { packageName, organization } = props;
  const operator = useOperator();
  const pages = usePages(
    cursor =>
      operator.listHistory({ package: packageName, organization }, cursor),
    `${packageName} ${organization ?? ''}`,
  );
  return (
    <Panel
      title={organization ? `History of ${organization}` : 'History'}
      introduction="Who ran what from when on, the latest first."
      actions={
        organization && (
          <Button variant="secondary" size="small" onPress={props.onEverybody}>
            Show everybody’s
          </Button>
        )
      }
      flush
    >
      <Loaded load={pages.load} onRetry={pages.reload}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="Nothing yet">
              Every installation and every change of version is written down
              here.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {items.map(change => (
                <li key={change.id} className="operator-change">
                  <span className="pro-grow">
                    <b>{change.slug}</b> runs <code>{change.version}</code>
                  </span>
                  <span className="pro-quiet">
                    {change.rollout ? (
                      <Link
                        className="pro-link"
                        to={`/rollouts/${change.rollout}`}
                      >
                        {causeWords(change.cause)}
                      </Link>
                    ) : (
                      causeWords(change.cause)
                    )}
                    , <RelativeTime at={change.since} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <LoadMore pages={pages} label="Older changes" />
    </Panel>
  );
}
