import {
  ApiBlueprint,
  fetchApiRef,
  type ApiRef,
} from '@backstage/frontend-plugin-api';
import { AuditClient, auditApiRef } from '../../api/audit';
import {
  CatalogSettingsClient,
  catalogSettingsApiRef,
} from '../../api/catalogSettings';
import {
  EntityHistoryClient,
  entityHistoryApiRef,
} from '../../api/entityHistory';
import { EntitySourceClient, entitySourceApiRef } from '../../api/entitySource';
import { LocationsClient, locationsApiRef } from '../../api/locations';
import {
  ManagedEntitiesClient,
  managedEntitiesApiRef,
} from '../../api/managedEntities';
import { PluginHostClient, pluginHostApiRef } from '../../api/pluginHost';
import { PoliciesClient, policiesApiRef } from '../../api/policies';
import { ProvisioningClient, provisioningApiRef } from '../../api/provisioning';
import { RemovalsClient, removalsApiRef } from '../../api/removals';
import type { Fetch } from '../../api/request';
import {
  ScaffolderRunsClient,
  scaffolderRunsApiRef,
} from '../../api/scaffolderRuns';
import { SecretsClient, secretsApiRef } from '../../api/secrets';
import { SessionsClient, sessionsApiRef } from '../../api/sessions';
import {
  SignInSettingsClient,
  signInSettingsApiRef,
} from '../../api/signInSettings';
import { SourceHostsClient, sourceHostsApiRef } from '../../api/sourceHosts';
import {
  TemplateEditorClient,
  templateEditorApiRef,
} from '../../api/templateEditor';
import { TenantAdminClient, tenantAdminApiRef } from '../../api/tenantAdmin';
import { TokensClient, tokensApiRef } from '../../api/tokens';
import { UploadsClient, uploadsApiRef } from '../../api/uploads';

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
  clientApi('uploads', uploadsApiRef, UploadsClient),
  clientApi('locations', locationsApiRef, LocationsClient),
  clientApi('entity-history', entityHistoryApiRef, EntityHistoryClient),
  clientApi('entity-source', entitySourceApiRef, EntitySourceClient),
  clientApi('managed-entities', managedEntitiesApiRef, ManagedEntitiesClient),
  clientApi('removals', removalsApiRef, RemovalsClient),
  clientApi('catalog-settings', catalogSettingsApiRef, CatalogSettingsClient),
  clientApi('policies', policiesApiRef, PoliciesClient),
  clientApi('source-hosts', sourceHostsApiRef, SourceHostsClient),
  clientApi('secrets', secretsApiRef, SecretsClient),
  clientApi('tokens', tokensApiRef, TokensClient),
  clientApi('audit', auditApiRef, AuditClient),
  clientApi('provisioning', provisioningApiRef, ProvisioningClient),
  clientApi('sign-in-settings', signInSettingsApiRef, SignInSettingsClient),
  clientApi('sessions', sessionsApiRef, SessionsClient),
  clientApi('scaffolder-runs', scaffolderRunsApiRef, ScaffolderRunsClient),
  clientApi('template-editor', templateEditorApiRef, TemplateEditorClient),
];
