import type { Entity, EntityLink } from '@backstage/catalog-model';
import { Badge } from '../../ui/Badge';
import { isWebAddress } from '../../ui/fileLink';

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

const fromFile = <Badge>From the file</Badge>;

export function FromFileLinks({ links }: { links: EntityLink[] }) {
  if (links.length === 0) return null;
  return (
    <ul className="overlay-fixed">
      {links.map(({ url, title }) => (
        <li key={url}>
          <span className="pro-any-break">
            {isWebAddress(url) ? (
              <a className="pro-link" href={url}>
                {title ?? url}
              </a>
            ) : (
              (title ?? url)
            )}
          </span>
          {fromFile}
        </li>
      ))}
    </ul>
  );
}

export function FromFileTags({ tags }: { tags: string[] }) {
  if (tags.length === 0) return null;
  return (
    <ul className="overlay-fixed">
      <li>
        <span>{tags.join(', ')}</span>
        {fromFile}
      </li>
    </ul>
  );
}

export function FromFileMap({ map }: { map: Record<string, string> }) {
  const entries = Object.entries(map);
  if (entries.length === 0) return null;
  return (
    <ul className="overlay-fixed">
      {entries.map(([key, value]) => (
        <li key={key}>
          <span className="pro-mono pro-any-break">
            {key}: {value}
          </span>
          {fromFile}
        </li>
      ))}
    </ul>
  );
}
