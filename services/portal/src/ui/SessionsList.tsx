import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../api/failure';
import { sessionsApiRef, type SessionOwner } from '../api/sessions';
import type { BrowserSession } from '../api/types';
import { browserName } from './browserName';
import { ConfirmDialog } from './ConfirmDialog';
import { Problem } from './Problem';
import { RelativeTime } from './RelativeTime';
import { Status } from './Status';
import { EmptyState, Loaded } from './states';
import { useLoad } from './useLoad';
import './sessions.css';

function SessionItem(props: { session: BrowserSession; onEnd: () => void }) {
  const { session } = props;
  const name = browserName(session.userAgent);
  return (
    <li className="sessions-item">
      <div className="pro-grow">
        <strong title={session.userAgent}>{name}</strong>{' '}
        {session.current && <Status tone="good">This browser</Status>}
        <div className="pro-quiet">
          {session.address && (
            <span className="pro-mono">{session.address}</span>
          )}
          {session.address && ' · '}seen{' '}
          <RelativeTime at={session.lastSeenAt} /> · signed in{' '}
          <RelativeTime at={session.createdAt} />
          {session.signedInBy && ` by ${session.signedInBy}`}
        </div>
      </div>
      {!session.current && (
        <Button
          size="small"
          variant="tertiary"
          destructive
          aria-label={`Sign out ${name}`}
          onPress={props.onEnd}
        >
          Sign out
        </Button>
      )}
    </li>
  );
}

/** The browsers in which somebody is signed in; each can be signed out. */
export function SessionsList(props: {
  owner: SessionOwner;
  /** What the button for all says. */
  all: string;
}) {
  const sessions = useApi(sessionsApiRef);
  const { owner, all } = props;
  const { load, reload } = useLoad(() => sessions.list(owner), owner.memberId);
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState(false);
  const end = async (id: string) => {
    setProblem(undefined);
    try {
      await sessions.end(owner, id);
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
    reload();
  };
  return (
    <div>
      {problem && <Problem>{problem}</Problem>}
      <Loaded load={load} onRetry={reload} rows={2}>
        {items =>
          items.length === 0 ? (
            <EmptyState title="Signed in nowhere">
              There is no browser with a session.
            </EmptyState>
          ) : (
            <>
              <ul className="pro-list">
                {items.map(session => (
                  <SessionItem
                    key={session.id}
                    session={session}
                    onEnd={() => void end(session.id)}
                  />
                ))}
              </ul>
              {items.some(session => !session.current) && (
                <div className="sessions-all">
                  <Button
                    variant="secondary"
                    size="small"
                    destructive
                    onPress={() => setAsking(true)}
                  >
                    {all}
                  </Button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
      {asking && (
        <ConfirmDialog
          title={`${all}?`}
          action={all}
          onConfirm={async () => {
            await sessions.endAll(owner);
            reload();
          }}
          onClose={() => setAsking(false)}
        >
          They must sign in again. API tokens keep working.
        </ConfirmDialog>
      )}
    </div>
  );
}
