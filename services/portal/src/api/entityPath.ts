import { parseEntityRef } from '@backstage/catalog-model';

/** `kind/namespace/name` of an entity reference, as the catalog's paths have it. */
export function entityPath(entityRef: string): string {
  const { kind, namespace, name } = parseEntityRef(entityRef);
  return [kind, namespace, name]
    .map(part => encodeURIComponent(part.toLocaleLowerCase('en-US')))
    .join('/');
}
