import { useApi } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import { useState } from 'react';
import { locationsApiRef } from '../../api/locations';
import type { LocationSummary } from '../../api/types';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { RelativeTime } from '../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import {
  LocationStatusLabel,
  ProblemList,
} from '../locations/LocationProgressView';

const pollMs = 5_000;

function Source(props: { source: LocationSummary; onRemove: () => void }) {
  const { location, state, problems, entityCount } = props.source;
  return (
    <li className="sources-item">
      <div className="pro-grow">
        <div className="pro-mono pro-any-break">{location.target}</div>
        <div className="sources-facts">
          <LocationStatusLabel state={state} problems={problems.length} />
          <span>
            {entityCount === 1 ? '1 entity' : `${entityCount} entities`}
          </span>
          {props.source.lastReadAt && (
            <span>
              Read <RelativeTime at={props.source.lastReadAt} />
            </span>
          )}
          {props.source.nextReadAt && (
            <span>
              Next read <RelativeTime at={props.source.nextReadAt} />
            </span>
          )}
        </div>
        <ProblemList problems={problems} target={location.target} />
      </div>
      <Button
        size="small"
        variant="tertiary"
        destructive
        aria-label={`Unregister ${location.target}`}
        onPress={props.onRemove}
      >
        Unregister
      </Button>
    </li>
  );
}

/** The addresses that the catalog reads. */
export function CatalogSourcesPage() {
  const locations = useApi(locationsApiRef);
  const { load, reload } = useLoad(
    () => locations.list(),
    '',
    () => pollMs,
  );
  const [removing, setRemoving] = useState<LocationSummary>();
  return (
    <PageFrame
      title="Catalog sources"
      introduction="The files that the catalog reads, again and again, and what came of it."
      actions={
        <ButtonLink variant="primary" href="/register">
          Register repository
        </ButtonLink>
      }
    >
      <Panel flush>
        <Loaded load={load} onRetry={reload}>
          {sources =>
            sources.length === 0 ? (
              <EmptyState
                title="No sources yet"
                action={{ label: 'Register repository', href: '/register' }}
              >
                The catalog fills itself from descriptor files in your
                repositories. Register the first one.
              </EmptyState>
            ) : (
              <ul className="pro-list">
                {sources.map(source => (
                  <Source
                    key={source.location.id}
                    source={source}
                    onRemove={() => setRemoving(source)}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {removing && (
        <ConfirmDialog
          title="Unregister this source?"
          action="Unregister source"
          onConfirm={async () => {
            await locations.unregister(removing.location.id);
            reload();
          }}
          onClose={() => setRemoving(undefined)}
        >
          <p className="pro-mono pro-any-break">{removing.location.target}</p>
          <p>
            Its {removing.entityCount === 1 ? 'entity' : 'entities'} (
            {removing.entityCount}) leave the catalog, unless another source has
            them too. The file itself is not touched.
          </p>
        </ConfirmDialog>
      )}
    </PageFrame>
  );
}
