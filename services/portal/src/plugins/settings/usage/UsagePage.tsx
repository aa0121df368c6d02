import { useApi } from '@backstage/frontend-plugin-api';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import type { Usage } from '../../../api/types';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Status } from '../../../ui/Status';
import { Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import './usage.css';
import {
  usagePercent,
  usageText,
  usageTitle,
  usageWarning,
} from './usageWords';

function UsageLine({ usage }: { usage: Usage }) {
  const percent = usagePercent(usage);
  const warning = usageWarning(usage);
  const title = usageTitle(usage.counted);
  return (
    <li className="usage-line">
      <div className="usage-head">
        <span>{title}</span>
        <span className="usage-numbers">{usageText(usage)}</span>
      </div>
      {percent !== undefined && (
        <div
          className="usage-bar"
          data-level={usage.level}
          role="meter"
          aria-label={title}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={usageText(usage)}
        >
          <i style={{ width: `${percent}%` }} />
        </div>
      )}
      {warning && (
        <Status tone={usage.level === 'at-limit' ? 'bad' : 'warning'}>
          {warning}
        </Status>
      )}
    </li>
  );
}

/** What the organisation uses of what its plan allows. */
export function UsagePage() {
  const admin = useApi(tenantAdminApiRef);
  const { load, reload } = useLoad(() => admin.getUsage());
  return (
    <PageFrame
      title="Usage"
      introduction="What your organisation uses of what its plan allows. The people who run this installation can change the plan."
    >
      <Panel>
        <Loaded load={load} onRetry={reload} rows={4}>
          {report => (
            <>
              <p className="usage-plan">
                Plan <b>{report.plan}</b>
              </p>
              <ul className="usage-lines">
                {report.items.map(usage => (
                  <UsageLine key={usage.counted} usage={usage} />
                ))}
              </ul>
            </>
          )}
        </Loaded>
      </Panel>
    </PageFrame>
  );
}
