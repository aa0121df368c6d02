import { createApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { PortalConfig } from '../portalConfig';

/** What the gateway said about this portal, for components. */
export const portalApiRef = createApiRef<PortalConfig>().with({
  id: 'plugin.app.proscenium-portal',
  pluginId: 'app',
});

export function usePortal(): PortalConfig {
  return useApi(portalApiRef);
}
