import type {
  NewSourceHost,
  SourceHost,
  SourceHostKind,
} from '../../../api/sourceHosts';
import type { FieldErrors } from '../../../api/fieldPath';

/** A host as it is typed. */
export interface HostDraft {
  kind: SourceHostKind;
  host: string;
  apiBaseUrl: string;
  token: string;
}

export const kindTitles: Record<SourceHostKind, string> = {
  github: 'GitHub',
  gitlab: 'GitLab',
};

export const publicHosts: Record<SourceHostKind, string> = {
  github: 'github.com',
  gitlab: 'gitlab.com',
};

export function newHostDraft(kind: SourceHostKind): HostDraft {
  return { kind, host: publicHosts[kind], apiBaseUrl: '', token: '' };
}

/** Another kind of host: its public one, unless somebody typed another. */
export function ofHostKind(draft: HostDraft, kind: SourceHostKind): HostDraft {
  const isPublic = draft.host === publicHosts[draft.kind];
  return { ...draft, kind, host: isPublic ? publicHosts[kind] : draft.host };
}

/** What is wrong before anybody is asked. */
export function hostErrors(draft: HostDraft): FieldErrors {
  const errors: Record<string, string> = {};
  const host = draft.host.trim();
  if (!host)
    errors['host'] =
      'Enter the host as it stands in addresses, such as github.com.';
  else if (/[/\s]/.test(host))
    errors['host'] = 'Only the host, without https:// and path.';
  if (draft.apiBaseUrl.trim() && !URL.canParse(draft.apiBaseUrl.trim())) {
    errors['apiBaseUrl'] = 'Enter a whole address, https://…';
  }
  if (/\s/.test(draft.token.trim()))
    errors['token'] = 'A token has no blanks in it.';
  return errors;
}

export function toNewHost(draft: HostDraft): NewSourceHost {
  return {
    kind: draft.kind,
    host: draft.host.trim(),
    apiBaseUrl: draft.apiBaseUrl.trim() || undefined,
    token: draft.token.trim() || undefined,
  };
}

const scarce = 0.1;
const number = new Intl.NumberFormat('en');

/** What a host still lets us ask, in words; undefined when it has not said so yet. */
export function budgetWords({
  budget,
}: SourceHost): { text: string; isScarce: boolean; share: number } | undefined {
  if (!budget || budget.limit <= 0) return undefined;
  const share = Math.min(1, Math.max(0, budget.remaining / budget.limit));
  return {
    text: `${number.format(budget.remaining)} of ${number.format(budget.limit)} requests left`,
    isScarce: share < scarce,
    share,
  };
}
