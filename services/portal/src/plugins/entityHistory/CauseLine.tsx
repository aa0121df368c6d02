import type { Cause } from '../../api/entityHistory';
import { EntityChip } from '../../ui/EntityChip';
import { causeWords } from './causeWords';

/** Who or what changed something, with the commit where it is known. */
export function CauseLine({ cause }: { cause: Cause }) {
  const words = causeWords(cause);
  return (
    <span className="history-cause">
      <span>{words.text}</span>
      {words.personRef && <EntityChip entityRef={words.personRef} />}
      {words.program && <span className="pro-mono">{words.program}</span>}
      {words.commit && (
        <span>
          at commit{' '}
          <code className="pro-mono" title={cause.commit}>
            {words.commit}
          </code>
        </span>
      )}
    </span>
  );
}
