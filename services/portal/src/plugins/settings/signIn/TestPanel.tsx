import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { signInSettingsApiRef } from '../../../api/signInSettings';
import { Panel } from '../../../ui/Panel';
import { Status } from '../../../ui/Status';
import { Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Meaning } from './Meaning';

const pollMs = 1_500;

function Outcome({ testId }: { testId: string }) {
  const settings = useApi(signInSettingsApiRef);
  const { load, reload } = useLoad(
    () => settings.getTest(testId),
    testId,
    outcome => (outcome.done ? undefined : pollMs),
  );
  return (
    <Loaded load={load} onRetry={reload} rows={2}>
      {outcome => (
        <div role="status">
          {!outcome.done && (
            <Status tone="busy">
              Sign in in the other window. This page waits for it.
            </Status>
          )}
          {outcome.done && !outcome.ok && (
            <>
              <Status tone="bad">It does not work</Status>{' '}
              <span className="pro-any-break">{outcome.message}</span>
            </>
          )}
          {outcome.done && outcome.ok && (
            <>
              <Status tone="good">The provider answers as it should</Status>
              <Meaning
                role={outcome.role}
                groups={outcome.groups}
                entity={outcome.userEntityRef ?? outcome.entityProblem}
                claims={outcome.claims}
              />
            </>
          )}
        </div>
      )}
    </Loaded>
  );
}

/** A sign-in with the settings of the form, which signs nobody in. */
export function TestPanel(props: {
  testId?: string;
  /** Whether the form was changed since. */
  isStale: boolean;
  busy: boolean;
  onTest: () => void;
}) {
  const { testId, isStale } = props;
  return (
    <Panel
      title="Test sign-in"
      introduction="Goes to the provider with what is in the form, before anything is saved, and shows what came back. Nobody is signed in."
    >
      {testId && <Outcome testId={testId} />}
      {testId && isStale && (
        <p className="pro-quiet">
          The connection was changed since. Test it again before you save.
        </p>
      )}
      <Button variant="secondary" isPending={props.busy} onPress={props.onTest}>
        {testId ? 'Test again' : 'Test sign-in'}
      </Button>
    </Panel>
  );
}
