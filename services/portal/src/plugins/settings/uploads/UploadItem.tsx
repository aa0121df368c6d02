import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../../api/failure';
import type { UploadedVersion } from '../../../api/types';
import { uploadsApiRef } from '../../../api/uploads';
import { AdvisoryList } from '../../../ui/AdvisoryList';
import { Badge } from '../../../ui/Badge';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { Problem } from '../../../ui/Problem';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Status } from '../../../ui/Status';
import { workerWords } from '../workerWords';
import { SharePreview } from './SharePreview';
import { checkLines, sizeWords, stateWords } from './uploadWords';

type Question = 'publish' | 'remove' | 'share';

function Facts({ version }: { version: UploadedVersion }) {
  const { checks, worker, previewers } = version;
  const looking = previewers.filter(({ on }) => on).length;
  return (
    <>
      <div className="uploads-facts pro-quiet">
        <span>
          {sizeWords(version.bytes)}, uploaded{' '}
          <RelativeTime at={version.uploadedAt} /> by{' '}
          {version.uploadedBy.replace(/^user:default\//, '')}
        </span>
        {looking > 0 && (
          <span>
            Previewed by {looking} {looking === 1 ? 'member' : 'members'}
          </span>
        )}
        {worker && (
          <span>
            Preview&apos;s worker: {workerWords(worker.state).text}
            {worker.message && `. ${worker.message}`}
          </span>
        )}
      </div>
      {version.message && <Problem>{version.message}</Problem>}
      {checks?.advisories && <AdvisoryList advisories={checks.advisories} />}
      {checks && (
        <details className="uploads-checks">
          <summary>What is in it</summary>
          <ul>
            {checkLines(checks).map(line => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** Asks before a version meets everybody, or goes. */
function Ask(props: {
  question: Question;
  version: UploadedVersion;
  onPublish: () => Promise<void>;
  onRemove: () => Promise<void>;
  onChanged: (version: UploadedVersion) => void;
  onClose: () => void;
}) {
  const { version, onClose } = props;
  const name = `${version.package}@${version.version}`;
  if (props.question === 'share') {
    return (
      <SharePreview
        version={version}
        onChanged={props.onChanged}
        onClose={onClose}
      />
    );
  }
  if (props.question === 'publish') {
    return (
      <ConfirmDialog
        title={`Publish ${name}?`}
        action="Publish version"
        harmless
        onConfirm={props.onPublish}
        onClose={onClose}
      >
        Everybody in your organisation gets it. What was written while
        previewing stays in the preview.
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      action="Delete version"
      onConfirm={props.onRemove}
      onClose={onClose}
    >
      Its archive, its bundle and everything that was written while previewing
      it are gone for good.
    </ConfirmDialog>
  );
}

/** One version with what can be done with it. */
export function UploadItem(props: {
  version: UploadedVersion;
  onChanged: (version: UploadedVersion) => void;
  onGone: () => void;
  onPublished: () => void;
}) {
  const api = useApi(uploadsApiRef);
  const [question, setQuestion] = useState<Question>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const { version } = props;
  const { id, state, previewed } = version;
  const { tone, text } = stateWords(state);
  const ready = ['preview', 'former', 'refused'].includes(state);

  const preview = async (on: boolean) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.setPreview(id, on);
      // Pages load front ends once.
      location.reload();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
      setBusy(false);
    }
  };
  const publish = async () => {
    props.onChanged(await api.publish(id));
    props.onPublished();
  };
  const remove = async () => {
    await api.remove(id);
    props.onGone();
  };

  return (
    <li className="uploads-item" data-version={version.version}>
      <div className="uploads-head">
        <strong className="pro-mono">{version.version}</strong>
        <Status tone={tone}>{text}</Status>
        {previewed && <Badge tone="accent">You preview it</Badge>}
      </div>
      <Facts version={version} />
      {problem && <Problem>{problem}</Problem>}
      <div className="pro-actions">
        {ready && (
          <>
            <Button
              size="small"
              variant="secondary"
              isPending={busy}
              onPress={() => void preview(!previewed)}
            >
              {previewed ? 'Stop previewing' : 'Preview'}
            </Button>
            <Button
              size="small"
              variant="secondary"
              onPress={() => setQuestion('share')}
            >
              Share preview
            </Button>
            <Button
              size="small"
              variant="primary"
              onPress={() => setQuestion('publish')}
            >
              Publish
            </Button>
          </>
        )}
        {!['published', 'publishing'].includes(state) && (
          <Button
            size="small"
            variant="tertiary"
            destructive
            onPress={() => setQuestion('remove')}
          >
            Delete
          </Button>
        )}
      </div>
      {question && (
        <Ask
          question={question}
          version={version}
          onPublish={publish}
          onRemove={remove}
          onChanged={props.onChanged}
          onClose={() => setQuestion(undefined)}
        />
      )}
    </li>
  );
}
