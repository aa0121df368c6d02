import { useApi } from '@backstage/frontend-plugin-api';
import { useSearchParams } from 'react-router-dom';
import { catalogSettingsApiRef } from '../../api/catalogSettings';
import { portalSet } from '../../api/managedEntities';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { EmptyState, FailureState, Skeleton } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { Permitted } from '../settings/Permitted';
import { emptyDraft } from './draft';
import { EntityEditor } from './EntityEditor';
import { formsFor } from './schemaFields';

function Editor() {
  const settings = useApi(catalogSettingsApiRef);
  const [params] = useSearchParams();
  const { load, reload } = useLoad(async () =>
    formsFor(await settings.kinds()),
  );
  if (load.state !== 'ready') {
    return (
      <Panel>
        {load.state === 'loading' ? (
          <Skeleton rows={8} />
        ) : (
          <FailureState failure={load.failure} onRetry={reload} />
        )}
      </Panel>
    );
  }
  const forms = load.value;
  const wanted = params.get('kind')?.toLocaleLowerCase('en-US');
  const first =
    forms.find(({ kind }) => kind.toLocaleLowerCase('en-US') === wanted) ??
    forms[0];
  if (!first) {
    return (
      <Panel>
        <EmptyState
          title="No kind may be made here"
          action={{ label: 'Look at the kinds', href: '/settings/kinds' }}
        >
          An administrator can allow kinds in the settings.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <EntityEditor
      forms={forms}
      start={emptyDraft(first)}
      set={portalSet}
      isNew
      cancelHref="/settings/catalog-sources/managed"
    />
  );
}

/** A form for an entity that no file describes. */
export function CreateEntityPage() {
  return (
    <PageFrame
      title="Create entity"
      introduction="For what has no repository of its own: a team, a database, a bought system. It lives in the catalog and is edited here."
    >
      <Permitted permission="catalog.entity.create" to="create entities">
        <Editor />
      </Permitted>
    </PageFrame>
  );
}
