import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  InstalledList,
  InstalledPlugin,
  JsonObject,
  LogLine,
  Logs,
} from './types';

const base = 'plugin://plugins/v1/installed';

/** The plugins that this organisation has installed. */
export class PluginHostClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async listInstalled(): Promise<InstalledPlugin[]> {
    const list = await requestJson<InstalledList>(this.#fetch, base);
    return list.items;
  }

  getInstalled(pluginId: string): Promise<InstalledPlugin> {
    return requestJson(this.#fetch, this.#url(pluginId));
  }

  install(packageName: string, version?: string): Promise<InstalledPlugin> {
    return requestJson(this.#fetch, base, {
      method: 'POST',
      body: { package: packageName, version },
    });
  }

  setConfig(pluginId: string, config: JsonObject): Promise<InstalledPlugin> {
    return requestJson(this.#fetch, `${this.#url(pluginId)}/config`, {
      method: 'PUT',
      body: { config },
    });
  }

  restart(pluginId: string): Promise<void> {
    return requestNothing(this.#fetch, `${this.#url(pluginId)}/restart`, {
      method: 'POST',
    });
  }

  remove(pluginId: string): Promise<void> {
    return requestNothing(this.#fetch, this.#url(pluginId), {
      method: 'DELETE',
    });
  }

  async readLog(pluginId: string): Promise<LogLine[]> {
    const log = await requestJson<Logs>(
      this.#fetch,
      `${this.#url(pluginId)}/logs`,
    );
    return log.lines;
  }

  #url(pluginId: string): string {
    return `${base}/${encodeURIComponent(pluginId)}`;
  }
}

export const pluginHostApiRef = createApiRef<PluginHostClient>().with({
  id: 'plugin.settings.plugin-host',
  pluginId: 'settings',
});
