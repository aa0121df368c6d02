import type { GranteeKind, NewSecret, SecretScope } from '../../../api/secrets';
import type { SecretGrant } from '../../../api/types';

export const scopeTitles: Record<SecretScope, string> = {
  any: 'Plugins, templates and proxies',
  plugin: 'Plugins only',
  template: 'Templates only',
  proxy: 'Proxies only',
};

export const granteeTitles: Record<GranteeKind, string> = {
  plugin: 'Plugin',
  template: 'Template',
  proxy: 'Proxy',
};

export const overlapOptions = [
  { id: '0', label: 'Stop at once' },
  { id: '1', label: 'Stay readable for an hour' },
  { id: '24', label: 'Stay readable for a day' },
  { id: '168', label: 'Stay readable for a week' },
];

export const shortestValue = 6;

export function isScope(value: unknown): value is SecretScope {
  return typeof value === 'string' && value in scopeTitles;
}

export function isGranteeKind(value: unknown): value is GranteeKind {
  return typeof value === 'string' && value in granteeTitles;
}

export function scopeTitle(scope: string): string {
  return isScope(scope) ? scopeTitles[scope] : scope;
}

export function granteeTitle(kind: string): string {
  return isGranteeKind(kind) ? granteeTitles[kind] : kind;
}

/** The kinds that a secret of this scope can be granted to. */
export function grantableKinds(scope: string): GranteeKind[] {
  return isGranteeKind(scope) ? [scope] : ['plugin', 'template', 'proxy'];
}

export const emptySecret: NewSecret = {
  name: '',
  scope: 'any',
  description: '',
  value: '',
};

/** What is wrong with a value; nothing repeats it. */
export function valueError(value: string): string | undefined {
  if (!value.trim()) return 'Enter the value.';
  return value.trim().length < shortestValue
    ? 'Enter at least 6 characters: a shorter value could not be masked in logs.'
    : undefined;
}

/** What is wrong, by field. */
export function secretErrors(draft: NewSecret): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(draft.name)) {
    errors['name'] =
      'Use letters, digits and _, at most 64, and no digit at the start.';
  }
  const value = valueError(draft.value);
  if (value) errors['value'] = value;
  return errors;
}

/** How the secret is written where it is used. */
export function reference(name: string): string {
  return `\${{ secrets.${name} }}`;
}

/** How many use it, in words. */
export function grantWords(grants: readonly SecretGrant[]): string {
  if (grants.length === 0) return 'Granted to nobody';
  const [first] = grants;
  if (first && grants.length === 1) {
    // A template's reference says what it is.
    return first.kind === 'template'
      ? `Granted to ${first.id}`
      : `Granted to ${granteeTitle(first.kind).toLowerCase()} ${first.id}`;
  }
  return `Granted to ${grants.length}`;
}
