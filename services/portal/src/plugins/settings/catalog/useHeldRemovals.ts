import { useApi } from '@backstage/frontend-plugin-api';
import { useEffect } from 'react';
import {
  removalsApiRef,
  type HeldRemoval,
  type RemovalsClient,
} from '../../../api/removals';
import { useLoad } from '../../../ui/useLoad';
import { useMay } from '../useMe';

const pollMs = 60_000;
const changed = 'proscenium-removals-changed';

/** Parts of one page that ask at the same time share an answer. */
const sharedMs = 2_000;
let shared: { at: number; answer: Promise<HeldRemoval[]> } | undefined;

function listOnce(removals: RemovalsClient): Promise<HeldRemoval[]> {
  const now = Date.now();
  if (!shared || now - shared.at > sharedMs) {
    shared = { at: now, answer: removals.list() };
  }
  return shared.answer;
}

/** Asks anew in every part of the page: something was decided, or a source was read. */
export function refreshHeldRemovals(): void {
  shared = undefined;
  window.dispatchEvent(new Event(changed));
}

/** The removals that wait for a decision, for whoever may decide; none while they are not known. */
export function useHeldRemovals(): HeldRemoval[] {
  const removals = useApi(removalsApiRef);
  const may = useMay('catalog.entity.delete') === true;
  const { load, reload } = useLoad(
    async () => (may ? listOnce(removals) : []),
    String(may),
    () => (may ? pollMs : undefined),
  );
  useEffect(() => {
    window.addEventListener(changed, reload);
    return () => window.removeEventListener(changed, reload);
  }, [reload]);
  return load.state === 'ready' ? load.value : [];
}
