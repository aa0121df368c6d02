import { useSyncExternalStore } from 'react';

/** How loading one front-end module of an installed plugin went. */
export interface RemoteOutcome {
  pluginId: string;
  expose: string;
  ok: boolean;
  /** Why not, when `ok` is false. */
  message?: string;
}

let outcomes: readonly RemoteOutcome[] = [];
const listeners = new Set<() => void>();

/** Notes an outcome; a later one for the same module replaces it. */
export function recordOutcome(outcome: RemoteOutcome): void {
  const others = outcomes.filter(
    known =>
      known.pluginId !== outcome.pluginId || known.expose !== outcome.expose,
  );
  outcomes = [...others, outcome];
  listeners.forEach(listener => listener());
}

export function remoteOutcomes(): readonly RemoteOutcome[] {
  return outcomes;
}

/** Calls the listener after each outcome. */
export function subscribeOutcomes(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The outcomes of this page load, for the plugin settings. */
export function useRemoteOutcomes(): readonly RemoteOutcome[] {
  return useSyncExternalStore(subscribeOutcomes, remoteOutcomes);
}
