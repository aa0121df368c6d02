import '@backstage/ui/css/styles.css';
import '../styles/backstage.css';
import { ConfigReader, type AppConfig } from '@backstage/config';
import { errorApiRef } from '@backstage/frontend-plugin-api';
import ReactDOM from 'react-dom/client';
import { injectedConfigs, type PortalConfig } from '../portalConfig';
import {
  loadRemotes,
  type LoadedRemotes,
  type RemoteFeature,
} from '../remotes/loadRemotes';
import { reportBrokenRemotes, reportThrown } from '../remotes/beacon';
import { recordOutcome } from '../remotes/outcomes';
import { pagesOf } from '../remotes/pages';
import { bindRoutes, ownFeatures } from './features';
import { keepPortalTitle } from './pageTitle';
import { PortalRoot } from './PortalRoot';

async function load(portal: PortalConfig): Promise<LoadedRemotes> {
  const { federation } = await import(
    /* webpackChunkName: "federation" */ '../remotes/federation'
  );
  return loadRemotes(portal.plugins, federation(portal.plugins));
}

/** The features of the installed plugins; what cannot be loaded is noted for the plugin settings. */
async function remoteFeatures(portal: PortalConfig): Promise<RemoteFeature[]> {
  if (portal.plugins.length === 0) return [];
  reportBrokenRemotes(portal.plugins);
  try {
    const { features, failures } = await load(portal);
    for (const { plugin, expose } of features) {
      recordOutcome({ pluginId: plugin.pluginId, expose, ok: true });
    }
    for (const { plugin, expose, message } of failures) {
      recordOutcome({ pluginId: plugin.pluginId, expose, ok: false, message });
    }
    return features;
  } catch (error) {
    for (const { pluginId, modules } of portal.plugins) {
      for (const { expose } of modules) {
        const message = String(error);
        recordOutcome({ pluginId, expose, ok: false, message });
      }
    }
    return [];
  }
}

/** Starts the Backstage app of one organisation. */
export async function renderTenant(
  element: HTMLElement,
  portal: PortalConfig,
): Promise<void> {
  keepPortalTitle(document, portal.title);
  const remotes = await remoteFeatures(portal);
  const config = ConfigReader.fromConfigs(
    injectedConfigs(document) as AppConfig[],
  );
  const options = { config, own: ownFeatures(portal), bindRoutes };
  ReactDOM.createRoot(element).render(
    <PortalRoot
      options={options}
      remotes={remotes}
      onFinished={(app, shown) => {
        app.apis
          .get(errorApiRef)
          ?.error$()
          .subscribe(({ error }) => reportThrown(error));
        if (portal.rendering) {
          window.prosceniumPages = entities =>
            pagesOf(app.tree, shown, entities);
        }
      }}
    />,
  );
}
