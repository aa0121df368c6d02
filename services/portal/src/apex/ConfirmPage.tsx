import { useEffect, useState } from 'react';
import { asFailure } from '../api/failure';
import { requestJson } from '../api/request';
import type { SignUpResponse } from '../api/types';
import { DoorPage } from '../frontDoor/DoorPage';
import { DoorForm, Notice } from '../frontDoor/form';

const confirmPath = '/api/tenant-admin/v1/signup/confirm';

/** Opened twice by React in development: the link is sent once. */
let confirmation: Promise<SignUpResponse> | undefined;

function confirm(): Promise<SignUpResponse> {
  confirmation ??= requestJson<SignUpResponse>(
    fetch.bind(window),
    confirmPath,
    { method: 'POST', body: { link: location.hash.slice(1) } },
  );
  return confirmation;
}

/** Where the mail of a sign-up leads: makes the portal and goes there. */
export function ConfirmPage() {
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    confirm().then(
      created => location.assign(created.url),
      (thrown: unknown) => setProblem(asFailure(thrown).message),
    );
  }, []);
  return (
    <DoorPage>
      <DoorForm
        title={
          problem ? 'This link cannot be used' : 'Your portal is being made'
        }
        onSubmit={event => event.preventDefault()}
        footer={
          problem && (
            <>
              <a href="/signup">Sign up again</a> or{' '}
              <a href="/portal">go to your portal</a>
            </>
          )
        }
      >
        {problem ? (
          <Notice tone="bad">{problem}</Notice>
        ) : (
          <p className="door-introduction" role="status">
            It opens in a few seconds.
          </p>
        )}
      </DoorForm>
    </DoorPage>
  );
}
