import { Select, Tab, TabList, TabPanel, Tabs } from '@backstage/ui';
import { useState } from 'react';
import type { DryRun, SentFile } from '../../api/templateEditor';
import { CodeView } from '../../ui/CodeView';
import { Status } from '../../ui/Status';
import { toYaml } from '../../ui/yamlText';
import { textOf } from './files';
import { plainLog } from './resultWords';

function Files({ files }: { files: SentFile[] }) {
  const [chosen, setChosen] = useState<string>();
  const shown = files.find(({ path }) => path === chosen) ?? files[0];
  if (!shown) return <p className="pro-quiet">The run made no files.</p>;
  const text = textOf(shown.base64Content);
  return (
    <div className="editor-result-files">
      <Select
        label={files.length === 1 ? '1 file' : `${files.length} files`}
        options={files.map(({ path }) => ({ value: path, label: path }))}
        value={shown.path}
        onChange={path => setChosen(String(path))}
      />
      {text === undefined ? (
        <p className="pro-quiet">{shown.path} is no text.</p>
      ) : (
        <CodeView label={`Rendered ${shown.path}`} text={text} />
      )}
    </div>
  );
}

/** What a dry run made: files, what it said, its output. */
export function DryRunView({ result }: { result: DryRun }) {
  const log = plainLog(result.log.map(({ body }) => body.message));
  const output = toYaml(result.output);
  return (
    <div className="editor-result">
      <p>
        <Status tone="good">
          The dry run succeeded. Nothing outside was changed.
        </Status>
      </p>
      <Tabs>
        <TabList aria-label="What the dry run made">
          <Tab id="files">Files</Tab>
          <Tab id="log">Log</Tab>
          <Tab id="output">Output</Tab>
        </TabList>
        <TabPanel id="files">
          <Files files={result.directoryContents} />
        </TabPanel>
        <TabPanel id="log">
          <CodeView label="Log of the dry run" text={log} />
        </TabPanel>
        <TabPanel id="output">
          <CodeView label="Output of the dry run" text={output} />
        </TabPanel>
      </Tabs>
    </div>
  );
}
