import type {
  UploadChecks,
  UploadedVersion,
  UploadState,
} from '../../../api/types';
import type { Tone } from '../../../ui/Status';

const states: Record<UploadState, { tone: Tone; text: string }> = {
  building: { tone: 'busy', text: 'Being built' },
  failed: { tone: 'bad', text: 'Could not be built' },
  preview: { tone: 'quiet', text: 'Not published' },
  publishing: { tone: 'busy', text: 'Being brought in and watched' },
  published: { tone: 'good', text: 'Published' },
  former: { tone: 'quiet', text: 'Published before' },
  refused: { tone: 'bad', text: 'Not brought in' },
};

/** What a version is to the organisation. */
export function stateWords(state: UploadState): { tone: Tone; text: string } {
  return states[state];
}

/** Where an installed plugin comes from. */
export function sourceWords(source: string): string {
  if (source === 'npm') return 'npm, unmodified';
  return source === 'upload'
    ? 'Uploaded by your organisation'
    : 'Native worker';
}

/** Which half of a plugin a version is. */
export function halfWords({ role }: Pick<UploadedVersion, 'role'>): string {
  const half = role.startsWith('backend') ? 'Back end' : 'Front end';
  return role.endsWith('-module') ? `${half}, module` : half;
}

/** Bytes for people: `340 kB`, `1.2 MB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

/** What the static checks of a bundle found, one line each. */
export function checkLines(checks: UploadChecks): string[] {
  const licences = Object.entries(checks.licences)
    .sort(([, a], [, b]) => b - a)
    .map(([licence, count]) => `${licence} (${count})`);
  const lines = [
    `${checks.packages} ${checks.packages === 1 ? 'package' : 'packages'}; licences: ${listed(licences)}`,
  ];
  if (checks.native.length > 0) {
    lines.push(`Compiled code in ${listed(checks.native)}`);
  }
  if (checks.installScripts.length > 0) {
    lines.push(
      `Install scripts that were not run in ${listed(checks.installScripts)}`,
    );
  }
  return lines;
}

/** Versions of one package, the latest first. */
export interface OwnPackage {
  name: string;
  versions: UploadedVersion[];
}

/** Versions by package, packages by name. */
export function byPackage(items: readonly UploadedVersion[]): OwnPackage[] {
  const found = new Map<string, UploadedVersion[]>();
  for (const item of items) {
    const versions = found.get(item.package);
    if (versions) versions.push(item);
    else found.set(item.package, [item]);
  }
  return [...found]
    .map(([name, versions]) => ({ name, versions }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
