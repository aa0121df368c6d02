import { useApi } from '@backstage/frontend-plugin-api';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { Button, VisuallyHidden } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { removalsApiRef, type HeldRemoval } from '../../../api/removals';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { useMay } from '../useMe';
import { byKind, heldShare, heldSource, kindTitle, unnamed } from './heldWords';
import { removalDecided } from './useHeldRemovals';

const heldPath = '/settings/catalog-sources/held';

function Decide({ held }: { held: HeldRemoval }) {
  const removals = useApi(removalsApiRef);
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'approve' | 'keep'>();
  const decided = () => {
    removalDecided();
    navigate(heldPath);
  };
  return (
    <>
      <Button variant="primary" onPress={() => setAsking('keep')}>
        Keep entities
      </Button>
      <Button
        variant="secondary"
        destructive
        onPress={() => setAsking('approve')}
      >
        Let them go
      </Button>
      {asking === 'approve' && (
        <ConfirmDialog
          title={`Remove ${held.removing} entities?`}
          action="Remove entities"
          onConfirm={async () => {
            await removals.approve(held.id);
            decided();
          }}
          onClose={() => setAsking(undefined)}
        >
          They leave the catalog at once. For a while they can be restored from
          the list of deleted entities.
        </ConfirmDialog>
      )}
      {asking === 'keep' && (
        <ConfirmDialog
          title="Keep these entities?"
          action="Keep entities"
          harmless
          onConfirm={async () => {
            await removals.reject(held.id);
            decided();
          }}
          onClose={() => setAsking(undefined)}
        >
          They stay although their source does not name them any more. When it
          names them again, everything goes on as before.
        </ConfirmDialog>
      )}
    </>
  );
}

function Going({ held }: { held: HeldRemoval }) {
  const more = unnamed(held);
  return (
    <Panel
      title="What would go"
      introduction="These are named by no file of the source any more."
    >
      {byKind(held.entityRefs).map(([kind, refs]) => (
        <section key={kind} className="held-kind">
          <h3>
            {kindTitle(kind)} <span className="pro-quiet">{refs.length}</span>
          </h3>
          <ul>
            {refs.map(ref => (
              <li key={ref}>
                <span aria-hidden="true">−</span>
                <VisuallyHidden>Would go: </VisuallyHidden>
                <EntityRefLink entityRef={ref} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {more > 0 && (
        <p className="pro-quiet">And {more} more, which are not listed here.</p>
      )}
    </Panel>
  );
}

/** One held removal: what would go, and the decision. */
export function HeldRemovalPage() {
  const { id = '' } = useParams();
  const removals = useApi(removalsApiRef);
  const may = useMay('catalog.entity.delete') === true;
  const { load, reload } = useLoad(() => removals.get(id), id);
  const held = load.state === 'ready' ? load.value : undefined;
  return (
    <PageFrame
      title="Held removal"
      introduction="The source would remove more than your limits allow. Look whether it means it."
      back={{ href: heldPath, label: 'Held removals' }}
      actions={held && may && <Decide held={held} />}
    >
      <Loaded load={load} onRetry={reload} rows={6}>
        {found => (
          <div className="pro-stack">
            <Panel title="The source">
              <dl className="pro-facts">
                <dt>{heldSource(found)}</dt>
                <dd className="pro-mono">{found.source.name}</dd>
                <dt>Would remove</dt>
                <dd>{heldShare(found)}</dd>
                <dt>Held</dt>
                <dd>
                  <RelativeTime at={found.heldAt} />
                </dd>
              </dl>
            </Panel>
            <Going held={found} />
          </div>
        )}
      </Loaded>
    </PageFrame>
  );
}
