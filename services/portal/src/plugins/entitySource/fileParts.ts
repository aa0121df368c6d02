import type { Entity, EntityLink } from '@backstage/catalog-model';
import { fieldPath } from '../../api/fieldPath';
import type { FieldOrigin } from '../../api/entitySource';

/** What the file itself says of the parts that can be added to. */
export interface FileParts {
  links: EntityLink[];
  tags: string[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Of an entity's links, tags, labels and annotations, those that neither an overlay nor the catalog gave it. */
export function fileParts(entity: Entity, origins: FieldOrigin[]): FileParts {
  const given = new Map(
    origins.map(({ path, source }) => [fieldPath(path), source.kind]),
  );
  const isOwn = (part: string, key: string | number) => {
    const kind = given.get(`metadata.${part}.${key}`);
    return kind !== 'overlay' && kind !== 'platform';
  };
  const entries = (part: 'labels' | 'annotations') =>
    Object.fromEntries(
      Object.entries(entity.metadata[part] ?? {}).filter(([key]) =>
        isOwn(part, key),
      ),
    );
  const { links, tags } = entity.metadata;
  return {
    links: (links ?? []).filter((_, at) => isOwn('links', at)),
    tags: (tags ?? []).filter((_, at) => isOwn('tags', at)),
    labels: entries('labels'),
    annotations: entries('annotations'),
  };
}
