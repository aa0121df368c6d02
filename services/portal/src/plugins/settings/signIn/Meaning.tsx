import type { ReactNode } from 'react';
import type { Role } from '../../../api/types';
import { Status } from '../../../ui/Status';
import { roleLabel } from '../roles';

export interface MeaningProps {
  role?: Role | null;
  groups: readonly string[];
  entity: ReactNode;
  claims: unknown;
}

/** What somebody would be here, and what the provider said to make it so. */
export function Meaning({ role, groups, entity, claims }: MeaningProps) {
  return (
    <div className="signin-meaning">
      <dl>
        <dt>Role</dt>
        <dd>
          {role ? (
            roleLabel(role)
          ) : (
            <Status tone="warning">None: they do not get in</Status>
          )}
        </dd>
        <dt>Groups</dt>
        <dd className="pro-any-break">
          {groups.length > 0 ? groups.join(', ') : 'None from the provider'}
        </dd>
        <dt>User</dt>
        <dd className="pro-any-break">{entity}</dd>
      </dl>
      <details>
        <summary>What the provider says</summary>
        <pre className="pro-mono">{JSON.stringify(claims, null, 2)}</pre>
      </details>
    </div>
  );
}
