import { Button } from '@backstage/ui';
import { useEffect, useRef } from 'react';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type { TemplateFiles } from '../../api/templateEditor';
import { FileLink } from '../../ui/FileLink';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { Status } from '../../ui/Status';
import { ChangesView } from './ChangesView';
import { CodeEditor } from './CodeEditor';
import { DryRunView } from './DryRunView';
import { FileList } from './FileList';
import { FormPreview } from './FormPreview';
import { TestsView } from './TestsView';
import {
  useTemplateEditor,
  type Result,
  type TemplateEditor,
} from './useTemplateEditor';

/** Where the files are, and who writes them there. */
function Where({ opened }: { opened: TemplateFiles }) {
  if (opened.set !== undefined) {
    return (
      <>
        The catalog itself holds this template, in the set{' '}
        <code>{opened.set}</code>. It has no files beside it: what you add here
        is for trying only, and saving writes the template alone.
      </>
    );
  }
  return (
    <>
      Read from <FileLink url={opened.url ?? ''} whole />
      {opened.commit && (
        <>
          {' '}
          at <code title={opened.commit}>{opened.commit.slice(0, 10)}</code>
        </>
      )}
      . Nothing is written back: when you are done, take your changes from{' '}
      <em>Show changes</em> to that repository.
      {!opened.wholeFolder &&
        ' Only this file could be read: its address is on no source host that is connected here.'}
      {opened.leftOut.length > 0 &&
        ` Too large to be opened, and missing in dry runs and tests: ${opened.leftOut.map(({ path }) => path).join(', ')}.`}
    </>
  );
}

function Acts(props: { opened: TemplateFiles; editor: TemplateEditor }) {
  const { opened, editor } = props;
  const count = editor.changed.length;
  return (
    <>
      {editor.tests.length === 0 ? (
        <Button variant="secondary" onPress={editor.addTests}>
          Add tests
        </Button>
      ) : (
        <Button
          variant={opened.set === undefined ? 'primary' : 'secondary'}
          isPending={editor.busy === 'tests'}
          onPress={() => void editor.runTests()}
        >
          Run tests
        </Button>
      )}
      <Button
        variant="secondary"
        isDisabled={count === 0}
        onPress={editor.showChanges}
      >
        {count === 0 ? 'No changes' : `Show changes (${count})`}
      </Button>
      {opened.set !== undefined && (
        <Button
          variant="primary"
          isDisabled={count === 0}
          isPending={editor.busy === 'save'}
          onPress={() => void editor.save()}
        >
          Save template
        </Button>
      )}
    </>
  );
}

const titles: Record<Exclude<Result['kind'], 'problem'>, string> = {
  'dry-run': 'Dry run',
  tests: 'Tests',
  changes: 'Changes',
  saved: 'Saved',
};

function ResultPanel({ editor }: { editor: TemplateEditor }) {
  const { result } = editor;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (result) place.current?.focus();
  }, [result]);
  if (!result) return null;
  const title = result.kind === 'problem' ? result.title : titles[result.kind];
  return (
    <div
      ref={place}
      className="editor-results"
      role="region"
      aria-label={title}
      tabIndex={-1}
    >
      <Panel title={title}>
        {result.kind === 'dry-run' && <DryRunView result={result.run} />}
        {result.kind === 'tests' && <TestsView reports={result.reports} />}
        {result.kind === 'changes' && (
          <ChangesView changed={editor.changed} onDiscard={editor.discard} />
        )}
        {result.kind === 'saved' && (
          <Status tone="good">The template is live in the catalog.</Status>
        )}
        {result.kind === 'problem' && (
          <Problem>
            <pre className="editor-problem">{result.message}</pre>
          </Problem>
        )}
      </Panel>
    </div>
  );
}

export interface EditorProps {
  opened: TemplateFiles;
  name: string;
}

/** A template with its files, its form as people meet it, and what comes of trying it. */
export function Editor({ opened, name }: EditorProps) {
  const editor = useTemplateEditor(opened, name);
  const { selected, read } = editor;
  return (
    <>
      <Panel
        title={
          <>
            Edit <EntityRefLink entityRef={opened.entityRef} />
          </>
        }
        actions={<Acts opened={opened} editor={editor} />}
      >
        <p className="editor-where">
          <Where opened={opened} />
        </p>
      </Panel>
      <div className="editor-panes">
        <div className="editor-sources">
          <FileList
            files={editor.files}
            selected={selected?.path ?? ''}
            onSelect={editor.select}
            onAdd={path => editor.addFile(path)}
          />
          {selected?.text === undefined ? (
            <p className="pro-quiet editor-no-text">
              {selected?.path} is no text. Dry runs and tests use it as it is.
            </p>
          ) : (
            <CodeEditor
              path={selected.path}
              text={selected.text}
              onChange={text => editor.setText(selected.path, text)}
            />
          )}
        </div>
        <section className="editor-preview" aria-label="The form">
          {'problem' in read ? (
            <Problem>
              {opened.templatePath}: {read.problem}
            </Problem>
          ) : (
            <FormPreview
              title={name}
              pages={read.pages}
              onDryRun={editor.dryRun}
            />
          )}
        </section>
      </div>
      <ResultPanel editor={editor} />
    </>
  );
}
