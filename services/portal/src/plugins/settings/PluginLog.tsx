import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useEffect, useRef } from 'react';
import { pluginHostApiRef } from '../../api/pluginHost';
import type { LogLine } from '../../api/types';
import { Panel } from '../../ui/Panel';
import { EmptyState, Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';

const pollMs = 5_000;

function Lines({ lines }: { lines: LogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const last = lines.at(-1)?.at;
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [last]);
  return (
    <div className="settings-log" ref={box} tabIndex={0} aria-label="Log lines">
      {lines.map((line, index) => (
        <div key={index} data-stream={line.stream}>
          <time dateTime={line.at}>
            {new Date(line.at).toLocaleTimeString()}
          </time>
          <span>{line.text}</span>
        </div>
      ))}
    </div>
  );
}

/** The last lines that the plugin's worker wrote. */
export function PluginLog({ pluginId }: { pluginId: string }) {
  const host = useApi(pluginHostApiRef);
  const { load, reload } = useLoad(
    () => host.readLog(pluginId),
    pluginId,
    () => pollMs,
  );
  return (
    <Panel
      title="Log"
      flush
      actions={
        <Button size="small" variant="tertiary" onPress={reload}>
          Read again
        </Button>
      }
    >
      <Loaded load={load} onRetry={reload}>
        {lines =>
          lines.length === 0 ? (
            <EmptyState title="No lines yet">
              The worker has not written anything since it was installed.
            </EmptyState>
          ) : (
            <Lines lines={lines} />
          )
        }
      </Loaded>
    </Panel>
  );
}
