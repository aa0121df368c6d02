import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../../api/failure';
import type { OfferedPreview } from '../../../api/types';
import { uploadsApiRef } from '../../../api/uploads';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { useLoad } from '../../../ui/useLoad';
import './uploads.css';

function PreviewRow({ preview }: { preview: OfferedPreview }) {
  const api = useApi(uploadsApiRef);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const turn = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.setPreview(preview.uploadId, !preview.on);
      location.reload();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
      setBusy(false);
    }
  };
  return (
    <li className="plugins-item">
      <div className="pro-grow pro-any-break">
        <code>
          {preview.package}@{preview.version}
        </code>
        {preview.description && <div>{preview.description}</div>}
        {problem && <Problem>{problem}</Problem>}
      </div>
      <Button
        size="small"
        variant="secondary"
        isPending={busy}
        onPress={() => void turn()}
      >
        {preview.on ? 'Stop previewing' : 'Preview'}
      </Button>
    </li>
  );
}

/** Versions that somebody shares with this person before they are published; nothing while there are none. */
export function PreviewsPanel() {
  const api = useApi(uploadsApiRef);
  const { load } = useLoad(() => api.listPreviews());
  if (load.state !== 'ready' || load.value.length === 0) return null;
  return (
    <Panel
      title="Previews for you"
      introduction="Versions that your organisation is about to publish. Who previews one meets it instead of the published version."
      flush
    >
      <ul className="pro-list">
        {load.value.map(preview => (
          <PreviewRow key={preview.uploadId} preview={preview} />
        ))}
      </ul>
    </Panel>
  );
}
