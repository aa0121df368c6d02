import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';

export type GateKind = 'approval' | 'timer' | 'webhook' | 'entity';

/** What somebody decided. */
export interface Decision {
  by: string;
  approve: boolean;
  reason?: string;
  at: string;
}

/** Something that a run waits for, or waited for. */
export interface Gate {
  id: string;
  taskId: string;
  stepId: string;
  stepName: string;
  templateRef: string;
  startedBy?: string;
  kind: GateKind;
  state:
    'waiting' | 'approved' | 'rejected' | 'passed' | 'expired' | 'cancelled';
  /** What approvers read. */
  message?: string;
  approvers: string[];
  require: 'any' | 'all';
  reasonRequired: boolean;
  decisions: Decision[];
  /** When a timer is over, or an entity is looked for again. */
  dueAt?: string;
  /** When it has waited long enough, and its step fails. */
  expiresAt?: string;
  createdAt: string;
  endedAt?: string;
  /** Whether whoever asks can decide it now. */
  canDecide: boolean;
}

export type RunStatus = 'open' | 'processing' | 'completed' | 'failed';

/** A run in the history. */
export interface Run {
  id: string;
  templateRef: string;
  templateTitle?: string;
  status: RunStatus;
  waiting?: { gateId?: string; kind?: GateKind; since: string };
  createdBy?: string;
  createdAt: string;
  endedAt?: string;
  /** The entity from whose page it was started. */
  startedFrom?: string;
  scheduleId?: string;
  /** Entities that came of it. */
  made: string[];
}

export interface RunDetails extends Run {
  gates: Gate[];
}

/** Which runs are wanted. */
export interface RunFilter {
  template?: string;
  createdBy?: string;
  /** A status, or `waiting` for those that wait at a gate. */
  status?: RunStatus | 'waiting';
  scheduleId?: string;
}

/** What a schedule shall be. */
export interface ScheduleInput {
  name: string;
  templateRef: string;
  values: Record<string, unknown>;
  cron: string;
  timeZone: string;
  /** What happens when the run before is not over. */
  overlap: 'skip' | 'allow';
}

/** A template that is started by the clock. */
export interface Schedule extends ScheduleInput {
  id: string;
  /** Whose permissions count at each run. */
  owner: string;
  paused: boolean;
  /** Why, where nobody asked for it. */
  pausedReason?: string;
  nextRunAt?: string;
  lastRunAt?: string;
  lastTaskId?: string;
  /** Why nothing was started the last time. */
  lastError?: string;
  canChange: boolean;
}

export interface Listed<T> {
  items: T[];
  nextCursor?: string;
}

const base = 'plugin://scaffolder/v1';

function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => Boolean(entry[1]),
  );
  return new URLSearchParams(given).toString();
}

/** Runs of templates, what they wait for, and what starts them by the clock. */
export class ScaffolderRunsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** Newest first. */
  runs(filter: RunFilter, cursor?: string): Promise<Listed<Run>> {
    const { status, ...rest } = filter;
    const asked =
      status === 'waiting' ? { ...rest, waiting: 'true' } : { ...rest, status };
    return requestJson(
      this.#fetch,
      `${base}/runs?${query({ ...asked, limit: '25', cursor })}`,
    );
  }

  run(taskId: string): Promise<RunDetails> {
    return requestJson(
      this.#fetch,
      `${base}/runs/${encodeURIComponent(taskId)}`,
    );
  }

  /** Approvals that wait for whoever asks. */
  waitingForMe(cursor?: string): Promise<Listed<Gate>> {
    const asked = {
      waitingForMe: 'true',
      state: 'waiting',
      kind: 'approval',
      limit: '25',
      cursor,
    };
    return requestJson(this.#fetch, `${base}/gates?${query(asked)}`);
  }

  decide(gateId: string, approve: boolean, reason?: string): Promise<Gate> {
    const verdict = approve ? 'approve' : 'reject';
    return requestJson(
      this.#fetch,
      `${base}/gates/${encodeURIComponent(gateId)}/${verdict}`,
      { method: 'POST', body: reason ? { reason } : {} },
    );
  }

  async schedules(): Promise<Schedule[]> {
    const { items } = await requestJson<{ items: Schedule[] }>(
      this.#fetch,
      `${base}/schedules`,
    );
    return items;
  }

  /** Makes a schedule, or changes the one with this id. */
  saveSchedule(input: ScheduleInput, id?: string): Promise<Schedule> {
    return requestJson(
      this.#fetch,
      id === undefined ? `${base}/schedules` : this.#schedule(id),
      { method: id === undefined ? 'POST' : 'PUT', body: input },
    );
  }

  removeSchedule(id: string): Promise<void> {
    return requestNothing(this.#fetch, this.#schedule(id), {
      method: 'DELETE',
    });
  }

  /** Lets it rest, or go on. */
  setPaused(id: string, paused: boolean): Promise<Schedule> {
    const verb = paused ? 'pause' : 'resume';
    return requestJson(this.#fetch, `${this.#schedule(id)}/${verb}`, {
      method: 'POST',
    });
  }

  /** Runs its template now; the id of the task. */
  async runNow(id: string): Promise<string> {
    const made = await requestJson<{ id: string }>(
      this.#fetch,
      `${this.#schedule(id)}/run`,
      { method: 'POST' },
    );
    return made.id;
  }

  /** The next five times of a cron expression. */
  async preview(cron: string, timeZone: string): Promise<string[]> {
    const { next } = await requestJson<{ next: string[] }>(
      this.#fetch,
      `${base}/schedules/preview`,
      { method: 'POST', body: { cron, timeZone } },
    );
    return next;
  }

  #schedule(id: string): string {
    return `${base}/schedules/${encodeURIComponent(id)}`;
  }
}

export const scaffolderRunsApiRef = createApiRef<ScaffolderRunsClient>().with({
  id: 'plugin.settings.scaffolder-runs',
  pluginId: 'settings',
});
