import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { useSearchParams } from 'react-router-dom';
import { entityHistoryApiRef } from '../../api/entityHistory';
import { LoadMore } from '../../ui/LoadMore';
import { Panel } from '../../ui/Panel';
import { EmptyState, Loaded } from '../../ui/states';
import { usePages } from '../../ui/usePages';
import './history.css';
import { VersionItem } from './VersionItem';
import { VersionView } from './VersionView';

const pageSize = 20;

function VersionList({ entityRef }: { entityRef: string }) {
  const history = useApi(entityHistoryApiRef);
  const pages = usePages(
    cursor => history.versions(entityRef, pageSize, cursor),
    entityRef,
  );
  return (
    <Panel
      title="History"
      introduction="Every version that the catalog knows, newest first: what changed, when, and why."
      flush
    >
      <Loaded load={pages.load} onRetry={pages.reload} rows={5}>
        {({ items, nextCursor }) =>
          items.length === 0 && !nextCursor ? (
            <EmptyState title="No versions yet">
              A version appears here as soon as the file, the overlay or the
              managed entity changes.
            </EmptyState>
          ) : (
            <>
              <ol className="history-list">
                {items.map((version, at) => (
                  <VersionItem
                    key={version.version}
                    version={version}
                    startsOpen={at === 0}
                  />
                ))}
              </ol>
              <LoadMore pages={pages} label="Show older versions" />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** The entity's versions, or one of them as it was. */
export function HistoryTab() {
  const { entity } = useEntity();
  const [params] = useSearchParams();
  const entityRef = stringifyEntityRef(entity);
  const at = params.get('at');
  return (
    <div className="history">
      {at ? (
        <VersionView entityRef={entityRef} now={entity} at={at} />
      ) : (
        <VersionList entityRef={entityRef} />
      )}
    </div>
  );
}
