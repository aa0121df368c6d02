import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { RiCheckLine } from '@remixicon/react';
import { useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router-dom';
import { locationsApiRef } from '../../api/locations';
import { tenantAdminApiRef } from '../../api/tenantAdmin';
import { usePortal } from '../../app/portalApi';
import { PageFrame } from '../../ui/PageFrame';
import { FailureState, Skeleton } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { LocationProgressView } from '../locations/LocationProgressView';
import { RegisterForm } from '../locations/RegisterForm';
import { InviteForm } from '../settings/InviteForm';
import './onboarding.css';
import { onboardingSteps, type OnboardingFacts } from './steps';
import { skipOnboarding } from './skipped';

function Step(props: {
  number: number;
  title: string;
  done: boolean;
  waiting?: boolean;
  children: ReactNode;
}) {
  return (
    <li
      className="onboarding-step"
      data-done={props.done ? '' : undefined}
      data-waiting={props.waiting ? '' : undefined}
    >
      <span className="onboarding-number" aria-hidden="true">
        {props.done ? <RiCheckLine size={16} /> : props.number}
      </span>
      <div className="onboarding-body">
        <h2>
          {props.title}
          {props.done && <span className="pro-quiet"> Done</span>}
        </h2>
        {props.children}
      </div>
    </li>
  );
}

function Steps(props: { facts: OnboardingFacts; onChanged: () => void }) {
  const portal = usePortal();
  const { facts } = props;
  const steps = onboardingSteps(facts);
  return (
    <ol className="onboarding-steps">
      <Step number={1} title="Connect a repository" done={steps.connected}>
        <p>
          Paste the address of a <code>catalog-info.yaml</code>. Backstage files
          work as they are.
        </p>
        <RegisterForm
          sampleUrl={portal.demo ? portal.demoSampleUrl : undefined}
          onRegistered={props.onChanged}
        />
      </Step>
      <Step
        number={2}
        title="Watch the catalog fill"
        done={steps.filled}
        waiting={!steps.connected}
      >
        {steps.connected ? (
          <div className="pro-stack onboarding-progress">
            {facts.locationIds.map(id => (
              <LocationProgressView
                key={id}
                locationId={id}
                onProgress={({ state }) =>
                  state === 'done' && props.onChanged()
                }
              />
            ))}
          </div>
        ) : (
          <p>
            Everything that is found is named here, and so is every problem,
            with file and line. You may leave meanwhile.
          </p>
        )}
      </Step>
      <Step number={3} title="Invite people" done={steps.invited}>
        <p>
          Each person gets a link of their own to set a password. More settings
          are on the members page.
        </p>
        <InviteForm onInvited={props.onChanged} />
      </Step>
    </ol>
  );
}

function useOnboardingFacts() {
  const locations = useApi(locationsApiRef);
  const admin = useApi(tenantAdminApiRef);
  return useLoad(async (): Promise<OnboardingFacts> => {
    const [sources, members] = await Promise.all([
      locations.list(),
      admin.listMembers(),
    ]);
    return {
      locationIds: sources.map(source => source.location.id),
      readWithEntities: sources.filter(
        source => source.state === 'done' && source.entityCount > 0,
      ).length,
      members: members.length,
    };
  });
}

/** The way from an empty portal to a useful one: three cards, to be left and resumed at any time. */
export function OnboardingPage() {
  const portal = usePortal();
  const admin = useApi(tenantAdminApiRef);
  const navigate = useNavigate();
  const { load, reload } = useOnboardingFacts();
  const [busy, setBusy] = useState(false);
  const finished =
    load.state === 'ready' && onboardingSteps(load.value).finished;

  const finish = async () => {
    setBusy(true);
    // When this cannot be kept, the card on the home page offers it again.
    await admin
      .changeTenant({ onboarding: { dismissed: true } })
      .catch(() => undefined);
    navigate('/');
  };
  const skip = () => {
    skipOnboarding();
    navigate('/');
  };
  return (
    <PageFrame
      title={`Set up ${portal.organizationName}`}
      introduction="Three steps to a useful portal. Skip what you like; this page is there when you come back."
      actions={
        finished ? (
          <Button
            variant="primary"
            isPending={busy}
            onPress={() => void finish()}
          >
            Finish setup
          </Button>
        ) : (
          <Button variant="secondary" onPress={skip}>
            Skip for now
          </Button>
        )
      }
    >
      {load.state === 'loading' && <Skeleton rows={6} />}
      {load.state === 'failed' && (
        <FailureState failure={load.failure} onRetry={reload} />
      )}
      {load.state === 'ready' && (
        <Steps facts={load.value} onChanged={reload} />
      )}
    </PageFrame>
  );
}
