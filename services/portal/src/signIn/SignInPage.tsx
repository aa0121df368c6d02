import { useEffect, useState } from 'react';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { asFailure, type ApiFailure } from '../api/failure';
import { DoorPage } from '../frontDoor/DoorPage';
import { DoorForm, Notice, SubmitButton } from '../frontDoor/form';
import type { PortalConfig } from '../portalConfig';
import { GatewaySession } from './gatewaySession';
import { SignInForm } from './SignInForm';

type Step =
  | { name: 'checking' }
  | { name: 'form' }
  | { name: 'unavailable'; failure: ApiFailure };

/** One session per open portal: the app may be put together again, for instance without a broken plugin. */
const session = new GatewaySession({
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  onEnded: () => location.reload(),
});

/** Continues the session of the cookie, or asks for mail and password. */
export function makeSignInPage(portal: PortalConfig) {
  return function PortalSignInPage({ onSignInSuccess }: SignInPageProps) {
    const [step, setStep] = useState<Step>(
      portal.session === false ? { name: 'form' } : { name: 'checking' },
    );

    useEffect(() => {
      if (step.name !== 'checking') return;
      session.start().then(
        () => onSignInSuccess(session),
        (thrown: unknown) => {
          const failure = asFailure(thrown);
          setStep(
            failure.status === 401
              ? { name: 'form' }
              : { name: 'unavailable', failure },
          );
        },
      );
    }, [step.name, onSignInSuccess]);

    if (step.name === 'checking') return null;
    if (step.name === 'form') {
      return (
        <SignInForm
          organizationName={portal.organizationName}
          onSignedIn={async () => {
            await session.start();
            onSignInSuccess(session);
          }}
        />
      );
    }
    return (
      <DoorPage>
        <DoorForm
          title="Sign-in is not available"
          onSubmit={event => {
            event.preventDefault();
            setStep({ name: 'checking' });
          }}
        >
          <Notice tone="bad">{step.failure.message}</Notice>
          <SubmitButton>Try again</SubmitButton>
        </DoorForm>
      </DoorPage>
    );
  };
}
