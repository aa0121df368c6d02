import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  AboutInstalled,
  AvailableList,
  AvailablePackage,
  Egress,
  InstalledList,
  InstalledPlugin,
  Isolation,
  JsonObject,
  LogLine,
  Logs,
  PluginAbout,
  PluginConfigSchema,
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

  /** Replaces a plugin's configuration; `unchecked` saves it whatever the schemas say. */
  setConfig(
    pluginId: string,
    config: JsonObject,
    unchecked = false,
  ): Promise<InstalledPlugin> {
    return requestJson(this.#fetch, `${this.#url(pluginId)}/config`, {
      method: 'PUT',
      body: { config, unchecked },
    });
  }

  /** What can be configured. */
  getConfigSchema(pluginId: string): Promise<PluginConfigSchema> {
    return requestJson(this.#fetch, `${this.#url(pluginId)}/config-schema`);
  }

  /** What the plugin's packages say about themselves. */
  async getAbout(pluginId: string): Promise<AboutInstalled[]> {
    const url = `${this.#url(pluginId)}/about`;
    return (await requestJson<PluginAbout>(this.#fetch, url)).packages;
  }

  /** The packages that may be installed. */
  async listAvailable(): Promise<AvailablePackage[]> {
    const url = 'plugin://plugins/v1/available';
    return (await requestJson<AvailableList>(this.#fetch, url)).items;
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

  /** The hosts that a plugin's back end may reach. */
  async getEgress(pluginId: string): Promise<string[]> {
    const url = `${this.#url(pluginId)}/egress`;
    return (await requestJson<Egress>(this.#fetch, url)).hosts;
  }

  /** Replaces them and returns them in their normal form. */
  async setEgress(pluginId: string, hosts: string[]): Promise<string[]> {
    const url = `${this.#url(pluginId)}/egress`;
    const set = { method: 'PUT', body: { hosts } } as const;
    return (await requestJson<Egress>(this.#fetch, url, set)).hosts;
  }

  /** How far workers are separated from the machine. */
  getIsolation(): Promise<Isolation> {
    return requestJson(this.#fetch, 'plugin://plugins/v1/isolation');
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
