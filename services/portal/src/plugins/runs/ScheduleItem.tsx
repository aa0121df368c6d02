import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { Button } from '@backstage/ui';
import { Link } from 'react-router-dom';
import type { Schedule } from '../../api/scaffolderRuns';
import { EntityChip } from '../../ui/EntityChip';
import { RelativeTime } from '../../ui/RelativeTime';
import { Status } from '../../ui/Status';

export type ScheduleAct = 'run' | 'pause' | 'resume' | 'edit' | 'delete';

function Facts({ schedule }: { schedule: Schedule }) {
  return (
    <div className="runs-facts">
      <EntityRefLink entityRef={schedule.templateRef} />
      <span>
        <code className="pro-mono">{schedule.cron}</code> in {schedule.timeZone}
      </span>
      {!schedule.paused && schedule.nextRunAt && (
        <span>
          Next <RelativeTime at={schedule.nextRunAt} />
        </span>
      )}
      {schedule.lastRunAt && (
        <span>
          Last <RelativeTime at={schedule.lastRunAt} />
        </span>
      )}
      <Link
        className="pro-link"
        to={`/create/runs?scheduleId=${encodeURIComponent(schedule.id)}`}
      >
        Its runs
      </Link>
      <span className="runs-chips">
        Owned by <EntityChip entityRef={schedule.owner} />
      </span>
    </div>
  );
}

/** One schedule: what it starts and when, and what can be done with it. */
export function ScheduleItem(props: {
  schedule: Schedule;
  /** What is being done with it. */
  busy?: ScheduleAct;
  onAct: (act: ScheduleAct) => void;
}) {
  const { schedule, busy, onAct } = props;
  const button = (act: ScheduleAct, label: string, destructive = false) => (
    <Button
      size="small"
      variant="secondary"
      destructive={destructive}
      isPending={busy === act}
      isDisabled={busy !== undefined && busy !== act}
      aria-label={`${label}: ${schedule.name}`}
      onPress={() => onAct(act)}
    >
      {label}
    </Button>
  );
  return (
    <li className="runs-schedule">
      <div className="pro-grow">
        <h3>
          {schedule.name}
          <Status tone={schedule.paused ? 'quiet' : 'good'}>
            {schedule.paused ? 'Paused' : 'On'}
          </Status>
        </h3>
        <Facts schedule={schedule} />
        {schedule.pausedReason && (
          <p className="runs-bad">Paused: {schedule.pausedReason}</p>
        )}
        {schedule.lastError && (
          <p className="runs-bad">
            The last run was not made: {schedule.lastError}
          </p>
        )}
      </div>
      {schedule.canChange && (
        <div className="pro-actions">
          {button('run', 'Run now')}
          {schedule.paused
            ? button('resume', 'Resume')
            : button('pause', 'Pause')}
          {button('edit', 'Edit')}
          {button('delete', 'Delete', true)}
        </div>
      )}
    </li>
  );
}
