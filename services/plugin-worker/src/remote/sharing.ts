/**
 * Which libraries a front-end remote takes from the portal's shell, and which it brings itself. Found by failure:
 *
 * - Libraries that carry React context or a global registry must be the shell's, whatever version the plugin asked
 *   for: two Reacts on one page do not work.
 * - A Backstage library is the shell's only when the shell's version satisfies `^(the version the plugin resolved)`.
 *   Sharing more broke plugins (an export that a later minor dropped); sharing less costs about 2 MB a remote.
 *   Two copies can coexist, because Backstage's objects carry a version tag and are matched by id.
 *
 * The decisions are recorded in the remote's manifest: when the shell is upgraded, remotes are built again.
 */
import semver from 'semver';

/** `always`: the shell's copy. `compatible`: the shell's copy if it fits. */
export type Policy = 'always' | 'compatible';

/** What the shell offers, by module name (`@backstage/plugin-catalog-react/alpha` has its own entry). */
export type ShellVersions = Record<string, { version: string; policy: Policy }>;

/** What was decided for one library. */
export interface Decision {
  from: 'shell' | 'plugin';
  shell: string;
  /** Absent: the plugin does not depend on it, so it was left out. */
  plugin?: string;
}

/** Reads the shell's `shared-versions.json`. A bare version means `compatible` for Backstage, `always` for the rest. */
export function parseShellVersions(text: string): ShellVersions {
  const parsed = JSON.parse(text) as Record<
    string,
    string | { version: string; policy: Policy }
  >;
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? {
            version: value,
            policy: name.startsWith('@backstage/') ? 'compatible' : 'always',
          }
        : value,
    ]),
  );
}

/** Decides for each library of the shell; `versionOf` gives the version that the plugin resolved. */
export function decideSharing(
  shell: ShellVersions,
  versionOf: (packageName: string) => string | undefined,
): Record<string, Decision> {
  const decisions: Record<string, Decision> = {};
  for (const [name, { version, policy }] of Object.entries(shell)) {
    const own = versionOf(packageOf(name));
    if (policy === 'always') {
      decisions[name] = {
        from: 'shell',
        shell: version,
        ...(own !== undefined && { plugin: own }),
      };
    } else if (own !== undefined) {
      const fits = semver.satisfies(version, `^${own}`);
      decisions[name] = {
        from: fits ? 'shell' : 'plugin',
        shell: version,
        plugin: own,
      };
    }
  }
  return decisions;
}

/** Takes these from the shell whatever the plugin brings, if the shell has them. */
export function lendAnyway(
  decisions: Record<string, Decision>,
  shell: ShellVersions,
  names: string[],
): void {
  for (const name of names) {
    const offered = shell[name];
    if (offered === undefined) continue;
    decisions[name] = {
      ...decisions[name],
      from: 'shell',
      shell: offered.version,
    };
  }
}

/** The package that a module name belongs to. */
export function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
