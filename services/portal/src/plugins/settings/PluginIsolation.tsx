import { useApi } from '@backstage/frontend-plugin-api';
import { pluginHostApiRef } from '../../api/pluginHost';
import type { Isolation } from '../../api/types';
import { Panel } from '../../ui/Panel';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { LevelFacts } from './LevelFacts';

function Facts({ isolation }: { isolation: Isolation }) {
  const { notContained } = isolation;
  return (
    <>
      <dl className="settings-facts">
        <LevelFacts isolation={isolation} anyLevel="No level in particular" />
      </dl>
      {notContained.length > 0 && (
        <div className="settings-open">
          <p>At this level a plugin that means harm still</p>
          <ul>
            {notContained.map(what => (
              <li key={what}>{what}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** How far back ends are separated from the machine they run on. */
export function PluginIsolation() {
  const host = useApi(pluginHostApiRef);
  const { load, reload } = useLoad(() => host.getIsolation());
  return (
    <Panel
      title="Isolation"
      introduction="What stands between a plugin's back end and the machine it runs on. Whoever operates this installation decides about it."
    >
      <Loaded load={load} onRetry={reload} rows={3}>
        {isolation => <Facts isolation={isolation} />}
      </Loaded>
    </Panel>
  );
}
