import { useEffect, useMemo, useState } from 'react';
import { Route, Routes } from 'react-router-dom';
import { asFailure } from '../api/failure';
import type { OperatorIdentity } from '../api/types';
import { DoorPage } from '../frontDoor/DoorPage';
import { FailureState, Skeleton } from '../ui/states';
import { OperatorClient } from './client';
import { OperatorContext } from './context';
import { Frame } from './Frame';
import { LogPage } from './LogPage';
import { MachinePage } from './MachinePage';
import { OverviewPage } from './OverviewPage';
import { PluginPage } from './PluginPage';
import { RolloutPage } from './RolloutPage';
import { RolloutsPage } from './RolloutsPage';
import { SignedOut } from './SignedOut';

type Door =
  | { state: 'asking' }
  | { state: 'out'; problem?: string }
  | { state: 'failed'; failure: ReturnType<typeof asFailure> }
  | { state: 'in'; identity: OperatorIdentity };

/** The code of a link that was opened, once: it leaves the address at once, so that it is in no history. */
function takeCode(): string | undefined {
  const code = location.hash.slice(1);
  if (!code) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}

function useDoor() {
  const [door, setDoor] = useState<Door>({ state: 'asking' });
  const client = useMemo(
    () =>
      new OperatorClient(fetch.bind(window), () =>
        setDoor({ state: 'out', problem: 'Your session has ended.' }),
      ),
    [],
  );
  useEffect(() => {
    const enter = () => {
      const code = takeCode();
      setDoor({ state: 'asking' });
      const asked = code ? client.signIn(code) : client.whoAmI();
      asked.then(
        identity =>
          setDoor(identity ? { state: 'in', identity } : { state: 'out' }),
        (thrown: unknown) => {
          const failure = asFailure(thrown);
          setDoor(
            failure.status === 401
              ? { state: 'out', problem: failure.message }
              : { state: 'failed', failure },
          );
        },
      );
    };
    // A link that is opened in this tab changes only the fragment: nothing loads again.
    const onLink = () => location.hash.length > 1 && enter();
    enter();
    window.addEventListener('hashchange', onLink);
    return () => window.removeEventListener('hashchange', onLink);
  }, [client]);
  return { door, client, leave: () => setDoor({ state: 'out' }) };
}

/** Signs in, then shows the pages. */
export function OperatorApp() {
  const { door, client, leave } = useDoor();
  if (door.state === 'in') {
    return (
      <OperatorContext.Provider value={client}>
        <Frame identity={door.identity} onSignedOut={leave}>
          <Routes>
            <Route path="/" element={<OverviewPage />} />
            <Route path="/plugin" element={<PluginPage />} />
            <Route path="/rollouts" element={<RolloutsPage />} />
            <Route path="/rollouts/:id" element={<RolloutPage />} />
            <Route path="/machine" element={<MachinePage />} />
            <Route path="/log" element={<LogPage />} />
            <Route path="*" element={<OverviewPage />} />
          </Routes>
        </Frame>
      </OperatorContext.Provider>
    );
  }
  return (
    <DoorPage>
      {door.state === 'asking' && <Skeleton />}
      {door.state === 'failed' && (
        <div className="door-card">
          <FailureState
            failure={door.failure}
            onRetry={() => location.reload()}
          />
        </div>
      )}
      {door.state === 'out' && <SignedOut problem={door.problem} />}
    </DoorPage>
  );
}
