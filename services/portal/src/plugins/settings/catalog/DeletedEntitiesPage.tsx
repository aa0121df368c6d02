import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { parseEntityRef } from '@backstage/catalog-model';
import {
  entityHistoryApiRef,
  type DeletedEntity,
} from '../../../api/entityHistory';
import { asFailure } from '../../../api/failure';
import { LoadMore } from '../../../ui/LoadMore';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Status } from '../../../ui/Status';
import { EmptyState, Loaded } from '../../../ui/states';
import { usePages } from '../../../ui/usePages';
import { CauseLine } from '../../entityHistory/CauseLine';
import '../../entityHistory/history.css';
import { entityPagePath } from '../../managedEntities/paths';
import { useMay } from '../useMe';
import { kindTitle } from './heldWords';
import { SourcesTabs } from './SourcesTabs';

const pageSize = 50;

function Deleted(props: {
  entity: DeletedEntity;
  mayRestore: boolean;
  onRestore: () => Promise<void>;
}) {
  const { entity } = props;
  const [busy, setBusy] = useState(false);
  const { kind, name } = parseEntityRef(entity.entityRef);
  return (
    <li className="sources-item deleted-item">
      <div className="pro-grow">
        <strong className="deleted-title">{entity.title ?? name}</strong>{' '}
        <span className="pro-quiet" title={entity.entityRef}>
          {kindTitle(kind)}
        </span>
        <div className="sources-facts">
          <span>
            Deleted <RelativeTime at={entity.deletedAt} />
          </span>
          <CauseLine cause={entity.cause} />
          <span>
            Can be restored until{' '}
            <time dateTime={entity.restorableUntil}>
              {new Date(entity.restorableUntil).toLocaleDateString(undefined, {
                dateStyle: 'medium',
              })}
            </time>
          </span>
        </div>
      </div>
      {props.mayRestore && (
        <Button
          size="small"
          variant="secondary"
          isPending={busy}
          aria-label={`Restore ${entity.title ?? name}`}
          onPress={() => {
            setBusy(true);
            void props.onRestore().finally(() => setBusy(false));
          }}
        >
          Restore
        </Button>
      )}
    </li>
  );
}

/** Entities that have left the catalog and can come back. */
export function DeletedEntitiesPage() {
  const history = useApi(entityHistoryApiRef);
  const mayRestore = useMay('catalog.entity.create') === true;
  const pages = usePages(cursor => history.deleted(pageSize, cursor));
  const [problem, setProblem] = useState<string>();
  const [restored, setRestored] = useState<DeletedEntity>();

  const restore = async (entity: DeletedEntity) => {
    setProblem(undefined);
    setRestored(undefined);
    try {
      await history.restore(entity.entityRef);
      setRestored(entity);
      pages.reload();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
  };
  return (
    <PageFrame
      title="Catalog sources"
      introduction="What was deleted, for as long as it can be brought back. A restored entity is managed here until its source names it again."
    >
      <SourcesTabs />
      {problem && <Problem>{problem}</Problem>}
      {restored && (
        <p role="status">
          <Status tone="good">
            Restored:{' '}
            <Link
              className="pro-link"
              to={entityPagePath(parseEntityRef(restored.entityRef))}
            >
              {restored.title ?? restored.entityRef}
            </Link>
          </Status>
        </p>
      )}
      <Panel flush>
        <Loaded load={pages.load} onRetry={pages.reload}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title="Nothing was deleted">
                An entity that leaves the catalog is kept here for a while, with
                the reason why it went.
              </EmptyState>
            ) : (
              <>
                <ul className="pro-list">
                  {items.map(entity => (
                    <Deleted
                      key={`${entity.entityRef} ${entity.deletedAt}`}
                      entity={entity}
                      mayRestore={mayRestore}
                      onRestore={() => restore(entity)}
                    />
                  ))}
                </ul>
                <LoadMore pages={pages} label="Show more" />
              </>
            )
          }
        </Loaded>
      </Panel>
    </PageFrame>
  );
}
