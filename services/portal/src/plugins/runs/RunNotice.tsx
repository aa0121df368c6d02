import { useApi } from '@backstage/frontend-plugin-api';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { Route, Routes, useParams } from 'react-router-dom';
import {
  scaffolderRunsApiRef,
  type Gate,
  type RunDetails,
} from '../../api/scaffolderRuns';
import { CodeView } from '../../ui/CodeView';
import { Panel } from '../../ui/Panel';
import { RelativeTime } from '../../ui/RelativeTime';
import { Loaded } from '../../ui/states';
import { Status } from '../../ui/Status';
import { useLoad } from '../../ui/useLoad';
import { toYaml } from '../../ui/yamlText';
import { useMe } from '../settings/useMe';
import { DecisionForm } from './DecisionForm';
import { Approvers, Decisions } from './GateFacts';
import './runs.css';
import { waitWords, whyNot } from './runWords';

const pollMs = 3000;

/** What was filled in, for those who decide. */
function Inputs({ taskId }: { taskId: string }) {
  const scaffolder = useApi(scaffolderApiRef);
  const { load, reload } = useLoad(() => scaffolder.getTask(taskId), taskId);
  return (
    <div>
      <h3>What was filled in</h3>
      <Loaded load={load} onRetry={reload}>
        {({ spec }) =>
          Object.keys(spec.parameters).length === 0 ? (
            <p className="pro-quiet">Nothing.</p>
          ) : (
            <CodeView
              label="What was filled in"
              text={toYaml(spec.parameters)}
            />
          )
        }
      </Loaded>
    </div>
  );
}

function WaitingGate({ gate, onReload }: { gate: Gate; onReload: () => void }) {
  const me = useMe();
  return (
    <Panel
      title={
        <Status tone="warning">{`${waitWords(gate.kind)}: ${gate.stepName}`}</Status>
      }
      introduction={
        <>
          Since <RelativeTime at={gate.createdAt} />
          {gate.kind === 'timer' && gate.dueAt && (
            <>
              , goes on <RelativeTime at={gate.dueAt} />
            </>
          )}
        </>
      }
    >
      <div className="runs-waiting">
        {gate.message && <p className="runs-message">{gate.message}</p>}
        {gate.kind === 'approval' && (
          <>
            <Approvers gate={gate} />
            <Decisions gate={gate} />
            <Inputs taskId={gate.taskId} />
            {gate.canDecide ? (
              <DecisionForm
                gate={gate}
                onDecided={onReload}
                onReload={onReload}
              />
            ) : (
              <p className="pro-quiet">{whyNot(gate, me?.userEntityRef)}</p>
            )}
          </>
        )}
      </div>
    </Panel>
  );
}

function isOver({ status }: RunDetails): boolean {
  return status === 'completed' || status === 'failed';
}

function Notice() {
  const { taskId = '' } = useParams();
  const runs = useApi(scaffolderRunsApiRef);
  const { load, reload } = useLoad(
    () => runs.run(taskId),
    taskId,
    run => (isOver(run) ? undefined : pollMs),
  );
  // Where there is no such run, the page below says so.
  if (load.state !== 'ready') return null;
  const { gates } = load.value;
  const waiting = gates.filter(gate => gate.state === 'waiting');
  const decided = gates.filter(
    gate => gate.state !== 'waiting' && gate.decisions.length > 0,
  );
  if (waiting.length + decided.length === 0) return null;
  return (
    <section className="runs-notice" aria-label="What this run waits for">
      {waiting.map(gate => (
        <WaitingGate key={gate.id} gate={gate} onReload={reload} />
      ))}
      {decided.map(gate => (
        <Panel key={gate.id} title={gate.stepName}>
          <Decisions gate={gate} />
        </Panel>
      ))}
    </section>
  );
}

/** Above the stock page of a run: the gate that it stands at, with the form of whoever can decide. */
export function RunNotice() {
  return (
    <Routes>
      <Route path=":taskId" element={<Notice />} />
      <Route path="*" element={null} />
    </Routes>
  );
}
