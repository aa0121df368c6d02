import { useApi } from '@backstage/frontend-plugin-api';
import { Link } from 'react-router-dom';
import { removalsApiRef } from '../../../api/removals';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { heldShare, heldSource } from './heldWords';
import { SourcesTabs } from './SourcesTabs';

function HeldList() {
  const removals = useApi(removalsApiRef);
  const { load, reload } = useLoad(() => removals.list());
  return (
    <Panel flush>
      <Loaded load={load} onRetry={reload}>
        {items =>
          items.length === 0 ? (
            <EmptyState
              title="Nothing is held"
              action={{ label: 'Change the limits', href: '/settings/catalog' }}
            >
              When a source would remove unusually many entities at once, they
              stay and the removal waits here for a decision.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {items.map(held => (
                <li key={held.id} className="sources-item">
                  <div className="pro-grow">
                    <Link
                      className="pro-link pro-mono pro-any-break"
                      to={`/settings/catalog-sources/held/${held.id}`}
                    >
                      {held.source.name}
                    </Link>
                    <div className="sources-facts">
                      <span>{heldSource(held)}</span>
                      <span>Would remove {heldShare(held)}</span>
                      <span>
                        Held <RelativeTime at={held.heldAt} />
                      </span>
                    </div>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Removals that wait because they are unusually large. */
export function HeldRemovalsPage() {
  return (
    <PageFrame
      title="Catalog sources"
      introduction="Removals that wait for a decision. Until then everybody still sees the entities."
    >
      <SourcesTabs />
      <Permitted permission="catalog.entity.delete" to="decide on removals">
        <HeldList />
      </Permitted>
    </PageFrame>
  );
}
