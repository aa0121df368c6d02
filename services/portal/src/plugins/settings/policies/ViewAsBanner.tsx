import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { policiesApiRef } from '../../../api/policies';
import { useMe } from '../useMe';
import './policies.css';

/** Says, on every page, that an administrator looks at the portal as somebody else. */
export function ViewAsBanner() {
  const api = useApi(policiesApiRef);
  const me = useMe();
  const [failed, setFailed] = useState(false);
  if (!me?.viewedBy) return null;
  const end = async () => {
    try {
      await api.endViewAs();
      location.assign('/settings/members');
    } catch {
      setFailed(true);
    }
  };
  return (
    <div className="view-as" role="status">
      <span>
        You see the portal as <strong>{me.name}</strong> and can change nothing.
        {failed && ' Going back failed: try again.'}
      </span>
      <Button size="small" variant="secondary" onPress={() => void end()}>
        Back to my own view
      </Button>
    </div>
  );
}
