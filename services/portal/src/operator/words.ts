import type {
  OperatorRollout,
  RolloutOrganization,
  RolloutPhase,
  RolloutRing,
  RolloutStep,
} from '../api/types';
import type { Tone } from '../ui/Status';

const phases: Record<RolloutPhase, [Tone, string]> = {
  preparing: ['busy', 'Preparing'],
  running: ['busy', 'Running'],
  'rolling-back': ['warning', 'Going back'],
  done: ['good', 'Done'],
  'rolled-back': ['warning', 'Taken back'],
  stopped: ['warning', 'Stopped'],
};

/** What a rollout is doing. */
export function phaseWords(phase: RolloutPhase): { tone: Tone; text: string } {
  const [tone, text] = phases[phase];
  return { tone, text };
}

/** Whether anything is still to be done: it is under way, or something was asked of it a moment ago. */
export function isOpen({
  phase,
  wanted,
}: Pick<OperatorRollout, 'phase' | 'wanted'>): boolean {
  return (
    Boolean(wanted) || ['preparing', 'running', 'rolling-back'].includes(phase)
  );
}

/** Whether stopping it would still change something. */
export function canStop(
  rollout: Pick<OperatorRollout, 'phase' | 'wanted'>,
): boolean {
  return ['preparing', 'running'].includes(rollout.phase) && !rollout.wanted;
}

/** Whether somebody may have the version from it. */
export function canRevert(
  rollout: Pick<OperatorRollout, 'phase' | 'wanted'>,
): boolean {
  return (
    ['running', 'done', 'stopped'].includes(rollout.phase) && !rollout.wanted
  );
}

const steps: Record<RolloutStep, [Tone, string]> = {
  waiting: ['quiet', 'Waiting'],
  checking: ['busy', 'Being checked'],
  switching: ['busy', 'Switching'],
  watching: ['busy', 'Watched'],
  promoted: ['good', 'Has it'],
  restoring: ['warning', 'Going back'],
  restored: ['warning', 'Went back'],
  refused: ['bad', 'Refused'],
  deferred: ['quiet', 'Put off'],
  skipped: ['quiet', 'Left out'],
};

/** How far an organisation is. */
export function stepWords(step: RolloutStep): { tone: Tone; text: string } {
  const [tone, text] = steps[step];
  return { tone, text };
}

/** "Canaries", "Wave 2". */
export function ringName(ring: number): string {
  return ring === 0 ? 'Canaries' : `Wave ${ring}`;
}

/** A part of a progress bar: organisations that are equally far. */
export interface Segment {
  kind: 'has' | 'under-way' | 'back' | 'refused' | 'out' | 'waiting';
  count: number;
  /** Of all in the bar, 0 to 100. */
  share: number;
}

const kinds: [Segment['kind'], RolloutStep[]][] = [
  ['has', ['promoted']],
  ['under-way', ['checking', 'switching', 'watching']],
  ['back', ['restoring', 'restored']],
  ['refused', ['refused']],
  ['out', ['deferred', 'skipped']],
  ['waiting', ['waiting']],
];

/** What a ring's progress bar is made of; parts without anybody are left out. */
export function segments(ring: RolloutRing): Segment[] {
  return kinds
    .map(([kind, of]) => {
      const count = ring.steps
        .filter(({ step }) => of.includes(step))
        .reduce((sum, { organizations }) => sum + organizations, 0);
      const all = Math.max(1, ring.organizations);
      return { kind, count, share: (count / all) * 100 };
    })
    .filter(({ count }) => count > 0);
}

/** "1 has it, 2 are watched": a ring in words, in the order in which organisations go through the steps. */
export function ringWords(ring: RolloutRing): string {
  const order = Object.keys(steps);
  return [...ring.steps]
    .sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step))
    .map(
      ({ step, organizations }) =>
        `${organizations} ${stepWords(step).text.toLowerCase()}`,
    )
    .join(', ');
}

/** A share as people read it: `0 %`, `2.5 %`, `100 %`. */
export function percent(share: number): string {
  const rounded = Math.round(share * 1000) / 10;
  return `${rounded} %`;
}

type Figures = NonNullable<RolloutOrganization['new']>;

/** The share of requests that failed; undefined without requests. */
export function errorRate(figures?: Figures): number | undefined {
  if (!figures || figures.requests === 0) return undefined;
  return figures.errors / figures.requests;
}

/** What the gate looks at, each with the figures of both versions and its limit. */
export interface GateRow {
  what: 'Failed requests' | '95th percentile' | 'Broken front ends';
  old: string;
  new: string;
  limit: string;
  /** Whether the new version is beyond its limit, as far as the gate judges it yet. */
  over: boolean;
}

const nothing = '–';

function share(rate?: number): string {
  return rate === undefined ? nothing : percent(rate);
}

function ms(value?: number): string {
  return value === undefined ? nothing : `${value} ms`;
}

/** An organisation's figures beside the limits that follow from them. */
export function gateRows(part: RolloutOrganization): GateRow[] {
  const { limits } = part;
  const [before, now] = [errorRate(part.old), errorRate(part.new)];
  const [slow, slower] = [part.old?.p95Ms, part.new?.p95Ms];
  const enough = (part.new?.requests ?? 0) >= limits.requests;
  return [
    {
      what: 'Failed requests',
      old: share(before),
      new: share(now),
      limit: percent(limits.errorRate),
      over:
        enough &&
        now !== undefined &&
        now > limits.errorRate &&
        (part.new?.errors ?? 0) >= limits.errors,
    },
    {
      what: '95th percentile',
      old: ms(slow),
      new: ms(slower),
      limit: ms(limits.p95Ms),
      over:
        enough &&
        slower !== undefined &&
        limits.p95Ms !== undefined &&
        slower > limits.p95Ms,
    },
    {
      what: 'Broken front ends',
      old: nothing,
      new: String(part.beacons),
      limit: String(limits.beacons),
      over: part.beacons >= limits.beacons,
    },
  ];
}

/** The plan in one sentence. */
export function planWords({ plan }: Pick<OperatorRollout, 'plan'>): string {
  const { gate, waves, parallel } = plan;
  const shares = waves.length > 0 ? waves.join(', ') : '100';
  return `Canaries first, then waves of ${shares} % of the others, ${parallel} at once. Each is watched for ${seconds(gate.soakSeconds)} and ${gate.minRequests} requests, at most ${seconds(gate.longestSeconds)}.`;
}

/** `90 s`, `15 min`, `2 h`: whole units only. */
export function seconds(count: number): string {
  if (count >= 3600 && count % 3600 === 0) return `${count / 3600} h`;
  if (count >= 120 && count % 60 === 0) return `${count / 60} min`;
  return `${count} s`;
}

/** What stands below a figure: "before 3 %, limit 5 %", as far as there is something to say. */
export function besideWords({ old, limit }: GateRow): string {
  const parts: [string, string][] = [
    ['before', old],
    ['limit', limit],
  ];
  return parts
    .filter(([, value]) => value !== nothing)
    .map(([word, value]) => `${word} ${value}`)
    .join(', ');
}

/** Bytes as people read them. */
export function megabytes(bytes?: number): string {
  return bytes === undefined ? nothing : `${Math.round(bytes / 1_048_576)} MB`;
}

/** Who did something: `Ada`, or the command line. */
export function actorWords(actor: string): string {
  if (actor === 'operator') return 'the command line';
  if (actor === 'system') return 'the platform, as was asked before';
  return actor.replace(/^operator:/, '');
}

const deeds: Record<string, string> = {
  'operator.link': 'Printed a link for',
  'operator.sign-in': 'Signed in',
  'operator.sign-out': 'Signed out',
  'operator.sign-out-all': 'Signed every browser out',
  'rollout.start': 'Started the rollout of',
  'rollout.stop': 'Stopped the rollout of',
  'rollout.revert': 'Took back the rollout of',
};

/** What was done. */
export function deedWords(action: string): string {
  return deeds[action] ?? action;
}

const causes: Record<string, string> = {
  install: 'Installed',
  rollout: 'Rollout',
  rollback: 'Went back',
};

/** Why a version changed. */
export function causeWords(cause: string): string {
  return causes[cause] ?? cause;
}
