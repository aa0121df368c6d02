import { useCallback, useEffect, useRef, useState } from 'react';
import { asFailure, type ApiFailure } from '../api/failure';

export type Load<T> =
  | { state: 'loading' }
  | { state: 'failed'; failure: ApiFailure }
  | { state: 'ready'; value: T };

export interface Loading<T> {
  load: Load<T>;
  /** Loads again; what is shown stays until the answer is here. */
  reload: () => void;
  /** Puts in a value that is already known, for instance the answer to a change. */
  set: (value: T) => void;
}

/**
 * Loads something when the component appears and whenever `key` changes. With `pollMs`, loads again that long after
 * each answer; a failure of such a later load keeps what was shown.
 */
export function useLoad<T>(
  loader: () => Promise<T>,
  key = '',
  pollMs?: (value: T) => number | undefined,
): Loading<T> {
  const [load, setLoad] = useState<Load<T>>({ state: 'loading' });
  const [turn, setTurn] = useState(0);
  const latest = useRef({ loader, pollMs });
  latest.current = { loader, pollMs };
  const shownKey = useRef(key);

  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait: number | undefined;
    if (shownKey.current !== key) {
      shownKey.current = key;
      setLoad({ state: 'loading' });
    }
    const run = () => {
      latest.current.loader().then(
        value => {
          if (!current) return;
          setLoad({ state: 'ready', value });
          wait = latest.current.pollMs?.(value);
          if (wait !== undefined) timer = setTimeout(run, wait);
        },
        (thrown: unknown) => {
          if (!current) return;
          const failure = asFailure(thrown);
          // Nobody answered this time; what is shown is still watched.
          if (failure.status === 0 && wait !== undefined) {
            timer = setTimeout(run, wait);
          }
          setLoad(before =>
            before.state === 'ready' && failure.status === 0
              ? before
              : { state: 'failed', failure },
          );
        },
      );
    };
    run();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key, turn]);

  const reload = useCallback(() => setTurn(n => n + 1), []);
  const set = useCallback((value: T) => setLoad({ state: 'ready', value }), []);
  return { load, reload, set };
}
