import { useApi } from '@backstage/frontend-plugin-api';
import { Alert, Button, Dialog, DialogBody, DialogHeader } from '@backstage/ui';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { asFailure } from '../../api/failure';
import { scaffolderRunsApiRef, type Schedule } from '../../api/scaffolderRuns';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { EmptyState, Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { useMay } from '../settings/useMe';
import { RunsFrame } from './RunsFrame';
import { ScheduleForm } from './ScheduleForm';
import { ScheduleItem, type ScheduleAct } from './ScheduleItem';

type Open =
  | { name: 'create' }
  | { name: 'edit'; schedule: Schedule }
  | { name: 'delete'; schedule: Schedule };

function ScheduleDialog(props: {
  open: Open;
  onClose: () => void;
  onChanged: () => void;
}) {
  const runs = useApi(scaffolderRunsApiRef);
  const { open, onClose, onChanged } = props;
  if (open.name === 'delete') {
    const { schedule } = open;
    return (
      <ConfirmDialog
        title={`Delete ${schedule.name}?`}
        action="Delete schedule"
        onConfirm={async () => {
          await runs.removeSchedule(schedule.id);
          onChanged();
        }}
        onClose={onClose}
      >
        It starts nothing any more. Its runs stay in the history.
      </ConfirmDialog>
    );
  }
  const edited = open.name === 'edit' ? open.schedule : undefined;
  return (
    <Dialog isOpen width={520} onOpenChange={isOpen => !isOpen && onClose()}>
      <DialogHeader>
        {edited ? `Edit ${edited.name}` : 'Create a schedule'}
      </DialogHeader>
      <DialogBody>
        <ScheduleForm
          schedule={edited}
          onSaved={() => {
            onChanged();
            onClose();
          }}
        />
      </DialogBody>
    </Dialog>
  );
}

interface Acting {
  busy?: { id: string; act: ScheduleAct };
  problem?: string;
  /** What was started by hand. */
  started?: { name: string; taskId: string };
}

function useActs(onChanged: () => void, onOpen: (open: Open) => void) {
  const runs = useApi(scaffolderRunsApiRef);
  const [acting, setActing] = useState<Acting>({});
  const act = async (schedule: Schedule, wanted: ScheduleAct) => {
    if (wanted === 'edit' || wanted === 'delete') {
      onOpen({ name: wanted, schedule });
      return;
    }
    setActing({ busy: { id: schedule.id, act: wanted } });
    try {
      if (wanted === 'run') {
        const taskId = await runs.runNow(schedule.id);
        setActing({ started: { name: schedule.name, taskId } });
      } else {
        await runs.setPaused(schedule.id, wanted === 'pause');
        setActing({});
      }
      onChanged();
    } catch (thrown) {
      setActing({ problem: `${schedule.name}: ${asFailure(thrown).message}` });
    }
  };
  return { acting, act };
}

function Started({ name, taskId }: { name: string; taskId: string }) {
  return (
    <div role="status">
      <Alert
        status="success"
        icon
        title={`Started: ${name}`}
        description={
          <Link className="pro-link" to={`/create/tasks/${taskId}`}>
            Watch the run
          </Link>
        }
      />
    </div>
  );
}

function Schedules() {
  const runs = useApi(scaffolderRunsApiRef);
  const mayChange = useMay('scaffolder.schedule.update');
  const { load, reload } = useLoad(() => runs.schedules());
  const [open, setOpen] = useState<Open>();
  const { acting, act } = useActs(reload, setOpen);
  const { busy, problem, started } = acting;
  return (
    <>
      {started && <Started {...started} />}
      <Panel
        title="Schedules"
        introduction="Templates that are started by the clock, with the permissions of who owns the schedule."
        actions={
          mayChange && (
            <Button
              variant="primary"
              size="small"
              onPress={() => setOpen({ name: 'create' })}
            >
              Create schedule
            </Button>
          )
        }
        flush
      >
        {problem && <Problem>{problem}</Problem>}
        <Loaded load={load} onRetry={reload}>
          {items =>
            items.length === 0 ? (
              <EmptyState title="No schedules yet">
                A schedule starts a template at the times that you choose, for
                instance a clean-up each night.
              </EmptyState>
            ) : (
              <ul className="pro-list" aria-label="Schedules">
                {items.map(schedule => (
                  <ScheduleItem
                    key={schedule.id}
                    schedule={schedule}
                    busy={busy?.id === schedule.id ? busy.act : undefined}
                    onAct={wanted => void act(schedule, wanted)}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {open && (
        <ScheduleDialog
          open={open}
          onClose={() => setOpen(undefined)}
          onChanged={reload}
        />
      )}
    </>
  );
}

/** What the clock starts. */
export function SchedulesPage() {
  return (
    <RunsFrame
      title="Schedules"
      permission="scaffolder.schedule.read"
      to="see schedules"
    >
      <Schedules />
    </RunsFrame>
  );
}
