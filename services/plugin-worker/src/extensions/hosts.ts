/**
 * Stand-ins for the plugins that the platform implements itself (catalog, scaffolder, search, …). A module that was
 * written for one of them finds its extension points here; what it registers goes into the registry, and the platform
 * calls it through the control API. Extension points are found by their id, so the heavy `-node` packages are not
 * loaded to own them.
 *
 * An extension point that is in none of these lists makes the module fail to start, with its name. One that is ignored
 * is listed by `describe`: the module works, and that part of it has no effect.
 */
import type { BackendFeature } from '@backstage/backend-plugin-api';
import type { FrameworkLayer } from '../framework/layers.ts';
import type { JsonValue } from '../protocol/boot.ts';
import {
  type AutocompleteHandler,
  type CatalogProcessor,
  type Collator,
  type Decorator,
  type EntityProvider,
  ExtensionRegistry,
  type TemplateAction,
  type TemplateExtension,
  type TemplateFunction,
} from './registry.ts';

type PluginApi = typeof import('@backstage/backend-plugin-api');
type Points = Record<string, object>;

/** The parts of a feature's registrations that matter here. */
interface Registration {
  type: string;
  pluginId?: string;
}

/** Plugins that exist here only as hosts of modules. */
const HOSTS: Record<string, (registry: ExtensionRegistry) => Points> = {
  scaffolder,
  catalog,
  search,
  auth: registry => ({
    'auth.ownershipResolution': ignoring(registry, 'auth.ownershipResolution'),
  }),
  events: registry => ({
    'events.broker': ignoring(registry, 'events.broker'),
  }),
  permission: () => ({}),
};

/** Ids of the plugins that features register, and of those that they extend. */
export function pluginsOf(features: BackendFeature[]): {
  registered: Set<string>;
  extended: Set<string>;
} {
  const registered = new Set<string>();
  const extended = new Set<string>();
  for (const feature of features) {
    for (const { type, pluginId } of registrations(feature)) {
      if (pluginId === undefined) continue;
      if (type.startsWith('plugin')) registered.add(pluginId);
      if (type.startsWith('module')) extended.add(pluginId);
    }
  }
  return { registered, extended };
}

/**
 * Makes a host for each plugin that is extended and that none of the features is. The framework leaves out modules
 * whose plugin is missing without a word; here that is an error.
 */
export function hostFeatures(
  framework: FrameworkLayer,
  registry: ExtensionRegistry,
  features: BackendFeature[],
): BackendFeature[] {
  const { registered, extended } = pluginsOf(features);
  const missing = [...extended].filter(id => !registered.has(id));
  return missing.map(pluginId => {
    const points = HOSTS[pluginId];
    if (!points) {
      throw new Error(
        `it extends the plugin ${pluginId}, which is not in this worker`,
      );
    }
    registry.hosts.push(pluginId);
    return host(framework, pluginId, points(registry));
  });
}

function registrations(feature: BackendFeature): Registration[] {
  const internal = feature as { getRegistrations?(): Registration[] };
  return internal.getRegistrations?.() ?? [];
}

function host(
  framework: FrameworkLayer,
  pluginId: string,
  points: Points,
): BackendFeature {
  const api = framework.load<PluginApi>('@backstage/backend-plugin-api');
  return api.createBackendPlugin({
    pluginId,
    register(env) {
      for (const [id, implementation] of Object.entries(points)) {
        env.registerExtensionPoint(
          api.createExtensionPoint<object>({ id }),
          implementation,
        );
      }
      env.registerInit({ deps: {}, init: () => Promise.resolve() });
    },
  });
}

function scaffolder(registry: ExtensionRegistry): Points {
  return {
    'scaffolder.actions': {
      addActions(...actions: TemplateAction[]) {
        for (const action of actions.flat()) {
          registry.add(registry.actions, 'the action', action.id, action);
        }
      },
    },
    'scaffolder.templating': {
      addTemplateFilters(filters: unknown) {
        for (const filter of extensions(filters)) {
          registry.add(registry.filters, 'the filter', filter.id, filter);
        }
      },
      addTemplateGlobals(globals: unknown) {
        for (const global of extensions(globals)) {
          registry.add(registry.globals, 'the global', global.id, global);
        }
      },
    },
    'scaffolder.autocomplete': {
      addAutocompleteProvider(given: {
        id: string;
        handler: AutocompleteHandler;
      }) {
        registry.add(
          registry.autocomplete,
          'the provider',
          given.id,
          given.handler,
        );
      },
    },
    'scaffolder.taskBroker': ignoring(registry, 'scaffolder.taskBroker'),
    'scaffolder.workspace.provider': ignoring(
      registry,
      'scaffolder.workspace.provider',
    ),
  };
}

/** Filters and globals come as a record of functions and values, or as a list of described ones. */
function extensions(given: unknown): TemplateExtension[] {
  if (Array.isArray(given)) {
    return given.map(
      (one: {
        id: string;
        description?: string;
        filter?: TemplateFunction;
        fn?: TemplateFunction;
        value?: JsonValue;
      }) => ({
        id: one.id,
        ...(one.description !== undefined && { description: one.description }),
        ...extension(one.filter ?? one.fn ?? one.value ?? null),
      }),
    );
  }
  const record = given as Record<string, TemplateFunction | JsonValue>;
  return Object.entries(record).map(([id, value]) => ({
    id,
    ...extension(value),
  }));
}

function extension(
  value: TemplateFunction | JsonValue,
): Pick<TemplateExtension, 'run' | 'value'> {
  return typeof value === 'function' ? { run: value } : { value };
}

function catalog(registry: ExtensionRegistry): Points {
  return {
    'catalog.processing': {
      addProcessor(...processors: CatalogProcessor[]) {
        for (const one of processors.flat()) {
          registry.add(
            registry.processors,
            'the processor',
            one.getProcessorName(),
            one,
          );
          if (one.readLocation) {
            registry.ignored.add(
              `${one.getProcessorName()}.readLocation: locations are read by the platform`,
            );
          }
        }
      },
      addEntityProvider(...providers: EntityProvider[]) {
        for (const one of providers.flat()) {
          registry.add(
            registry.providers,
            'the provider',
            one.getProviderName(),
            one,
          );
        }
      },
      addPlaceholderResolver: ignored(
        registry,
        'catalog.processing.addPlaceholderResolver',
      ),
      setOnProcessingErrorHandler: ignored(
        registry,
        'catalog.processing.setOnProcessingErrorHandler',
      ),
    },
    'catalog.locations': ignoring(registry, 'catalog.locations'),
    'catalog.analysis': ignoring(registry, 'catalog.analysis'),
    'catalog.model': ignoring(registry, 'catalog.model'),
    // Before catalog-node 1.0 the processing point had this id for permission rules; rules cannot run in SQL.
    'catalog.permission': ignoring(registry, 'catalog.permission'),
  };
}

function search(registry: ExtensionRegistry): Points {
  return {
    'search.indexRegistry': {
      addCollator(collator: Omit<Collator, 'type'>) {
        registry.collators.push({ ...collator, type: collator.factory.type });
      },
      addDecorator({ factory }: { factory: Decorator }) {
        registry.decorators.push(factory);
      },
    },
    'search.searchEngine': ignoring(registry, 'search.searchEngine'),
    'search.engineRegistry': ignoring(registry, 'search.engineRegistry'),
  };
}

/** An extension point all of whose calls are noted and have no effect. */
function ignoring(registry: ExtensionRegistry, point: string): object {
  return new Proxy(
    {},
    {
      get: (_, method) =>
        // The framework may look whether it is a promise.
        typeof method === 'string' && method !== 'then'
          ? ignored(registry, `${point}.${method}`)
          : undefined,
    },
  );
}

function ignored(registry: ExtensionRegistry, call: string): () => void {
  return () => {
    registry.ignored.add(call);
  };
}
