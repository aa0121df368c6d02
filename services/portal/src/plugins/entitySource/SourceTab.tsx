import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { useAsyncEntity, useEntity } from '@backstage/plugin-catalog-react';
import {
  emptyOverlay,
  entitySourceApiRef,
  type EntitySource,
  type FieldOrigin,
  type Overlay,
} from '../../api/entitySource';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { managedSet } from '../managedEntities/managedSet';
import { useMay } from '../settings/useMe';
import { DocumentPanel } from './DocumentPanel';
import { fileParts } from './fileParts';
import { OriginPanel } from './OriginPanel';
import { OverlayPanel } from './OverlayPanel';
import { SourcePanel } from './SourcePanel';
import './source.css';
import { StatusPanel } from './StatusPanel';

interface Known {
  source: EntitySource;
  overlay: Overlay;
  origins: FieldOrigin[];
}

function Panels(props: {
  entity: Entity;
  known: Known;
  onChanged: () => void;
}) {
  const { entity, known } = props;
  const mayChange = useMay('catalog.entity.create') === true;
  const set = managedSet(entity);
  return (
    <div className="pro-stack">
      <SourcePanel entity={entity} source={known.source} set={set} />
      <StatusPanel entity={entity} source={known.source} />
      {!set && (
        <OverlayPanel
          entityRef={stringifyEntityRef(entity)}
          overlay={known.overlay}
          file={fileParts(known.source.processed)}
          mayChange={mayChange}
          onChanged={props.onChanged}
        />
      )}
      <DocumentPanel source={known.source} />
      <OriginPanel entity={entity} origins={known.origins} />
    </div>
  );
}

/** Where the entity comes from: its file, what was read there, what was added here. */
export function SourceTab() {
  const { entity } = useEntity();
  const { refresh } = useAsyncEntity();
  const sources = useApi(entitySourceApiRef);
  const entityRef = stringifyEntityRef(entity);
  const { load, reload } = useLoad(async (): Promise<Known> => {
    const [source, origins] = await Promise.all([
      sources.source(entityRef),
      sources.provenance(entityRef),
    ]);
    const isAddedTo = origins.some(
      ({ source: { kind } }) => kind === 'overlay',
    );
    const overlay = isAddedTo ? await sources.overlay(entityRef) : emptyOverlay;
    return { source, origins, overlay };
  }, entityRef);
  return (
    <div className="source">
      <Loaded load={load} onRetry={reload} rows={8}>
        {known => (
          <Panels
            entity={entity}
            known={known}
            onChanged={() => {
              reload();
              refresh?.();
            }}
          />
        )}
      </Loaded>
    </div>
  );
}
