import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useRef, useState, type ChangeEvent, type DragEvent } from 'react';
import { asFailure, type ApiFailure } from '../../../api/failure';
import type { UploadedVersion, UploadList } from '../../../api/types';
import { uploadsApiRef } from '../../../api/uploads';
import { Problem } from '../../../ui/Problem';
import { sizeWords } from './uploadWords';

/** Everything that is wrong with an archive, each with its place. */
function Refusal({ failure }: { failure: ApiFailure }) {
  const found = Object.entries(failure.fields);
  if (found.length < 2) return <Problem>{failure.message}</Problem>;
  return (
    <Problem>
      The archive cannot be taken:
      <ul className="uploads-problems">
        {found.map(([place, text]) => (
          <li key={place}>
            <code>{place}</code> {text}
          </li>
        ))}
      </ul>
    </Problem>
  );
}

/** Takes an archive: chosen, or dropped here. */
export function UploadForm(props: {
  limits: UploadList['limits'];
  onUploaded: (version: UploadedVersion) => void;
}) {
  const api = useApi(uploadsApiRef);
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<string>();
  const [failure, setFailure] = useState<ApiFailure>();
  const [over, setOver] = useState(false);
  const { archiveBytes } = props.limits;

  const send = async (file: File | undefined) => {
    if (!file || sending) return;
    setFailure(undefined);
    setSending(`${file.name} (${sizeWords(file.size)})`);
    try {
      props.onUploaded(await api.upload(file));
    } catch (thrown) {
      setFailure(asFailure(thrown));
    } finally {
      setSending(undefined);
    }
  };
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const picked = event.target.files?.[0];
    event.target.value = '';
    void send(picked);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void send(event.dataTransfer.files[0]);
  };
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };

  return (
    <>
      {failure && <Refusal failure={failure} />}
      <div
        className="uploads-drop"
        data-over={over}
        onDragOver={drag}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <input
          ref={input}
          type="file"
          hidden
          accept=".tgz,application/gzip"
          aria-label="Archive of a plugin"
          onChange={choose}
        />
        <Button
          variant="secondary"
          isPending={sending !== undefined}
          onPress={() => input.current?.click()}
        >
          Choose archive
        </Button>
        <p className="pro-quiet" role="status">
          {sending
            ? `Sending and checking ${sending}.`
            : `Or drop it here. The .tgz of npm pack, up to ${archiveBytes >> 20} MB.`}
        </p>
      </div>
    </>
  );
}
