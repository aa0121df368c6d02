import type { Cause } from '../../api/entityHistory';

/** Why something changed, in words around what can be clicked. */
export interface CauseWords {
  /** What stands before the person or the source. */
  text: string;
  /** The entity of the person who did it. */
  personRef?: string;
  /** The name of a program. */
  program?: string;
  /** The commit, short. */
  commit?: string;
}

const shortCommit = 8;
const isEntityRef = (text: string) => /^[^:/\s]+:[^/\s]+\/\S+$/.test(text);

/** Who or what changed an entity. */
export function causeWords(cause: Cause): CauseWords {
  const commit = cause.commit?.slice(0, shortCommit);
  switch (cause.kind) {
    case 'location':
      return { text: 'From its file', commit };
    case 'provider': {
      const set = cause.provider?.match(/^@managed\/(.*)$/)?.[1];
      if (set) return { text: 'In the set', program: set, commit };
      return {
        text: 'By the provider',
        program: cause.provider ?? 'unknown',
        commit,
      };
    }
    case 'person':
      if (cause.actor && isEntityRef(cause.actor)) {
        return { text: 'By', personRef: cause.actor, commit };
      }
      return { text: 'By', program: cause.actor ?? 'somebody', commit };
    default:
      return { text: 'By the platform', commit };
  }
}
