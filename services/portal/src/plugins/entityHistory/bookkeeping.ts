import type { Entity } from '@backstage/catalog-model';

/** The entity without what the catalog counts for itself: a comparison would be different in these each time. */
export function withoutBookkeeping(entity: Entity): Entity {
  const { uid, etag, ...metadata } = entity.metadata;
  return uid || etag ? { ...entity, metadata } : entity;
}
