/** Durations as plugins write them: milliseconds, `{minutes: 5}`, or a Luxon Duration. */

/** Any of the three forms. */
export type AnyDuration = number | object;

const UNIT_MS: Record<string, number> = {
  milliseconds: 1,
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
  months: 2_592_000_000,
  years: 31_536_000_000,
};

/** Milliseconds; a month counts 30 days and a year 365. */
export function durationToMs(duration: AnyDuration): number {
  if (typeof duration === 'number') return duration;
  if ('toMillis' in duration && typeof duration.toMillis === 'function') {
    return (duration.toMillis as () => number).call(duration);
  }
  return Object.entries(duration).reduce(
    (sum, [unit, count]) => sum + (UNIT_MS[unit] ?? 0) * Number(count),
    0,
  );
}
