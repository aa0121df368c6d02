import { useApi } from '@backstage/frontend-plugin-api';
import type { UploadedVersion, UploadList } from '../../../api/types';
import { uploadsApiRef } from '../../../api/uploads';
import { Panel } from '../../../ui/Panel';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { UploadForm } from './UploadForm';
import { UploadItem } from './UploadItem';
import { byPackage, halfWords } from './uploadWords';
import './uploads.css';

const busyPollMs = 2_000;

function pollOf({ items }: UploadList): number | undefined {
  return items.some(({ state }) => ['building', 'publishing'].includes(state))
    ? busyPollMs
    : undefined;
}

/** The answer to a change in the list's place, or in front of it. */
function withVersion(list: UploadList, version: UploadedVersion): UploadList {
  const known = list.items.some(({ id }) => id === version.id);
  const items = known
    ? list.items.map(item => (item.id === version.id ? version : item))
    : [version, ...list.items];
  return { ...list, items };
}

/** The organisation's own plugins: upload, preview, publish. */
export function UploadsPanel({ onPublished }: { onPublished: () => void }) {
  const api = useApi(uploadsApiRef);
  const { load, reload, set } = useLoad(() => api.list(), '', pollOf);
  const changed = (list: UploadList, version: UploadedVersion) => {
    set(withVersion(list, version));
    // What follows is watched.
    reload();
  };
  return (
    <Panel
      title="Your own plugins"
      introduction="Packages that nobody outside of your organisation sees. Look at a version alone before everybody gets it."
    >
      <Loaded load={load} onRetry={reload}>
        {list => (
          <div className="uploads">
            {list.refusal ? (
              <p className="pro-quiet">{list.refusal}</p>
            ) : (
              <UploadForm
                limits={list.limits}
                onUploaded={version => changed(list, version)}
              />
            )}
            {list.items.length === 0 && !list.refusal && (
              <EmptyState title="No plugins of your own yet">
                Build a Backstage plugin, run npm pack in its folder and upload
                the archive. Back end and front end come in one archive each.
              </EmptyState>
            )}
            {byPackage(list.items).map(({ name, versions }) => (
              <section key={name} className="uploads-package">
                <h3 className="pro-any-break">
                  <code>{name}</code>{' '}
                  <span className="pro-quiet">
                    {versions[0] && halfWords(versions[0])}
                  </span>
                </h3>
                <ul className="uploads-versions">
                  {versions.map(version => (
                    <UploadItem
                      key={version.id}
                      version={version}
                      onChanged={other => changed(list, other)}
                      onGone={reload}
                      onPublished={onPublished}
                    />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}
