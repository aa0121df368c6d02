import { Button, ButtonLink } from '@backstage/ui';
import type { ReactNode } from 'react';
import type { ApiFailure } from '../api/failure';
import type { Load } from './useLoad';
import './ui.css';

/** Grey bars where a list will be; they show only when loading takes longer than a blink. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  return (
    <div className="pro-skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} />
      ))}
    </div>
  );
}

export interface EmptyStateProps {
  title: string;
  children: ReactNode;
  action?: { label: string; href: string };
}

/** What would be here, why it is not, and the one button that fills it. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <div className="pro-state">
      <h3>{title}</h3>
      <p>{children}</p>
      {action && (
        <ButtonLink href={action.href} variant="secondary">
          {action.label}
        </ButtonLink>
      )}
    </div>
  );
}

export interface FailureStateProps {
  failure: ApiFailure;
  onRetry?: () => void;
}

/** What happened and what to do; a refusal says who can help. */
export function FailureState({ failure, onRetry }: FailureStateProps) {
  if (failure.status === 403) {
    return (
      <div className="pro-state">
        <h3>You may not see this</h3>
        <p>
          {failure.message} An administrator of your organisation can give you
          the role for it.
        </p>
      </div>
    );
  }
  return (
    <div className="pro-state" role="alert">
      <h3>This could not be loaded</h3>
      <p>{failure.message}</p>
      {failure.requestId && !failure.message.includes(failure.requestId) && (
        <p className="pro-quiet">
          Log id <code>{failure.requestId}</code>
        </p>
      )}
      {onRetry && failure.status !== 404 && (
        <Button variant="secondary" onPress={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export interface LoadedProps<T> {
  load: Load<T>;
  onRetry?: () => void;
  rows?: number;
  children: (value: T) => ReactNode;
}

/** Shows a load in each of its states. */
export function Loaded<T>({ load, onRetry, rows, children }: LoadedProps<T>) {
  if (load.state === 'loading') return <Skeleton rows={rows} />;
  if (load.state === 'failed') {
    return <FailureState failure={load.failure} onRetry={onRetry} />;
  }
  return <>{children(load.value)}</>;
}
