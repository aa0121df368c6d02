import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { TextInput } from '../../ui/TextInput';
import { isChanged, pathProblem, type EditedFile } from './files';

function NewFile(props: {
  files: EditedFile[];
  onAdd: (path: string) => void;
  onClose: () => void;
}) {
  const [path, setPath] = useState('');
  const [problem, setProblem] = useState<string>();
  const add = (event: FormEvent) => {
    event.preventDefault();
    const found = pathProblem(props.files, path.trim());
    setProblem(found);
    if (!found) props.onAdd(path.trim());
  };
  return (
    <form className="editor-new-file" onSubmit={add} noValidate>
      <TextInput
        label="Path of the new file"
        value={path}
        onChange={setPath}
        error={problem}
        autoFocus
      />
      <div className="pro-actions">
        <Button variant="primary" type="submit">
          Add file
        </Button>
        <Button variant="secondary" onPress={props.onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

export interface FileListProps {
  files: EditedFile[];
  selected: string;
  onSelect: (path: string) => void;
  onAdd: (path: string) => void;
}

/** The files of the template's folder. */
export function FileList({ files, selected, onSelect, onAdd }: FileListProps) {
  const [adding, setAdding] = useState(false);
  return (
    <nav className="editor-files" aria-label="Files of the template">
      <ul>
        {files.map(file => (
          <li key={file.path}>
            <button
              type="button"
              aria-current={file.path === selected ? 'true' : undefined}
              title={file.path}
              onClick={() => onSelect(file.path)}
            >
              <span className="pro-any-break">{file.path}</span>
              {isChanged(file) && <em>changed</em>}
            </button>
          </li>
        ))}
      </ul>
      {adding ? (
        <NewFile
          files={files}
          onAdd={path => {
            onAdd(path);
            setAdding(false);
          }}
          onClose={() => setAdding(false)}
        />
      ) : (
        <Button variant="tertiary" onPress={() => setAdding(true)}>
          New file
        </Button>
      )}
    </nav>
  );
}
