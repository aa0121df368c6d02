import { useApi } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import { useState } from 'react';
import { Navigate } from 'react-router-dom';
import { locationsApiRef } from '../../api/locations';
import { tenantAdminApiRef } from '../../api/tenantAdmin';
import { useLoad } from '../../ui/useLoad';
import { useMe } from '../settings/useMe';
import './onboardingCard.css';
import { isOnboardingSkipped } from './skipped';

type Offer = 'none' | 'card' | 'page';

/** On the home page: leads an administrator of an empty portal to the setup, or offers to go on with it. */
export function OnboardingCard() {
  const admin = useApi(tenantAdminApiRef);
  const locations = useApi(locationsApiRef);
  const me = useMe();
  const isAdmin = me?.role === 'admin';
  const [hidden, setHidden] = useState(false);
  const { load } = useLoad(async (): Promise<Offer> => {
    if (!isAdmin) return 'none';
    const tenant = await admin.getTenant();
    if (tenant.onboarding.dismissed) return 'none';
    if (isOnboardingSkipped()) return 'card';
    return (await locations.list()).length === 0 ? 'page' : 'card';
  }, String(isAdmin));

  if (hidden || load.state !== 'ready' || load.value === 'none') return null;
  if (load.value === 'page') return <Navigate to="/onboarding" replace />;
  const hide = () => {
    setHidden(true);
    admin.changeTenant({ onboarding: { dismissed: true } }).catch(() => {
      // Offered again at the next visit.
    });
  };
  return (
    <aside className="onboarding-card" aria-label="Setup">
      <div>
        <b>Your portal is not set up yet.</b> Connect repositories and invite
        people.
      </div>
      <div className="pro-actions">
        <ButtonLink variant="primary" size="small" href="/onboarding">
          Continue setup
        </ButtonLink>
        <Button variant="tertiary" size="small" onPress={hide}>
          Do not show again
        </Button>
      </div>
    </aside>
  );
}
