import type { CompoundEntityRef } from '@backstage/catalog-model';

/** Where a new entity is described. */
export const createPath = '/entities/new';

function parts({ namespace, kind, name }: CompoundEntityRef): string {
  return [namespace, kind, name]
    .map(part => encodeURIComponent(part.toLocaleLowerCase('en-US')))
    .join('/');
}

/** Where an entity of a set is edited. */
export function editPath(set: string, ref: CompoundEntityRef): string {
  return `/entities/edit/${encodeURIComponent(set)}/${parts(ref)}`;
}

/** The stock page of an entity. */
export function entityPagePath(ref: CompoundEntityRef): string {
  return `/catalog/${parts(ref)}`;
}
