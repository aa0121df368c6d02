import type { Entity, EntityLink } from '@backstage/catalog-model';

/** What the file itself says of the parts that can be added to. */
export interface FileParts {
  links: EntityLink[];
  tags: string[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Annotations that the catalog writes itself are nobody's to change. */
const ownAnnotations =
  /^backstage\.io\/(managed-by-|orphan|view-url|edit-url|source-location)/;

export function fileParts(processed: Entity | undefined): FileParts {
  const { links, tags, labels, annotations } = processed?.metadata ?? {};
  return {
    links: links ?? [],
    tags: tags ?? [],
    labels: labels ?? {},
    annotations: Object.fromEntries(
      Object.entries(annotations ?? {}).filter(
        ([key]) => !ownAnnotations.test(key),
      ),
    ),
  };
}
