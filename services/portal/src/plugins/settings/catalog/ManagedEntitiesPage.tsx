import {
  getCompoundEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { ButtonLink } from '@backstage/ui';
import {
  managedEntitiesApiRef,
  portalSet,
  type ManagedEntity,
} from '../../../api/managedEntities';
import { Badge } from '../../../ui/Badge';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { createPath, editPath } from '../../managedEntities/paths';
import { useMay } from '../useMe';
import { SourcesTabs } from './SourcesTabs';

/** Sets beside the portal's own; what was brought back stands in one of them. */
const setWords = (set: string) =>
  set === 'restored' ? 'Restored' : `From the set ${set}`;

function Managed(props: { managed: ManagedEntity; mayChange: boolean }) {
  const { set, entity } = props.managed;
  const { metadata } = entity;
  return (
    <li className="sources-item managed-item">
      <div className="pro-grow">
        <EntityRefLink entityRef={entity} />{' '}
        <span className="pro-quiet">{entity.kind}</span>{' '}
        {set !== portalSet && <Badge>{setWords(set)}</Badge>}
        {metadata.description && (
          <div className="pro-quiet">{metadata.description}</div>
        )}
      </div>
      {props.mayChange && (
        <ButtonLink
          size="small"
          variant="secondary"
          href={editPath(set, getCompoundEntityRef(entity))}
          aria-label={`Edit ${metadata.title ?? metadata.name}`}
        >
          Edit
        </ButtonLink>
      )}
    </li>
  );
}

/** Entities that were made in the portal. */
export function ManagedEntitiesPage() {
  const managed = useApi(managedEntitiesApiRef);
  const mayChange = useMay('catalog.entity.create') === true;
  const { load, reload } = useLoad(() => managed.list());
  return (
    <PageFrame
      title="Catalog sources"
      introduction="Entities that no file describes: they live in the catalog itself and are edited here."
      actions={
        mayChange && (
          <ButtonLink variant="primary" href={createPath}>
            Create entity
          </ButtonLink>
        )
      }
    >
      <SourcesTabs />
      <Panel flush>
        <Loaded load={load} onRetry={reload}>
          {entities =>
            entities.length === 0 ? (
              <EmptyState
                title="Nothing is managed here yet"
                action={
                  mayChange
                    ? { label: 'Create entity', href: createPath }
                    : undefined
                }
              >
                For what has no repository of its own: a team, a database, a
                bought system.
              </EmptyState>
            ) : (
              <ul className="pro-list">
                {entities.map(one => (
                  <Managed
                    key={stringifyEntityRef(one.entity)}
                    managed={one}
                    mayChange={mayChange}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
    </PageFrame>
  );
}
