import type { EntityLink } from '@backstage/catalog-model';
import { Badge } from '../../ui/Badge';
import { isWebAddress } from '../../ui/fileLink';

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
