import type { PluginActivity } from '../../api/types';
import { Panel } from '../../ui/Panel';
import { bytesWords, cpuWords, requestWords } from './activityWords';

/** What the plugin's worker takes of the machine, and what it has done. */
export function PluginActivityFacts(props: {
  activity: PluginActivity;
  since?: string;
}) {
  const { activity, since } = props;
  const { usage } = activity;
  return (
    <Panel
      title="Use"
      introduction="Since the platform was started. Memory and CPU are those of the process that runs now."
    >
      <dl className="settings-facts">
        <dt>Memory</dt>
        <dd>
          {usage
            ? `${bytesWords(usage.memoryBytes)} of ${bytesWords(usage.memoryLimitBytes)}`
            : 'None: it sleeps until somebody needs it'}
        </dd>
        {usage && (
          <>
            <dt>CPU</dt>
            <dd>{cpuWords(usage.cpuMs, since, Date.now())}</dd>
            <dt>Threads</dt>
            <dd>{usage.tasks}</dd>
          </>
        )}
        <dt>Starts</dt>
        <dd>
          {activity.starts}
          {activity.failures > 0 && `, ${activity.failures} failed`}
        </dd>
        <dt>Requests</dt>
        <dd>{requestWords(activity)}</dd>
      </dl>
    </Panel>
  );
}
