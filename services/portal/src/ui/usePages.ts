import { useState } from 'react';
import { asFailure } from '../api/failure';
import { useLoad, type Load } from './useLoad';

export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

export interface Pages<T> {
  load: Load<Page<T>>;
  reload: () => void;
  /** Appends the next page; undefined when there is none. */
  more?: () => void;
  busy: boolean;
  /** Why the next page did not come. */
  problem?: string;
}

/** A list that comes in pages; `key` as for `useLoad`. */
export function usePages<T>(
  loader: (cursor?: string) => Promise<Page<T>>,
  key = '',
): Pages<T> {
  const { load, reload, set } = useLoad(() => loader(), key);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const cursor = load.state === 'ready' ? load.value.nextCursor : undefined;

  const append = async (shown: Page<T>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const next = await loader(shown.nextCursor);
      set({ ...next, items: [...shown.items, ...next.items] });
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return {
    load,
    reload,
    busy,
    problem,
    more:
      load.state === 'ready' && cursor
        ? () => void append(load.value)
        : undefined,
  };
}
