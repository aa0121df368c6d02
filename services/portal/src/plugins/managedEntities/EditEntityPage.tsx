import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { catalogSettingsApiRef } from '../../api/catalogSettings';
import { managedEntitiesApiRef } from '../../api/managedEntities';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { EmptyState, Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { Permitted } from '../settings/Permitted';
import { useMay } from '../settings/useMe';
import type { Draft } from './draft';
import { EntityEditor } from './EntityEditor';
import { entityPagePath } from './paths';
import { formsFor } from './schemaFields';

const managedPath = '/settings/catalog-sources/managed';

function DeleteButton({ set, entity }: { set: string; entity: Entity }) {
  const managed = useApi(managedEntitiesApiRef);
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const name = entity.metadata.title ?? entity.metadata.name;
  return (
    <>
      <Button variant="secondary" destructive onPress={() => setAsking(true)}>
        Delete entity
      </Button>
      {asking && (
        <ConfirmDialog
          title={`Delete ${name}?`}
          action="Delete entity"
          onConfirm={async () => {
            await managed.remove(stringifyEntityRef(entity), set);
            navigate(managedPath);
          }}
          onClose={() => setAsking(false)}
        >
          It leaves the catalog at once. For a while it can be restored from the
          list of deleted entities.
        </ConfirmDialog>
      )}
    </>
  );
}

/** Edits or deletes an entity that was made here. */
export function EditEntityPage() {
  const { set = '', namespace = '', kind = '', name = '' } = useParams();
  const entityRef = stringifyEntityRef({ kind, namespace, name });
  const managed = useApi(managedEntitiesApiRef);
  const settings = useApi(catalogSettingsApiRef);
  const mayDelete = useMay('catalog.entity.delete') === true;
  const { load, reload } = useLoad(async () => {
    const [entity, kinds] = await Promise.all([
      managed.find(set, entityRef),
      settings.kinds(),
    ]);
    return { entity, forms: formsFor(kinds) };
  }, `${set} ${entityRef}`);
  const entity = load.state === 'ready' ? load.value.entity : undefined;
  return (
    <PageFrame
      title={entity?.metadata.title ?? name}
      introduction={
        entity &&
        'Everybody sees what you save at once; the history keeps what was.'
      }
      actions={
        entity && mayDelete && <DeleteButton set={set} entity={entity} />
      }
    >
      <Permitted permission="catalog.entity.create" to="edit entities">
        <Loaded load={load} onRetry={reload} rows={8}>
          {({ forms }) =>
            entity ? (
              <EntityEditor
                key={entityRef}
                forms={forms}
                start={entity as unknown as Draft}
                set={set}
                isNew={false}
                cancelHref={entityPagePath({ kind, namespace, name })}
              />
            ) : (
              <Panel>
                <EmptyState
                  title="This entity is not managed here"
                  action={{
                    label: 'Open it in the catalog',
                    href: entityPagePath({ kind, namespace, name }),
                  }}
                >
                  Its file describes it. Change the file, or add to it on the
                  Source tab.
                </EmptyState>
              </Panel>
            )
          }
        </Loaded>
      </Permitted>
    </PageFrame>
  );
}
