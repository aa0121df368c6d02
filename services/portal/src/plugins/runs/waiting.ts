import { useApi } from '@backstage/frontend-plugin-api';
import { useEffect } from 'react';
import { scaffolderRunsApiRef } from '../../api/scaffolderRuns';
import { useLoad } from '../../ui/useLoad';
import { useMay } from '../settings/useMe';

/** Where the approvals are listed. */
export const approvalsPath = '/create/approvals';

const pollMs = 60_000;
const decided = 'proscenium:gate-decided';

/** Tells the menu that fewer approvals wait. */
export function tellDecided(): void {
  window.dispatchEvent(new Event(decided));
}

/** How many approvals the person can decide: "3", "25+", nothing for none; undefined for those who decide nothing. */
export function useWaitingCount(): string | undefined {
  const runs = useApi(scaffolderRunsApiRef);
  const may = useMay('scaffolder.gate.decide');
  const { load, reload } = useLoad(
    async () => (may ? runs.waitingForMe() : undefined),
    String(may),
    () => (may ? pollMs : undefined),
  );
  useEffect(() => {
    window.addEventListener(decided, reload);
    return () => window.removeEventListener(decided, reload);
  }, [reload]);
  if (!may) return undefined;
  if (load.state !== 'ready' || !load.value) return '';
  const { items, nextCursor } = load.value;
  const count = items.filter(gate => gate.canDecide).length;
  return count === 0 ? '' : `${count}${nextCursor ? '+' : ''}`;
}
