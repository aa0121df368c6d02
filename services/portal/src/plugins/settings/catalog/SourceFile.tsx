import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef, EntityRefLink } from '@backstage/plugin-catalog-react';
import { useId, useState } from 'react';
import type { LocationFile } from '../../../api/locations';
import { fileName } from '../../../ui/fileLink';
import { FileLink } from '../../../ui/FileLink';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Status } from '../../../ui/Status';
import { Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { fileWords, standsForAddress } from '../../locations/files';
import { counted } from '../../locations/LocationProgressView';
import { ProblemList } from '../../locations/ProblemList';

const mostListed = 200;
const managedBy = 'metadata.annotations.backstage.io/managed-by-location';

/** What is in the catalog from one file. */
function FileEntities({ file }: { file: LocationFile }) {
  const catalog = useApi(catalogApiRef);
  const { load, reload } = useLoad(async () => {
    const { items, totalItems } = await catalog.queryEntities({
      filter: { [managedBy]: `url:${file.url}` },
      fields: ['kind', 'metadata.name', 'metadata.namespace', 'metadata.title'],
      orderFields: { field: 'metadata.name', order: 'asc' },
      limit: mostListed,
    });
    return {
      items: items.filter(entity => !standsForAddress(entity)),
      more: totalItems - items.length,
    };
  }, `${file.url} ${file.entities} ${file.lastChangedAt}`);
  return (
    <Loaded load={load} onRetry={reload} rows={2}>
      {({ items, more }) => (
        <>
          <ul
            className="location-entities"
            aria-label={`Entities of ${fileName(file.url)}`}
          >
            {items.map(entity => (
              <li key={stringifyEntityRef(entity)}>
                <span className="pro-quiet">{entity.kind}</span>
                <EntityRefLink entityRef={entity} />
              </li>
            ))}
          </ul>
          {more > 0 && <p className="pro-quiet">And {more} more.</p>}
        </>
      )}
    </Loaded>
  );
}

export interface SourceFileProps {
  file: LocationFile;
  /** Whether its entities are shown from the start. */
  startsOpen: boolean;
}

/** One file of a source: how reading it went, what it brought, what is wrong with it. */
export function SourceFile({ file, startsOpen }: SourceFileProps) {
  const [open, setOpen] = useState(startsOpen);
  const bodyId = useId();
  const [tone, words] = fileWords(file);
  return (
    <li className="sources-file">
      <div className="sources-file-head">
        <FileLink url={file.url} whole />
        <Status tone={tone}>{words}</Status>
      </div>
      <div className="sources-facts">
        {file.entities > 0 ? (
          <button
            type="button"
            className="pro-text-button"
            aria-expanded={open}
            aria-controls={bodyId}
            onClick={() => setOpen(!open)}
          >
            {counted(file.entities)}
          </button>
        ) : (
          <span>{counted(0)}</span>
        )}
        {file.lastReadAt && file.state !== 'pending' && (
          <span>
            {file.state === 'failed' ? 'Tried' : 'Read'}{' '}
            <RelativeTime at={file.lastReadAt} />
          </span>
        )}
        {file.lastChangedAt && (
          <span>
            Changed <RelativeTime at={file.lastChangedAt} />
          </span>
        )}
        {file.pattern && file.pattern !== file.url && (
          <span className="pro-any-break">Found by {file.pattern}</span>
        )}
      </div>
      <ProblemList problems={file.problems} target={file.url} />
      <div id={bodyId} hidden={!open || file.entities === 0}>
        {open && file.entities > 0 && <FileEntities file={file} />}
      </div>
    </li>
  );
}
