import type { Entity } from '@backstage/catalog-model';

/** Where a template of the catalog is edited. */
export function editorPath({ metadata }: Entity): string {
  const parts = [metadata.namespace ?? 'default', metadata.name];
  return `/create/edit/stored/${parts.map(encodeURIComponent).join('/')}`;
}
