/**
 * The services that plugins get: ours where the platform decides (config, logs, HTTP, tokens, discovery, database,
 * cache, schedule, events), the stock ones for the rest. `docs/hosting-plugins.md` lists each with its reason.
 */
import { ConfigReader } from '@backstage/config';
import type { ServiceFactory, ServiceRef } from '@backstage/backend-plugin-api';
import type { Handler } from 'express';
import { ExtensionRegistry } from '../extensions/registry.ts';
import { gatewayBaseUrl } from '../gatewayRoute.ts';
import { PlatformApi } from '../platformApi.ts';
import type { Boot } from '../protocol/boot.ts';
import { PlatformAuth, TokenStore } from '../services/auth.ts';
import { MemoryCache } from '../services/cache.ts';
import { workerConfig } from '../services/config.ts';
import { DatabasePools } from '../services/database.ts';
import { EventHub } from '../services/events.ts';
import { LineLogger } from '../services/logger.ts';
import { TaskRegister } from '../services/scheduler.ts';
import type { FrameworkLayer } from './layers.ts';
import { lazyStock } from './lazyStock.ts';

type PluginApi = typeof import('@backstage/backend-plugin-api');
type AlphaApi = typeof import('@backstage/backend-plugin-api/alpha');
type Ref = ServiceRef<unknown>;

/** What the worker keeps of the services it gave out. */
export interface Platform {
  tokens: TokenStore;
  tasks: TaskRegister;
  events: EventHub;
  databases: DatabasePools;
  logger: LineLogger;
  /** What modules added to plugins of the platform's own. */
  extensions: ExtensionRegistry;
  /** The way to the supervisor. */
  api: PlatformApi;
  /** Mount points that plugins asked for, in order. */
  mounts: { path: string; handler: Handler }[];
}

/** Makes the platform's side of the services for one boot document. */
export function createPlatform(boot: Boot): Platform {
  const logger = new LineLogger();
  const tokens = new TokenStore(boot.jwks);
  for (const plugin of boot.plugins) {
    tokens.setServiceToken(plugin.id, plugin.serviceToken);
  }
  const api = new PlatformApi(boot.platform);
  return {
    tokens,
    api,
    extensions: new ExtensionRegistry(),
    tasks: new TaskRegister(),
    events: new EventHub(logger, boot.platform === undefined ? undefined : api),
    databases: new DatabasePools(),
    logger,
    mounts: [],
  };
}

/**
 * The id under which the platform knows a plugin of this worker: a module of `scaffolder` runs as the plugin
 * `scaffolder`, with the token and database of the package that it came in.
 */
export function knownAs(boot: Boot, pluginId: string): string {
  const plugin =
    boot.plugins.find(p => p.id === pluginId) ??
    boot.plugins.find(p => p.extends === pluginId);
  return plugin?.id ?? pluginId;
}

/** All service factories of a worker. */
export function serviceFactories(
  boot: Boot,
  framework: FrameworkLayer,
  platform: Platform,
): ServiceFactory[] {
  const api = framework.load<PluginApi>('@backstage/backend-plugin-api');
  return [
    ...rootServices(api, boot, platform),
    ...pluginServices(api, boot, platform),
    ...stockServices(framework),
    ...lazyServices(api, framework),
    ...alphaServices(api, framework),
  ];
}

function rootServices(
  { coreServices, createServiceFactory }: PluginApi,
  boot: Boot,
  platform: Platform,
): ServiceFactory[] {
  const config = new ConfigReader(
    workerConfig(boot.config, boot.gateway.origin),
  );
  return [
    createServiceFactory({
      service: coreServices.rootConfig,
      deps: {},
      factory: () => config,
    }),
    createServiceFactory({
      service: coreServices.rootLogger,
      deps: {},
      factory: () => platform.logger,
    }),
    createServiceFactory({
      service: coreServices.rootHttpRouter,
      deps: {},
      factory: () => ({
        use(path: string, handler: Handler) {
          platform.mounts.push({ path, handler });
        },
      }),
    }),
  ];
}

function pluginServices(
  { coreServices, createServiceFactory, createServiceRef }: PluginApi,
  boot: Boot,
  platform: Platform,
): ServiceFactory[] {
  const plugin = coreServices.pluginMetadata;
  const grants = new Map(boot.plugins.map(p => [p.id, p.database]));
  const internal = gatewayBaseUrl(boot.gateway);
  // The events package costs 50 ms to load and its service is found by id.
  const events = createServiceRef<object>({
    id: 'events.service',
    scope: 'plugin',
  });
  return [
    createServiceFactory({
      service: coreServices.logger,
      deps: { plugin },
      factory: deps => platform.logger.child({ plugin: deps.plugin.getId() }),
    }),
    createServiceFactory({
      service: coreServices.auth,
      deps: { plugin },
      factory: deps =>
        new PlatformAuth(
          knownAs(boot, deps.plugin.getId()),
          boot.tenant,
          platform.tokens,
        ),
    }),
    createServiceFactory({
      service: coreServices.discovery,
      deps: {},
      factory: () => ({
        getBaseUrl: id => Promise.resolve(`${internal}/api/${id}`),
        getExternalBaseUrl: id =>
          Promise.resolve(`${boot.gateway.origin}/api/${id}`),
      }),
    }),
    createServiceFactory({
      service: coreServices.database,
      deps: { plugin },
      factory: deps => {
        const id = deps.plugin.getId();
        return platform.databases.forPlugin(id, grants.get(knownAs(boot, id)));
      },
    }),
    createServiceFactory({
      service: coreServices.cache,
      deps: {},
      factory: () => new MemoryCache(),
    }),
    createServiceFactory({
      service: coreServices.scheduler,
      deps: { plugin },
      factory: deps => platform.tasks.forPlugin(deps.plugin.getId()),
    }),
    createServiceFactory({
      service: events,
      deps: { plugin },
      factory: deps => platform.events.forPlugin(deps.plugin.getId()),
    }),
  ];
}

/** Stock services that are light, or that the framework insists on (it checks rootLifecycle's implementation). */
function stockServices(framework: FrameworkLayer): ServiceFactory[] {
  return [
    'httpAuth',
    'httpRouter',
    'lifecycle',
    'rootLifecycle',
    'rootHealth',
  ].map(name => stockFactory(framework, name, `${name}ServiceFactory`));
}

function lazyServices(
  { coreServices: core }: PluginApi,
  framework: FrameworkLayer,
): ServiceFactory[] {
  const wanted: [string, Ref, Ref[]][] = [
    [
      'permissions',
      core.permissions,
      [core.auth, core.rootConfig, core.discovery],
    ],
    ['urlReader', core.urlReader, [core.rootConfig, core.logger]],
    ['userInfo', core.userInfo, [core.discovery]],
    [
      'permissionsRegistry',
      core.permissionsRegistry,
      [
        core.auth,
        core.httpAuth,
        core.lifecycle,
        core.httpRouter,
        core.pluginMetadata,
      ],
    ],
    [
      'auditor',
      core.auditor,
      [
        core.rootConfig,
        core.logger,
        core.auth,
        core.httpAuth,
        core.pluginMetadata,
      ],
    ],
    [
      'rootSystemMetadata',
      core.rootSystemMetadata,
      [core.rootConfig, core.rootLogger, core.rootInstanceMetadata],
    ],
  ];
  // A framework that is older than one of these services has no ref for it and no plugin that asks for it.
  return wanted
    .filter(([, service]) => (service as Ref | undefined) !== undefined)
    .map(([name, service, available]) =>
      lazyStock(framework, service, available, () =>
        stockFactory(framework, name, `${name}ServiceFactory`),
      ),
    );
}

function alphaServices(
  { coreServices: core }: PluginApi,
  framework: FrameworkLayer,
): ServiceFactory[] {
  const alpha = framework.load<Partial<AlphaApi>>(
    '@backstage/backend-plugin-api/alpha',
  );
  const some: Ref[] = [
    core.rootConfig,
    core.pluginMetadata,
    core.logger,
    core.auth,
    core.httpAuth,
    core.discovery,
  ];
  const all: Ref[] = [
    ...some,
    core.httpRouter,
    core.permissions,
    core.permissionsRegistry,
  ];
  const wanted: [keyof AlphaApi & `${string}Ref`, string, Ref[]][] = [
    ['metricsServiceRef', 'metricsServiceFactory', some],
    ['tracingServiceRef', 'tracingServiceFactory', some],
    ['actionsServiceRef', 'actionsServiceFactory', some],
    ['actionsRegistryServiceRef', 'actionsRegistryServiceFactory', all],
  ];
  return wanted.flatMap(([ref, factory, available]) => {
    const service = alpha[ref] as Ref | undefined;
    const load = () => stockFactory(framework, 'alpha', factory);
    return service ? [lazyStock(framework, service, available, load)] : [];
  });
}

function stockFactory(
  framework: FrameworkLayer,
  entry: string,
  name: string,
): ServiceFactory {
  const exports = framework.load<Record<string, ServiceFactory>>(
    `@backstage/backend-defaults/${entry}`,
  );
  const factory = exports[name];
  if (!factory) {
    throw new Error(`@backstage/backend-defaults/${entry} has no ${name}`);
  }
  return factory;
}
