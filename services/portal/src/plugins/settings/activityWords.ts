import type { PluginActivity } from '../../api/types';

const megabyte = 1024 * 1024;

/** Memory for people. */
export function bytesWords(bytes: number): string {
  return `${Math.round(bytes / megabyte).toLocaleString('en-US')} MB`;
}

/** CPU time, and the share of one CPU that it is of the time since `since`. */
export function cpuWords(
  cpuMs: number,
  since: string | undefined,
  now: number,
): string {
  const seconds = `${(cpuMs / 1000).toFixed(1)} s`;
  const elapsedMs = since ? now - Date.parse(since) : 0;
  if (elapsedMs < 10_000) return seconds;
  const share = (100 * cpuMs) / elapsedMs;
  const words = share < 1 ? 'less than 1 %' : `${Math.round(share)} %`;
  return `${seconds}, ${words} of one CPU on average`;
}

/** Requests, failures among them, and how fast most were. */
export function requestWords(activity: PluginActivity): string {
  const { requests, errors, p95Ms } = activity;
  const parts = [
    requests.toLocaleString('en-US'),
    errors > 0 ? `${errors.toLocaleString('en-US')} failed` : undefined,
    p95Ms === undefined ? undefined : `95 % began to answer within ${p95Ms} ms`,
  ];
  return parts.filter(Boolean).join(', ');
}
