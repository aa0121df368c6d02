/** Which cases a run tries, and what it writes down: the rows of `docs/plugins.md`, one part for each test file. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const page = path.join(here, '../../docs/plugins.md');

/** One plugin's result. */
export interface Row {
  readonly package: string;
  readonly version: string;
  readonly request: string;
  readonly answer?: string;
  readonly answerMs?: number;
  readonly startMs?: number;
  readonly pssMb?: number;
  /** Of a front end from before the new system. */
  readonly recipe?: boolean;
  readonly bytes?: number;
  readonly failure?: string;
  /** Why that is so, when it is known. */
  readonly why?: string;
}

/** Whether this is CI's run of a subset. */
export const isCore = process.env.PLUGINS !== 'all' && process.env.PLUGINS_ONLY === undefined;

/** All cases (`PLUGINS=all`), or those of CI; `PLUGINS_ONLY` is a pattern of package names. */
export function chosen<Case extends { package: string; core?: true }>(cases: readonly Case[]): Case[] {
  const only = process.env.PLUGINS_ONLY;
  if (only !== undefined) return cases.filter(plugin => new RegExp(only).test(plugin.package));
  return cases.filter(plugin => process.env.PLUGINS === 'all' || plugin.core === true);
}

const parts = ['backends', 'frontends'] as const;

/**
 * Keeps a part's rows and writes the page anew from all that are kept. A run of some cases (`PLUGINS_ONLY`) replaces
 * theirs and leaves the others; a run of CI's subset keeps nothing.
 */
export function writeRows(part: (typeof parts)[number], rows: readonly Row[], cases: readonly { package: string }[]): void {
  if (process.env.PLUGINS !== 'all') return;
  const folder = path.join(here, '.cache');
  mkdirSync(folder, { recursive: true });
  const fileOf = (name: string) => path.join(folder, `${name}.json`);
  const read = (name: string): Row[] => (existsSync(fileOf(name)) ? (JSON.parse(readFileSync(fileOf(name), 'utf8')) as Row[]) : []);
  const known = new Map([...read(part), ...rows].map(row => [row.package, row]));
  // A full disk says nothing of a plugin: such a case was not tried.
  const isSpoilt = (row: Row) => /No space left|could not (write init|extend) file|internal error/i.test(row.failure ?? '');
  const kept = cases.flatMap(({ package: name }) => known.get(name) ?? []).filter(row => !isSpoilt(row));
  writeFileSync(fileOf(part), JSON.stringify(kept));
  writeFileSync(page, text(read('backends'), read('frontends')));
}

function text(backends: readonly Row[], frontends: readonly Row[]): string {
  const works = (rows: readonly Row[]) => rows.filter(row => row.failure === undefined);
  const fails = (rows: readonly Row[]) => rows.filter(row => row.failure !== undefined);
  return [
    '<!-- Written by `make test-plugins` (tests/plugins/results.ts). Do not edit: what is wrong here is wrong in the run. -->',
    '# Plugins that were tried',
    '',
    'Published packages, unmodified, each installed from the registry into a running portal, used, and removed again.',
    'How plugins are hosted: [hosting-plugins.md](hosting-plugins.md). How this page comes about, and how to add a plugin:',
    '[tests/plugins](../tests/plugins/README.md).',
    '',
    `## Back ends: ${works(backends).length} of ${backends.length} answer`,
    '',
    'Each request went through the gateway with a person’s token to a worker of its own. *Start* is the worker from its process to',
    'readiness, *memory* its proportional set size after the answer.',
    '',
    '| package | version | start | memory | request | answer |',
    '|---|---|---:|---:|---|---|',
    ...works(backends).map(row =>
      line(row.package, row.version, ms(row.startMs), mb(row.pssMb), code(row.request), code(first(row.answer))),
    ),
    '',
    ...failures(fails(backends)),
    `## Front ends: ${works(frontends).length} of ${frontends.length} show`,
    '',
    'Each was built into a remote when it was installed, and its page opened in headless Chromium: the element is there, and the',
    'console has no error. *Recipe* marks packages from before the new front-end system.',
    '',
    '| package | version | system | remote | page | what is seen |',
    '|---|---|---|---:|---|---|',
    ...works(frontends).map(row =>
      line(row.package, row.version, row.recipe ? 'recipe' : 'new', kb(row.bytes), code(row.request), first(row.answer)),
    ),
    '',
    ...failures(fails(frontends)),
  ].join('\n');
}

function failures(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  return [
    'Not working, with the reason that was given:',
    '',
    '| package | version | reason |',
    '|---|---|---|',
    ...rows.map(row => line(row.package, row.version, [row.why, code(first(row.failure, 160))].filter(Boolean).join(': '))),
    '',
  ];
}

function line(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

const ms = (value?: number | null) => (value == null ? '' : `${value} ms`);
const mb = (value?: number | null) => (value == null ? '' : `${value} MB`);
const kb = (value?: number | null) => (value == null ? '' : `${Math.round(value / 1000)} kB`);
const code = (value: string) => `\`${value.replaceAll('`', '´')}\``;

/** The first words, on one line, without what differs between runs: ports, folders and times. */
function first(value = '', length = 110): string {
  const plain = value
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(localhost|127\.0\.0\.1):\d+/g, 'localhost')
    .replaceAll(/https?:\/\/registry\S*\s?/g, '')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replaceAll(/\/\S*proscenium-e2e-\w+\S*/g, '…')
    .replaceAll('|', '\\|')
    .trim();
  return plain.length > length ? `${plain.slice(0, length)}…` : plain;
}
