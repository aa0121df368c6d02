import { ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import { useState } from 'react';
import type { EntitySource } from '../../api/entitySource';
import { CodeView } from '../../ui/CodeView';
import { Panel } from '../../ui/Panel';
import { toYaml } from '../../ui/yamlText';

type Shown = 'raw' | 'processed';

/** The document as the file has it, and what the catalog made of it. */
export function DocumentPanel({ source }: { source: EntitySource }) {
  const [wanted, setWanted] = useState<Shown>();
  const shown = wanted ?? (source.raw === undefined ? 'processed' : 'raw');
  if (source.raw === undefined && source.processed === undefined) return null;
  return (
    <Panel
      title="The document"
      introduction={
        shown === 'raw'
          ? 'As it stands in the file.'
          : 'After placeholders are filled in and before relations are added.'
      }
      actions={
        <ToggleButtonGroup
          aria-label="What to show"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[shown]}
          onSelectionChange={keys => setWanted([...keys][0] as Shown)}
        >
          <ToggleButton id="raw" isDisabled={source.raw === undefined}>
            Raw
          </ToggleButton>
          <ToggleButton id="processed" isDisabled={!source.processed}>
            Processed
          </ToggleButton>
        </ToggleButtonGroup>
      }
    >
      {shown === 'raw' ? (
        <CodeView
          label="The raw document"
          text={source.raw ?? ''}
          firstLine={source.line}
        />
      ) : (
        <CodeView
          label="The processed entity"
          text={toYaml(source.processed)}
        />
      )}
    </Panel>
  );
}
