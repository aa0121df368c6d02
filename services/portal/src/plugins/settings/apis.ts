import {
  ApiBlueprint,
  fetchApiRef,
  type ApiRef,
} from '@backstage/frontend-plugin-api';
import { LocationsClient, locationsApiRef } from '../../api/locations';
import { PluginHostClient, pluginHostApiRef } from '../../api/pluginHost';
import type { Fetch } from '../../api/request';
import { TenantAdminClient, tenantAdminApiRef } from '../../api/tenantAdmin';

function clientApi<T>(
  name: string,
  api: ApiRef<T>,
  Client: new (fetch: Fetch) => T & object,
) {
  return ApiBlueprint.make({
    name,
    params: define =>
      define({
        api,
        deps: { fetchApi: fetchApiRef },
        factory: ({ fetchApi }) =>
          new Client((url, init) => fetchApi.fetch(url, init)),
      }),
  });
}

/** The clients of our own APIs; each sends the person's token through the stock fetch API. */
export const clientApis = [
  clientApi('tenant-admin', tenantAdminApiRef, TenantAdminClient),
  clientApi('plugin-host', pluginHostApiRef, PluginHostClient),
  clientApi('locations', locationsApiRef, LocationsClient),
];
