import type { CreateAppRouteBinder } from '@backstage/frontend-app-api';
import type { FrontendFeature } from '@backstage/frontend-plugin-api';
import appPlugin from '@backstage/plugin-app';
import apiDocsPlugin from '@backstage/plugin-api-docs/alpha';
import catalogGraphPlugin from '@backstage/plugin-catalog-graph/alpha';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import orgPlugin from '@backstage/plugin-org/alpha';
import searchPlugin from '@backstage/plugin-search/alpha';
import { entityHistoryPlugin } from '../plugins/entityHistory';
import { entitySourcePlugin } from '../plugins/entitySource';
import { homePlugin } from '../plugins/home';
import { managedEntitiesPlugin } from '../plugins/managedEntities';
import { onboardingPlugin } from '../plugins/onboarding';
import { runsPlugin } from '../plugins/runs';
import { settingsPlugin } from '../plugins/settings';
import type { PortalConfig } from '../portalConfig';
import { makeAppModule } from './appModule';
import { userSettingsPlugin } from './userSettings';

/** Everything in the portal that is not a remote: stock plugins and ours. */
export function ownFeatures(portal: PortalConfig): FrontendFeature[] {
  return [
    appPlugin,
    catalogPlugin,
    catalogGraphPlugin,
    apiDocsPlugin,
    orgPlugin,
    runsPlugin,
    searchPlugin,
    userSettingsPlugin,
    homePlugin,
    onboardingPlugin,
    settingsPlugin,
    entityHistoryPlugin,
    entitySourcePlugin,
    managedEntitiesPlugin,
    makeAppModule(portal),
  ];
}

/** Leads the "Register" buttons of the stock pages to our page. */
export function bindRoutes({ bind }: { bind: CreateAppRouteBinder }): void {
  bind(runsPlugin.externalRoutes, {
    registerComponent: settingsPlugin.routes.register,
  });
  bind(apiDocsPlugin.externalRoutes, {
    registerApi: settingsPlugin.routes.register,
  });
}
