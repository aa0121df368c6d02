import { useApi } from '@backstage/frontend-plugin-api';
import { SecretsContextProvider } from '@backstage/plugin-scaffolder-react';
import { useParams } from 'react-router-dom';
import { templateEditorApiRef } from '../../api/templateEditor';
import { Panel } from '../../ui/Panel';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { RunsFrame } from '../runs/RunsFrame';
import { Editor } from './Editor';
import './editor.css';

function Opened({ namespace, name }: { namespace: string; name: string }) {
  const editor = useApi(templateEditorApiRef);
  const { load, reload } = useLoad(
    () => editor.files(namespace, name),
    `${namespace}/${name}`,
  );
  if (load.state !== 'ready') {
    return (
      <Panel flush>
        <Loaded load={load} onRetry={reload} rows={8}>
          {() => null}
        </Loaded>
      </Panel>
    );
  }
  return (
    <SecretsContextProvider>
      <Editor key={load.value.entityRef} opened={load.value} name={name} />
    </SecretsContextProvider>
  );
}

/** The editor of a template of the catalog. */
export function EditorPage() {
  const { namespace = '', name = '' } = useParams();
  return (
    <div className="editor">
      <RunsFrame
        title="Template editor"
        permission="scaffolder.template.management"
        to="edit templates"
      >
        <Opened namespace={namespace} name={name} />
      </RunsFrame>
    </div>
  );
}
