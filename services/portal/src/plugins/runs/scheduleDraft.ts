import type { Schedule, ScheduleInput } from '../../api/scaffolderRuns';
import { parseYaml, toYaml } from '../../ui/yamlText';
import { asRef } from './runFilter';

/** A schedule while it is typed. */
export interface ScheduleDraft {
  name: string;
  templateRef: string;
  cron: string;
  timeZone: string;
  overlap: ScheduleInput['overlap'];
  /** YAML or JSON. */
  values: string;
}

export type DraftErrors = Partial<Record<keyof ScheduleDraft, string>>;

/** Every Monday at eight, where the person is. */
export function emptySchedule(): ScheduleDraft {
  return {
    name: '',
    templateRef: '',
    cron: '0 8 * * 1',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    overlap: 'skip',
    values: '',
  };
}

export function draftOf(schedule: Schedule): ScheduleDraft {
  const { name, templateRef, cron, timeZone, overlap, values } = schedule;
  return {
    name,
    templateRef,
    cron,
    timeZone,
    overlap,
    values: Object.keys(values).length > 0 ? toYaml(values) : '',
  };
}

function readValues(
  text: string,
): { value: Record<string, unknown> } | { problem: string } {
  const parsed = parseYaml(text);
  if ('problem' in parsed) return parsed;
  const value = parsed.value ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) {
    return { value: value as Record<string, unknown> };
  }
  return { problem: 'Write one field on each line, such as name: nightly.' };
}

/** What is to be saved, or what is wrong, by field. */
export function inputOf(
  draft: ScheduleDraft,
): { input: ScheduleInput } | { errors: DraftErrors } {
  const errors: DraftErrors = {};
  const values = readValues(draft.values);
  if (!draft.name.trim()) errors.name = 'Give it a name.';
  if (!draft.templateRef.trim()) errors.templateRef = 'Choose a template.';
  if (!draft.cron.trim()) errors.cron = 'Say when, such as 0 8 * * 1.';
  if (!draft.timeZone.trim()) errors.timeZone = 'Choose a time zone.';
  if ('problem' in values) errors.values = values.problem;
  if ('problem' in values || Object.keys(errors).length > 0) return { errors };
  return {
    input: {
      name: draft.name.trim(),
      templateRef: asRef(draft.templateRef, 'template'),
      cron: draft.cron.trim(),
      timeZone: draft.timeZone.trim(),
      overlap: draft.overlap,
      values: values.value,
    },
  };
}

/** "Mon, 2 Dec 2030, 08:00" on the clocks of the zone. */
export function timeIn(timeZone: string, at: string): string {
  const date = new Date(at);
  const format = (zone?: string) =>
    date.toLocaleString('en-GB', {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: zone,
    });
  try {
    return format(timeZone);
  } catch {
    return format('UTC');
  }
}
