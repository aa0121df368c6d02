import type { ReactNode } from 'react';
import { NoPermission } from '../../ui/NoPermission';
import { Loaded } from '../../ui/states';
import { useMeLoad } from './useMe';

export interface PermittedProps {
  permission: string;
  /** What the permission is for, after "You may not". */
  to: string;
  children: ReactNode;
}

/** Shows and asks for its content only for people who hold the permission; others learn who can give it. */
export function Permitted({ permission, to, children }: PermittedProps) {
  const { load, reload } = useMeLoad();
  return (
    <Loaded load={load} onRetry={reload} rows={4}>
      {me =>
        me.permissions.includes(permission) ? (
          children
        ) : (
          <NoPermission to={to} />
        )
      }
    </Loaded>
  );
}
