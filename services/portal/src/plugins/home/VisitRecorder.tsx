import { storageApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useEffect } from 'react';
import { useLocation } from 'react-router-dom';
import { entityOfPath, withVisit, type Visit } from './recent';

const bucket = 'proscenium-home';
const key = 'visits';

export function useVisits(): Visit[] {
  const storage = useApi(storageApiRef);
  return storage.forBucket(bucket).snapshot<Visit[]>(key).value ?? [];
}

/** Remembers, in the browser alone, which entity pages were opened. Draws nothing. */
export function VisitRecorder() {
  const storage = useApi(storageApiRef);
  const { pathname } = useLocation();
  useEffect(() => {
    const entityRef = entityOfPath(pathname);
    if (!entityRef) return;
    const own = storage.forBucket(bucket);
    const before = own.snapshot<Visit[]>(key).value ?? [];
    void own.set(key, withVisit(before, entityRef));
  }, [pathname, storage]);
  return null;
}
