import { useApi } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';
import { useEffect, useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { asFailure } from '../../../api/failure';
import { locationsApiRef, type LocationDetail } from '../../../api/locations';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { fileName } from '../../../ui/fileLink';
import { FileLink } from '../../../ui/FileLink';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { RelativeTime } from '../../../ui/RelativeTime';
import { EmptyState, FailureState, Skeleton } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { troubledFirst } from '../../locations/files';
import {
  counted,
  LocationStatusLabel,
} from '../../locations/LocationProgressView';
import { useMay } from '../useMe';
import { HeldNotice } from './HeldNotice';
import { SourceFile } from './SourceFile';
import { refreshHeldRemovals } from './useHeldRemovals';

const busyPollMs = 1_000;
const quietPollMs = 10_000;
/** With more files than this, their entities are shown on demand. */
const mostOpen = 5;
const sourcesPath = '/settings/catalog-sources';

const isBusy = ({ state }: LocationDetail) =>
  state === 'pending' || state === 'reading';

function PausedHosts({ detail }: { detail: LocationDetail }) {
  return detail.pausedHosts?.map(({ host, until, message }) => (
    <Alert
      key={host}
      status="warning"
      icon
      title={`${host} is left alone for a while`}
      description={
        <>
          It failed: {message} It is asked again <RelativeTime at={until} />.
        </>
      }
    />
  ));
}

function Actions({
  detail,
  onChanged,
}: {
  detail: LocationDetail;
  onChanged: () => void;
}) {
  const locations = useApi(locationsApiRef);
  const navigate = useNavigate();
  const mayRead = useMay('catalog.location.create');
  const mayRemove = useMay('catalog.location.delete');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [removing, setRemoving] = useState(false);
  const { location, entities } = detail;

  const readAgain = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await locations.readAgain(detail);
      onChanged();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {problem && <Problem>{problem}</Problem>}
      {mayRead && (
        <Button
          variant="primary"
          isPending={busy || isBusy(detail)}
          onPress={() => void readAgain()}
        >
          Read again now
        </Button>
      )}
      {mayRemove && (
        <Button variant="secondary" onPress={() => setRemoving(true)}>
          Unregister
        </Button>
      )}
      {removing && (
        <ConfirmDialog
          title="Unregister this source?"
          action="Unregister source"
          onConfirm={async () => {
            await locations.unregister(location.id);
            navigate(sourcesPath);
          }}
          onClose={() => setRemoving(false)}
        >
          <p className="pro-mono pro-any-break">{location.target}</p>
          <p>
            Its {entities.length === 1 ? 'entity' : 'entities'} (
            {entities.length}) leave the catalog, unless another source has them
            too. The file itself is not touched.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Facts({ detail }: { detail: LocationDetail }) {
  const { location, problems, entities } = detail;
  return (
    <Panel title="State">
      <dl className="pro-facts">
        <dt>Address</dt>
        <dd>
          <FileLink url={location.target} whole />
        </dd>
        <dt>State</dt>
        <dd>
          <span role="status">
            <LocationStatusLabel
              state={detail.state}
              problems={problems.length}
            />
          </span>
        </dd>
        <dt>Last read</dt>
        <dd>
          {detail.lastReadAt ? (
            <RelativeTime at={detail.lastReadAt} />
          ) : (
            'Not yet'
          )}
        </dd>
        <dt>Next read</dt>
        <dd>
          {detail.nextReadAt ? (
            <RelativeTime at={detail.nextReadAt} />
          ) : (
            'Being read'
          )}
        </dd>
        <dt>Brought</dt>
        <dd>
          {counted(entities.length)}
          {problems.length > 0 &&
            `, ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`}
        </dd>
      </dl>
    </Panel>
  );
}

/** One registered location: its files, what they brought, what is wrong with them. */
export function SourcePage() {
  const { id = '' } = useParams();
  const locations = useApi(locationsApiRef);
  const { load, reload } = useLoad(
    () => locations.progress(id),
    id,
    detail => (isBusy(detail) ? busyPollMs : quietPollMs),
  );
  // A file that was just read may want to remove what it brought before.
  const readAt = load.state === 'ready' ? load.value.lastReadAt : undefined;
  useEffect(refreshHeldRemovals, [readAt]);
  if (load.state !== 'ready') {
    return (
      <PageFrame title="Catalog source">
        <Panel>
          {load.state === 'loading' ? (
            <Skeleton rows={6} />
          ) : (
            <FailureState failure={load.failure} onRetry={reload} />
          )}
        </Panel>
      </PageFrame>
    );
  }
  const detail = load.value;
  const files = troubledFirst(detail.files);
  return (
    <PageFrame
      title={fileName(detail.location.target)}
      introduction="What the catalog reads here, and what came of it."
      back={{ href: sourcesPath, label: 'Catalog sources' }}
      actions={<Actions detail={detail} onChanged={reload} />}
    >
      <div className="pro-stack">
        <HeldNotice
          isMine={({ source }) =>
            source.location === id || source.name === detail.location.target
          }
        />
        <PausedHosts detail={detail} />
        <Facts detail={detail} />
        <Panel
          title={files.length === 1 ? 'The file' : `${files.length} files`}
          introduction={
            files.length === 1 ? undefined : 'Files with problems come first.'
          }
          flush
        >
          {files.length === 0 ? (
            <EmptyState title="No files yet">
              They appear here as they are read.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {files.map(file => (
                <SourceFile
                  key={file.url}
                  file={file}
                  startsOpen={files.length <= mostOpen}
                />
              ))}
            </ul>
          )}
        </Panel>
      </div>
    </PageFrame>
  );
}
