/**
 * Scheduled tasks are only registered here. When they run is the platform's decision: it keeps the timetable, wakes
 * an evicted worker, and runs a task on one worker at a time with `POST /_worker/v1/tasks/run`.
 */
import type {
  SchedulerService,
  SchedulerServiceTaskInvocationDefinition,
  SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { durationToMs } from './duration.ts';

type Definition = SchedulerServiceTaskScheduleDefinition &
  SchedulerServiceTaskInvocationDefinition;

/** A task as `describe` shows it. Exactly one of `cron`, `everyMs` and `manual` is set. */
export interface TaskDescription {
  plugin: string;
  id: string;
  cron?: string;
  everyMs?: number;
  manual?: true;
  timeoutMs: number;
  initialDelayMs: number;
  scope: 'global' | 'local';
}

interface Task {
  description: TaskDescription;
  run: Definition['fn'];
  running: boolean;
}

/** The tasks of all plugins of a worker. */
export class TaskRegister {
  readonly #tasks = new Map<string, Task>();

  list(): TaskDescription[] {
    return [...this.#tasks.values()].map(t => t.description);
  }

  /** Runs a task to its end. A task that is running is not started a second time. */
  async run(plugin: string, id: string, signal: AbortSignal): Promise<void> {
    const task = this.#tasks.get(key(plugin, id));
    if (!task) throw new NotFoundError(`plugin ${plugin} has no task ${id}`);
    if (task.running) throw new ConflictError(`task ${id} is running already`);
    task.running = true;
    try {
      const limit = AbortSignal.timeout(task.description.timeoutMs);
      await task.run(AbortSignal.any([signal, limit]));
    } finally {
      task.running = false;
    }
  }

  /** Backstage's scheduler for one plugin. */
  forPlugin(plugin: string): SchedulerService {
    const add = (definition: Definition) => {
      const description = describe(plugin, definition);
      this.#tasks.set(key(plugin, definition.id), {
        description,
        run: definition.fn,
        running: false,
      });
      return Promise.resolve();
    };
    return {
      scheduleTask: add,
      createScheduledTaskRunner: schedule => ({
        run: task => add({ ...schedule, ...task }),
      }),
      getScheduledTasks: () =>
        Promise.resolve(
          this.list()
            .filter(task => task.plugin === plugin)
            .map(({ id, scope }) => ({ id, scope, settings: { version: 2 } })),
        ),
      triggerTask: id => this.run(plugin, id, new AbortController().signal),
      // There is no run of the platform's that a worker could cancel from inside.
      cancelTask: id =>
        this.#tasks.has(key(plugin, id))
          ? Promise.resolve()
          : Promise.reject(new NotFoundError(`there is no task ${id}`)),
    };
  }
}

function key(plugin: string, id: string): string {
  return `${plugin}\n${id}`;
}

function describe(plugin: string, task: Definition): TaskDescription {
  return {
    plugin,
    id: task.id,
    ...when(task.frequency),
    timeoutMs: durationToMs(task.timeout),
    initialDelayMs: task.initialDelay ? durationToMs(task.initialDelay) : 0,
    scope: task.scope ?? 'global',
  };
}

function when(
  frequency: Definition['frequency'],
): Pick<TaskDescription, 'cron' | 'everyMs' | 'manual'> {
  if ('cron' in frequency) return { cron: frequency.cron };
  if ('trigger' in frequency) return { manual: true };
  return { everyMs: durationToMs(frequency) };
}
