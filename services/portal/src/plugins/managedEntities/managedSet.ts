import { ANNOTATION_LOCATION, type Entity } from '@backstage/catalog-model';

/** The set that an entity was written to, by what the catalog says of its place; undefined for all others. */
export function managedSet(entity: Entity): string | undefined {
  const place = entity.metadata.annotations?.[ANNOTATION_LOCATION];
  return place?.match(/^managed:([^/]+)\//)?.[1];
}
