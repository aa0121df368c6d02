/** What the plugin host asks of the render tool (standard input, one JSON object) and what it answers. */

/** A front end as the gateway announces it to the portal. */
export interface Remote {
  pluginId: string;
  name: string;
  remote: string;
  entry: string;
  modules: { expose: string }[];
}

/** Pages of one organisation, under two versions of one plugin's front end. */
export interface Job {
  /** The executable, never a script around it. */
  chromium: string;
  /** The organisation's, such as `https://acme.example.org`. */
  origin: string;
  /** Socket of the plugin host that answers what pages ask for. */
  door: string;
  pluginId: string;
  /** Absent: that version has no front end. */
  former?: Remote;
  next?: Remote;
  /** Pages that are opened of each version, the first one included. */
  pages: number;
  /** What one page may take, in ms. */
  pageMs: number;
  /** Whether pictures are taken. */
  shots: boolean;
}

/** Which of the two versions is looked at. */
export type Version = 'former' | 'next';

/**
 * What is wrong with a page: `module` (the front end cannot be loaded), `error` (thrown, or rejected and not caught),
 * `boundary` (the place of something that broke is shown), `blank`, `missing` (the portal's "not found"), `crash`,
 * `console` (an error in the console, of whatever weight).
 */
export type Trouble =
  'module' | 'error' | 'boundary' | 'blank' | 'missing' | 'crash' | 'console';

/** One complaint. */
export interface Complaint {
  trouble: Trouble;
  text: string;
}

/** Where a front end shows. */
export type PageKind = 'start' | 'page' | 'entity-content' | 'entity-card';

/** One page, opened. */
export interface Sight {
  path: string;
  kind: PageKind;
  complaints: Complaint[];
  ms: number;
  /** How it looks: JPEG in base64. */
  shot?: string;
  /** Why there is no picture although one was wanted. */
  noShot?: string;
}

/** What the tool prints. */
export interface Rendered {
  browser: string;
  former: Sight[];
  next: Sight[];
}

/** The job is not one. */
export class JobError extends Error {
  override name = 'JobError';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(job: Record<string, unknown>, field: string): string {
  const value = job[field];
  if (typeof value !== 'string' || value === '') {
    throw new JobError(`${field} must be a text`);
  }
  return value;
}

function number(job: Record<string, unknown>, field: string): number {
  const value = job[field];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new JobError(`${field} must be a whole number above 0`);
  }
  return value;
}

function remote(
  job: Record<string, unknown>,
  field: Version,
): Remote | undefined {
  const value = job[field];
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value) || !Array.isArray(value['modules'])) {
    throw new JobError(`${field} must be a front end`);
  }
  const modules = (value['modules'] as unknown[]).map(module => {
    if (!isRecord(module)) throw new JobError(`${field}.modules is no list`);
    return { expose: text(module, 'expose') };
  });
  return {
    pluginId: text(value, 'pluginId'),
    name: text(value, 'name'),
    remote: text(value, 'remote'),
    entry: text(value, 'entry'),
    modules,
  };
}

/** Reads a job; a mistake is named with its field. */
export function parseJob(line: string): Job {
  const job: unknown = JSON.parse(line);
  if (!isRecord(job)) throw new JobError('the job must be an object');
  const former = remote(job, 'former');
  const next = remote(job, 'next');
  return {
    chromium: text(job, 'chromium'),
    origin: new URL(text(job, 'origin')).origin,
    door: text(job, 'door'),
    pluginId: text(job, 'pluginId'),
    ...(former && { former }),
    ...(next && { next }),
    pages: number(job, 'pages'),
    pageMs: number(job, 'pageMs'),
    shots: job['shots'] === true,
  };
}
