import { useEffect, useState } from 'react';
import { requestJson, type Fetch } from '../api/request';
import type { SlugAvailability } from '../api/types';

const settleMs = 300;

export type SlugCheck =
  | { state: 'empty' }
  | { state: 'checking' }
  | { state: 'available' }
  | { state: 'taken'; reason: string }
  /** The check itself failed; signing up decides. */
  | { state: 'unknown' };

export function askAvailability(
  fetch: Fetch,
  slug: string,
  signal?: AbortSignal,
): Promise<SlugAvailability> {
  const query = new URLSearchParams({ slug }).toString();
  const url = `/api/tenant-admin/v1/slug-availability?${query}`;
  return requestJson<SlugAvailability>(fetch, url, { signal });
}

/** Whether an address is free, asked a moment after the last key stroke. */
export function useSlugAvailability(slug: string): SlugCheck {
  const [check, setCheck] = useState<{ slug: string; result: SlugCheck }>();

  useEffect(() => {
    if (!slug) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      askAvailability(fetch.bind(window), slug, abort.signal).then(
        answer => {
          const result: SlugCheck = answer.available
            ? { state: 'available' }
            : {
                state: 'taken',
                reason: answer.reason ?? 'This address is taken.',
              };
          setCheck({ slug, result });
        },
        () => {
          if (!abort.signal.aborted) {
            setCheck({ slug, result: { state: 'unknown' } });
          }
        },
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [slug]);

  if (!slug) return { state: 'empty' };
  return check?.slug === slug ? check.result : { state: 'checking' };
}
