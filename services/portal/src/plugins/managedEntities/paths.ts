import type { CompoundEntityRef } from '@backstage/catalog-model';

/** Where a new entity is described. */
export const createPath = '/entities/new';

/** Where a managed entity is edited. */
export function editPath(ref: CompoundEntityRef): string {
  const parts = [ref.namespace, ref.kind, ref.name].map(part =>
    encodeURIComponent(part.toLocaleLowerCase('en-US')),
  );
  return `/entities/edit/${parts.join('/')}`;
}

/** The stock page of an entity. */
export function entityPagePath(ref: CompoundEntityRef): string {
  const parts = [ref.namespace, ref.kind, ref.name].map(part =>
    encodeURIComponent(part.toLocaleLowerCase('en-US')),
  );
  return `/catalog/${parts.join('/')}`;
}
