import { Avatar } from '@backstage/ui';
import { Panel } from '../../../ui/Panel';
import { Status, type Tone } from '../../../ui/Status';
import { EmptyState } from '../../../ui/states';
import type { PolicyChange, PolicyReview } from '../../../api/policies';
import { direction } from './changes';
import { conditionWords } from './criteria';

const sides: Record<string, { tone: Tone; text: string }> = {
  allow: { tone: 'good', text: 'Allowed' },
  deny: { tone: 'bad', text: 'Denied' },
  conditional: { tone: 'warning', text: 'Under a condition' },
};

const directionWords = {
  gain: 'gains',
  loss: 'loses',
  change: 'has another condition',
};

/** So many are named without being asked for. */
const fewPeople = 5;

function Side({ side }: { side: PolicyChange['before'] }) {
  const { tone, text } = sides[side.decision] ?? {
    tone: 'quiet' as const,
    text: side.decision,
  };
  return (
    <div>
      <Status tone={tone}>{text}</Status>
      {side.condition && (
        <div className="pro-quiet pro-any-break">
          {conditionWords(side.condition)}
        </div>
      )}
    </div>
  );
}

function People({ change }: { change: PolicyChange }) {
  const more = change.count - change.members.length;
  return (
    <details open={change.count <= fewPeople}>
      <summary>
        {change.count === 1 ? '1 person' : `${change.count} people`}{' '}
        {directionWords[direction(change)]}
      </summary>
      <ul className="policies-people">
        {change.members.map(member => (
          <li
            key={member.userEntityRef}
            className="pro-chip"
            title={member.userEntityRef}
          >
            <Avatar
              src=""
              name={member.name}
              size="x-small"
              purpose="decoration"
            />
            {member.name}
          </li>
        ))}
        {more > 0 && <li className="pro-quiet">and {more} more</li>}
      </ul>
    </details>
  );
}

function Changes({ changes }: { changes: readonly PolicyChange[] }) {
  return (
    <div className="pro-table-scroll">
      <table className="pro-table">
        <thead>
          <tr>
            <th scope="col">Permission</th>
            <th scope="col">Now</th>
            <th scope="col">Then</th>
            <th scope="col">Who</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change, at) => (
            <tr key={at}>
              <td className="pro-mono pro-any-break">{change.permission}</td>
              <td>
                <Side side={change.before} />
              </td>
              <td>
                <Side side={change.after} />
              </td>
              <td>
                <People change={change} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rolesLine(review: PolicyReview): string {
  const parts = [
    ['Added', review.rolesAdded],
    ['Changed', review.rolesChanged],
    ['Removed', review.rolesRemoved],
  ] as const;
  const told = parts
    .filter(([, names]) => names.length > 0)
    .map(([word, names]) => `${word}: ${names.join(', ')}`);
  return told.join(' · ') || 'No role is different';
}

/** What would change: each permission that somebody gains or loses. */
export function ReviewView({ review }: { review: PolicyReview }) {
  return (
    <Panel
      title="Who gains and loses what"
      introduction={`${rolesLine(review)}. ${review.members} members were compared.`}
      flush
    >
      {review.changes.length === 0 ? (
        <EmptyState title="Nobody gains or loses anything">
          The decisions for all members stay as they are.
        </EmptyState>
      ) : (
        <Changes changes={review.changes} />
      )}
      {review.truncated && (
        <p className="pro-panel-body pro-quiet">
          There are more changes than are listed here.
        </p>
      )}
    </Panel>
  );
}
