import { useApi } from '@backstage/frontend-plugin-api';
import { tenantAdminApiRef } from '../../api/tenantAdmin';
import type { Me } from '../../api/types';
import { useLoad, type Loading } from '../../ui/useLoad';

let known: Promise<Me> | undefined;

/** Who is looking, asked once. */
export function useMeLoad(): Loading<Me> {
  const admin = useApi(tenantAdminApiRef);
  return useLoad(() => {
    known ??= admin.getMe().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  });
}

/** Who is looking; undefined while it is not known. */
export function useMe(): Me | undefined {
  const { load } = useMeLoad();
  return load.state === 'ready' ? load.value : undefined;
}

/** Whether the person holds a permission; undefined while it is not known. */
export function useMay(permission: string): boolean | undefined {
  return useMe()?.permissions.includes(permission);
}
