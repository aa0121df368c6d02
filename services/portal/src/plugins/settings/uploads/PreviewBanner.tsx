import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useMemo, useState } from 'react';
import { uploadsApiRef } from '../../../api/uploads';
import { readPortalConfig, type PortalPreview } from '../../../portalConfig';
import './uploads.css';

function previewsOf(page: Document): PortalPreview[] {
  return readPortalConfig(page)?.previews ?? [];
}

/** Says, on every page, which versions this person previews, and turns them off. */
export function PreviewBanner() {
  const api = useApi(uploadsApiRef);
  const previews = useMemo(() => previewsOf(document), []);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  if (previews.length === 0) return null;
  const end = async () => {
    setBusy(true);
    try {
      for (const { uploadId } of previews) {
        await api.setPreview(uploadId, false);
      }
      location.reload();
    } catch {
      setFailed(true);
      setBusy(false);
    }
  };
  return (
    <div className="preview-banner" role="status">
      <span>
        You preview{' '}
        {previews.map(({ uploadId, package: name, version }, at) => (
          <span key={uploadId}>
            {at > 0 && ', '}
            <strong>
              {name}@{version}
            </strong>
          </span>
        ))}
        . Others have what is published.
        {failed && ' Turning it off failed: try again.'}
      </span>
      <Button
        size="small"
        variant="secondary"
        isPending={busy}
        onPress={() => void end()}
      >
        Turn off
      </Button>
    </div>
  );
}
