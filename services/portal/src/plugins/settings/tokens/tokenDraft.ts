import type { NewToken } from '../../../api/tokens';

export interface TokenDraft {
  name: string;
  /** Days, or empty for no end. */
  days: string;
  limited: boolean;
  scopes: string[];
}

export const emptyToken: TokenDraft = {
  name: '',
  days: '90',
  limited: false,
  scopes: [],
};

const usualDays = [7, 30, 90, 365];

/** How long a token may live, as choices; `longest` is what the organisation allows. */
export function lifetimeOptions(
  longest?: number,
): { id: string; label: string }[] {
  const allowed = usualDays.filter(days => !longest || days <= longest);
  if (longest && !allowed.includes(longest)) allowed.push(longest);
  const options = allowed.map(days => ({
    id: String(days),
    label: days === 1 ? '1 day' : `${days} days`,
  }));
  return longest ? options : [...options, { id: '', label: 'Until deleted' }];
}

/** The draft with a lifetime that can be chosen. */
export function withinPolicy(draft: TokenDraft, longest?: number): TokenDraft {
  const options = lifetimeOptions(longest);
  if (options.some(option => option.id === draft.days)) return draft;
  return { ...draft, days: options.at(-1)?.id ?? '' };
}

/** What is wrong, by field. */
export function tokenErrors(
  draft: TokenDraft,
  forService: boolean,
): Record<string, string> {
  const errors: Record<string, string> = {};
  const name = draft.name.trim();
  if (!name) errors['name'] = 'Enter a name.';
  else if (forService && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    errors['name'] = 'Use small letters, digits and single dashes.';
  }
  if (draft.limited && draft.scopes.length === 0) {
    errors['scopes'] = 'Choose at least one permission, or no limit.';
  }
  return errors;
}

/** As the API takes it. */
export function toNewToken(draft: TokenDraft): NewToken {
  return {
    name: draft.name.trim(),
    ...(draft.days && { expiresInDays: Number(draft.days) }),
    ...(draft.limited && { scopes: draft.scopes }),
  };
}

/** What a token may do, in words. */
export function scopeWords(
  scopes: readonly string[] | undefined,
  whole: string,
): string {
  if (!scopes) return whole;
  const [only] = scopes;
  return scopes.length === 1 && only
    ? `Only ${only}`
    : `${scopes.length} permissions`;
}
