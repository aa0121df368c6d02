import { ErrorPanel } from '@backstage/core-components';
import type { ErrorDisplayProps } from '@backstage/frontend-plugin-api';
import Button from '@material-ui/core/Button';
import { useEffect } from 'react';
import { reportThrown } from '../remotes/beacon';

/** Stands in the place of an extension that threw, as the stock app shows it, and tells the platform. */
export function BrokenExtension({
  plugin,
  error,
  resetError,
}: ErrorDisplayProps) {
  useEffect(() => reportThrown(error), [error]);
  return (
    <ErrorPanel
      title={`Error in ${plugin?.pluginId ?? 'this portal'}`}
      error={error}
      defaultExpanded
    >
      <Button variant="outlined" onClick={resetError}>
        Retry
      </Button>
    </ErrorPanel>
  );
}
