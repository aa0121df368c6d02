import { Button, Tag, TagGroup } from '@backstage/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { entitySourceApiRef, type Overlay } from '../../api/entitySource';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { isWebAddress } from '../../ui/fileLink';
import { Panel } from '../../ui/Panel';
import type { FileParts } from './fileParts';
import { OverlayForm } from './OverlayForm';
import { isEmptyOverlay } from './overlayDraft';

function KeyedFacts({
  title,
  map,
}: {
  title: string;
  map: Record<string, string>;
}) {
  const entries = Object.entries(map);
  if (entries.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {entries.map(([key, value]) => (
          <div key={key} className="pro-mono">
            {key}: {value}
          </div>
        ))}
      </dd>
    </>
  );
}

function Added({ overlay }: { overlay: Overlay }) {
  return (
    <dl className="pro-facts">
      {overlay.links.length > 0 && (
        <>
          <dt>Links</dt>
          <dd>
            {overlay.links.map(({ url, title }) => (
              <div key={url}>
                {isWebAddress(url) ? (
                  <a className="pro-link" href={url}>
                    {title ?? url}
                  </a>
                ) : (
                  (title ?? url)
                )}
              </div>
            ))}
          </dd>
        </>
      )}
      {overlay.tags.length > 0 && (
        <>
          <dt>Tags</dt>
          <dd>
            <TagGroup aria-label="Tags added here">
              {overlay.tags.map(tag => (
                <Tag key={tag} id={tag} size="small">
                  {tag}
                </Tag>
              ))}
            </TagGroup>
          </dd>
        </>
      )}
      <KeyedFacts title="Labels" map={overlay.labels} />
      <KeyedFacts title="Annotations" map={overlay.annotations} />
    </dl>
  );
}

export interface OverlayPanelProps {
  entityRef: string;
  overlay: Overlay;
  file: FileParts;
  mayChange: boolean;
  onChanged: () => void;
}

/** What people added here to an entity that a file describes. */
export function OverlayPanel(props: OverlayPanelProps) {
  const sources = useApi(entitySourceApiRef);
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const { overlay, mayChange } = props;
  const empty = isEmptyOverlay(overlay);
  return (
    <Panel
      title="Added here"
      introduction="Links, tags, labels and annotations beside those of the file. The file stays as it is."
      actions={
        mayChange &&
        !editing && (
          <>
            <Button
              variant="secondary"
              size="small"
              onPress={() => setEditing(true)}
            >
              {empty ? 'Add something' : 'Edit additions'}
            </Button>
            {!empty && (
              <Button
                variant="secondary"
                size="small"
                onPress={() => setRemoving(true)}
              >
                Remove additions
              </Button>
            )}
          </>
        )
      }
    >
      {editing ? (
        <OverlayForm
          entityRef={props.entityRef}
          overlay={overlay}
          file={props.file}
          onCancel={() => setEditing(false)}
          onSaved={() => {
            setEditing(false);
            props.onChanged();
          }}
        />
      ) : empty ? (
        <p className="source-note pro-quiet">
          Nothing is added.{' '}
          {mayChange
            ? 'Add a runbook, an owner’s channel or a tag without touching the repository.'
            : 'A member with the right to create entities can add to it.'}
        </p>
      ) : (
        <Added overlay={overlay} />
      )}
      {removing && (
        <ConfirmDialog
          title="Remove what was added here?"
          action="Remove additions"
          onConfirm={async () => {
            await sources.removeOverlay(props.entityRef);
            props.onChanged();
          }}
          onClose={() => setRemoving(false)}
        >
          The entity is then what its file says. The history keeps what was
          here.
        </ConfirmDialog>
      )}
    </Panel>
  );
}
