import type {
  KnownPermission,
  PermissionCatalogue,
  PolicyRole,
} from '../../../api/policies';
import type { Suggestion } from '../../../ui/SuggestInput';

function aboutWords({ action, resourceType }: KnownPermission): string {
  return [action, resourceType && `on ${resourceType}`]
    .filter(Boolean)
    .join(' · ');
}

/** All permissions as a field offers them, under the titles of whose they are. */
export function permissionSuggestions(
  catalogue: PermissionCatalogue,
): Suggestion[] {
  return catalogue.groups.flatMap(({ pluginId, title }) =>
    catalogue.permissions
      .filter(permission => permission.pluginId === pluginId)
      .map(permission => ({
        id: permission.name,
        section: title,
        description: permission.description ?? aboutWords(permission),
      })),
  );
}

/**
 * Whose a permission is: `known` with the title and what it is about, `gone` when no installed plugin has it, `unclear`
 * while some did not tell what they have. Nothing while no name is there.
 */
export type Standing =
  | { is: 'known'; title: string; about: string }
  | { is: 'gone' }
  | { is: 'unclear' };

export function standingOf(
  catalogue: PermissionCatalogue,
  name: string,
): Standing | undefined {
  if (name.trim() === '') return undefined;
  const known = catalogue.permissions.find(one => one.name === name);
  if (!known) return { is: catalogue.silent.length > 0 ? 'unclear' : 'gone' };
  const group = catalogue.groups.find(one => one.pluginId === known.pluginId);
  return {
    is: 'known',
    title: group?.title ?? known.pluginId,
    about: aboutWords(known),
  };
}

/** How many rules of a role are about permissions of plugins that are not installed. */
export function rulesGone(
  catalogue: PermissionCatalogue,
  role: PolicyRole,
): number {
  if (catalogue.silent.length > 0) return 0;
  const known = new Set(catalogue.permissions.map(({ name }) => name));
  return role.rules.filter(({ permission }) => !known.has(permission)).length;
}
