import type { NewOperatorRollout } from '../api/types';

/** A rollout as it is typed. */
export interface Draft {
  package: string;
  version: string;
  /** Addresses of organisations, separated by commas or blanks. */
  canaries: string;
  /** Shares in per cent, separated by commas or blanks. */
  waves: string;
  parallel: string;
  soakSeconds: string;
  minRequests: string;
  longestSeconds: string;
  errorPercent: string;
  latencyFactor: string;
  beacons: string;
}

export type DraftErrors = Readonly<Partial<Record<keyof Draft, string>>>;

/** What the command line does when nothing else is asked. */
export function newDraft(packageName = '', version = ''): Draft {
  return {
    package: packageName,
    version,
    canaries: '',
    waves: '10, 50, 100',
    parallel: '4',
    soakSeconds: '60',
    minRequests: '50',
    longestSeconds: '900',
    errorPercent: '5',
    latencyFactor: '2.5',
    beacons: '3',
  };
}

/** A 95th percentile below that is never too slow. */
const latencyFloorMs = 20;

const words = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** How the server names each field, in the order of the form. */
const fields: [string, keyof Draft][] = [
  ['package', 'package'],
  ['version', 'version'],
  ['canaries', 'canaries'],
  ['waves', 'waves'],
  ['parallel', 'parallel'],
  ['gate.soakSeconds', 'soakSeconds'],
  ['gate.minRequests', 'minRequests'],
  ['gate.longestSeconds', 'longestSeconds'],
  ['gate.errorRate', 'errorPercent'],
  ['gate.latencyFactor', 'latencyFactor'],
  ['gate.beacons', 'beacons'],
];

/** What the server found wrong, by field of the form. */
export function fromServer(
  errors: Readonly<Record<string, string>>,
): DraftErrors {
  return Object.fromEntries(
    fields.flatMap(([path, field]) => {
      const text = errors[path];
      return text ? [[field, text]] : [];
    }),
  );
}

const whole = (text: string): boolean => /^\d{1,9}$/.test(text.trim());
const decimal = (text: string): boolean =>
  /^\d{1,6}(\.\d{1,6})?$/.test(text.trim());

/** What can be said without asking the server. */
export function draftErrors(draft: Draft): DraftErrors {
  const shares = words(draft.waves);
  const rules: [keyof Draft, boolean, string][] = [
    ['package', draft.package.trim() !== '', 'Name the npm package.'],
    [
      'version',
      /^\d+\.\d+\.\d+/.test(draft.version.trim()),
      'Name the exact version, such as 1.2.3.',
    ],
    [
      'waves',
      shares.every(
        share => whole(share) && Number(share) >= 1 && Number(share) <= 100,
      ) && shares.length <= 20,
      'At most 20 shares between 1 and 100.',
    ],
    ['parallel', whole(draft.parallel), 'A whole number from 1 to 64.'],
    ['soakSeconds', whole(draft.soakSeconds), 'A whole number of seconds.'],
    ['minRequests', whole(draft.minRequests), 'A whole number.'],
    [
      'longestSeconds',
      whole(draft.longestSeconds) &&
        // Of what is no number nothing is less.
        !(Number(draft.longestSeconds) < Number(draft.soakSeconds)),
      'A whole number of seconds, not less than the time of watching.',
    ],
    [
      'errorPercent',
      decimal(draft.errorPercent) && Number(draft.errorPercent) <= 100,
      'A number from 0 to 100.',
    ],
    [
      'latencyFactor',
      decimal(draft.latencyFactor) && Number(draft.latencyFactor) >= 1,
      'A number from 1 on.',
    ],
    [
      'beacons',
      whole(draft.beacons) && Number(draft.beacons) >= 1,
      'A whole number from 1 on.',
    ],
  ];
  return Object.fromEntries(
    rules.flatMap(([field, good, text]) => (good ? [] : [[field, text]])),
  );
}

/** The draft as the server takes it. */
export function toRollout(draft: Draft): NewOperatorRollout {
  return {
    package: draft.package.trim(),
    version: draft.version.trim(),
    canaries: words(draft.canaries),
    waves: words(draft.waves).map(Number),
    parallel: Number(draft.parallel),
    gate: {
      soakSeconds: Number(draft.soakSeconds),
      minRequests: Number(draft.minRequests),
      longestSeconds: Number(draft.longestSeconds),
      errorRate: Number(draft.errorPercent) / 100,
      latencyFactor: Number(draft.latencyFactor),
      latencyFloorMs,
      beacons: Number(draft.beacons),
    },
  };
}
