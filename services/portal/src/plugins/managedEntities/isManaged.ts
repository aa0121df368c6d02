import { ANNOTATION_LOCATION, type Entity } from '@backstage/catalog-model';
import { portalSet } from '../../api/managedEntities';

/** Whether the entity was made with the portal's form, by what the catalog says of its place. */
export function isManaged(entity: Entity): boolean {
  return (
    entity.metadata.annotations?.[ANNOTATION_LOCATION] ===
    `managed:${portalSet}`
  );
}
