import type { Gate, GateKind, Run } from '../../api/scaffolderRuns';
import type { Tone } from '../../ui/Status';

export interface StatusWords {
  tone: Tone;
  text: string;
}

const waits: Record<GateKind, string> = {
  approval: 'Waits for an approval',
  timer: 'Waits for its time',
  webhook: 'Waits for a call from outside',
  entity: 'Waits for an entity',
};

/** What a run that stands at a gate of this kind waits for. */
export function waitWords(kind?: GateKind): string {
  return kind ? waits[kind] : 'Waits';
}

const states: Record<Run['status'], StatusWords> = {
  open: { tone: 'quiet', text: 'Waits for a free slot' },
  processing: { tone: 'busy', text: 'Running' },
  completed: { tone: 'good', text: 'Completed' },
  failed: { tone: 'bad', text: 'Failed' },
};

/** Where a run stands. */
export function runStatus(run: Pick<Run, 'status' | 'waiting'>): StatusWords {
  return run.waiting
    ? { tone: 'warning', text: waitWords(run.waiting.kind) }
    : states[run.status];
}

/** "12 s", "3 min 5 s", "2 h 10 min", "4 d 3 h". */
export function durationWords(from: string, until: string): string {
  const seconds = Math.max(
    0,
    Math.round((Date.parse(until) - Date.parse(from)) / 1000),
  );
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Why the person cannot decide a gate that waits for an approval. */
export function whyNot(gate: Gate, personRef?: string): string {
  if (gate.decisions.some(({ by }) => by === personRef)) {
    return 'You have decided. It waits for the others.';
  }
  if (
    gate.startedBy === personRef &&
    gate.approvers.includes(personRef ?? '')
  ) {
    return 'You started this run, so somebody else must decide.';
  }
  return 'Only those named here can decide.';
}
