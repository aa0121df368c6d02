import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { RunFilter } from '../../api/scaffolderRuns';

export const statusTitles: Record<NonNullable<RunFilter['status']>, string> = {
  waiting: 'Waiting at a gate',
  open: 'Waiting for a free slot',
  processing: 'Running or waiting',
  completed: 'Completed',
  failed: 'Failed',
};

function isStatus(text: string | null): text is keyof typeof statusTitles {
  return text !== null && text in statusTitles;
}

/** What the address of the page asks for. */
export function filterOf(search: URLSearchParams): RunFilter {
  const filter: RunFilter = {};
  const status = search.get('status');
  if (isStatus(status)) filter.status = status;
  for (const name of ['template', 'createdBy', 'scheduleId'] as const) {
    const value = search.get(name);
    if (value) filter[name] = value;
  }
  return filter;
}

/** "jane" as "user:default/jane"; what is no reference stays as it is. */
export function asRef(text: string, defaultKind: string): string {
  try {
    return stringifyEntityRef(parseEntityRef(text.trim(), { defaultKind }));
  } catch {
    return text.trim();
  }
}

/** The address of the page that asks for this. */
export function searchOf(filter: RunFilter): URLSearchParams {
  const { template, createdBy, status, scheduleId } = filter;
  const search = new URLSearchParams();
  if (template) search.set('template', asRef(template, 'template'));
  if (createdBy) search.set('createdBy', asRef(createdBy, 'user'));
  if (status) search.set('status', status);
  if (scheduleId) search.set('scheduleId', scheduleId);
  return search;
}
