import { useApi } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import { usePortal } from '../../../app/portalApi';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { ChangesPanel } from '../audit/ChangesPanel';
import { useMe } from '../useMe';
import { DangerPanel } from './DangerPanel';
import { DomainsPanel } from './DomainsPanel';
import { LookForm } from './LookForm';
import { PicturesPanel } from './PicturesPanel';
import './general.css';

/** Name, looks, host names and the end of the organisation. */
export function GeneralPage() {
  const admin = useApi(tenantAdminApiRef);
  const portal = usePortal();
  const me = useMe();
  const { load, reload, set } = useLoad(() => admin.getTenant());
  // The form begins anew with what taking a change back left.
  const [turn, setTurn] = useState(0);
  const readAgain = async () => {
    set(await admin.getTenant());
    setTurn(turn + 1);
  };
  const mayChange = me?.role === 'admin';
  const tenant = load.state === 'ready' ? load.value : undefined;
  return (
    <PageFrame
      title="General"
      introduction="How your organisation is called and how its portal looks."
    >
      <div className="pro-stack">
        <Panel>
          <Loaded load={load} onRetry={reload} rows={4}>
            {found => (
              <LookForm
                key={turn}
                tenant={found}
                mayChange={mayChange}
                onSaved={set}
              />
            )}
          </Loaded>
        </Panel>
        {tenant && mayChange && (
          <PicturesPanel tenant={tenant} onChanged={set} />
        )}
        <DomainsPanel mayChange={mayChange} />
        {tenant && (
          <Panel title="About this portal">
            <dl className="settings-facts">
              <dt>Address</dt>
              <dd className="pro-mono">
                {tenant.slug}.{portal.domain}
              </dd>
              <dt>Since</dt>
              <dd>
                <RelativeTime at={tenant.createdAt} />
              </dd>
              <dt>Plan</dt>
              <dd>{tenant.plan}</dd>
            </dl>
          </Panel>
        )}
        <ChangesPanel
          action="tenant.update"
          onUndone={() => void readAgain()}
        />
        {tenant && mayChange && (
          <DangerPanel tenant={tenant} apexUrl={portal.apexUrl} />
        )}
      </div>
    </PageFrame>
  );
}
