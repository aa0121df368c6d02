import { Button } from '@backstage/ui';
import { useState } from 'react';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DiffView } from '../../ui/DiffView';
import { diffLines, withContext } from '../../ui/lineDiff';
import type { EditedFile } from './files';

function download({ path, text = '' }: EditedFile): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = path.split('/').at(-1) ?? path;
  link.click();
  URL.revokeObjectURL(url);
}

function Change({ file }: { file: EditedFile }) {
  const text = file.text ?? '';
  const before = file.original === undefined ? [] : file.original.split('\n');
  const lines = withContext(diffLines(before, text.split('\n')));
  return (
    <li>
      <div className="editor-case-head">
        <code className="pro-any-break">{file.path}</code>
        {file.original === undefined && <span className="pro-quiet">new</span>}
        <div className="pro-actions editor-change-acts">
          <Button
            variant="secondary"
            aria-label={`Copy ${file.path}`}
            onPress={() => void navigator.clipboard.writeText(text)}
          >
            Copy
          </Button>
          <Button
            variant="secondary"
            aria-label={`Download ${file.path}`}
            onPress={() => download(file)}
          >
            Download
          </Button>
        </div>
      </div>
      <DiffView lines={lines} label={`Changes of ${file.path}`} />
    </li>
  );
}

export interface ChangesViewProps {
  changed: EditedFile[];
  onDiscard: () => void;
}

/** What somebody changed, to be carried to where the template's files are. */
export function ChangesView({ changed, onDiscard }: ChangesViewProps) {
  const [asking, setAsking] = useState(false);
  if (changed.length === 0) {
    return <p className="pro-quiet">Nothing is changed.</p>;
  }
  return (
    <>
      <ul className="editor-changes">
        {changed.map(file => (
          <Change key={file.path} file={file} />
        ))}
      </ul>
      <Button variant="secondary" destructive onPress={() => setAsking(true)}>
        Discard changes
      </Button>
      {asking && (
        <ConfirmDialog
          title="Discard your changes?"
          action="Discard changes"
          onConfirm={async () => onDiscard()}
          onClose={() => setAsking(false)}
        >
          All files become what they were when they were read.
        </ConfirmDialog>
      )}
    </>
  );
}
