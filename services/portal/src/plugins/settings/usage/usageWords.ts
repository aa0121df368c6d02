import type { Usage } from '../../../api/types';

const titles: Readonly<Record<Usage['counted'], string>> = {
  members: 'Members',
  entities: 'Entities in the catalog',
  workers: 'Plugins with a back end',
  'requests-per-minute': 'Requests in the last minute',
};

const atLimit: Readonly<Record<Usage['counted'], string>> = {
  members: 'Nobody more can be invited.',
  entities: 'Sources that bring new entities are refused; what is there stays.',
  workers: 'No further plugin with a back end can be installed.',
  'requests-per-minute': 'Requests are refused until the minute is over.',
};

const number = new Intl.NumberFormat('en');

export function usageTitle(counted: Usage['counted']): string {
  return titles[counted];
}

/** `18 of 25`, `18, no limit`, or that nobody knows at the moment. */
export function usageText({ used, allowed }: Usage): string {
  const limit =
    allowed === undefined ? 'no limit' : `${number.format(allowed)} allowed`;
  if (used === undefined) return `Unknown at the moment, ${limit}`;
  return allowed === undefined
    ? `${number.format(used)}, ${limit}`
    : `${number.format(used)} of ${number.format(allowed)}`;
}

/** What to know when it is close; nothing while there is room. */
export function usageWarning(usage: Usage): string | undefined {
  if (usage.level === 'at-limit') return atLimit[usage.counted];
  return usage.level === 'near-limit' ? 'Close to the limit.' : undefined;
}

/** Share of the allowed that is used, 0 to 100; undefined without a limit. */
export function usagePercent(usage: Usage): number | undefined {
  if (usage.allowed === undefined || usage.used === undefined) return undefined;
  return Math.min(100, Math.round((usage.used * 100) / usage.allowed));
}
