/**
 * Loads the features of a worker's plugins, starts them, and says honestly whether they started: the verdict is the
 * framework's own result for each plugin and module, not the fact that `start()` came back.
 */
import type { BackendFeature } from '@backstage/backend-plugin-api';
import type { FrameworkLayer } from './framework/layers.ts';
import { bundleRequire } from './framework/layers.ts';
import { serviceFactories, type Platform } from './framework/factories.ts';
import { connectProviders } from './extensions/catalog.ts';
import { hostFeatures } from './extensions/hosts.ts';
import { scheduleCollators } from './extensions/search.ts';
import type { Boot, PluginBoot } from './protocol/boot.ts';
import type { FatalLine } from './protocol/lines.ts';

type AppApi = typeof import('@backstage/backend-app-api');
type Result = Awaited<
  ReturnType<ReturnType<AppApi['createSpecializedBackend']>['start']>
>['result'];
type Failures = FatalLine['failures'];

/** The worker cannot become ready. */
export class StartError extends Error {
  override name = 'StartError';
  readonly reason: 'load' | 'start';
  readonly failures: Failures;

  constructor(
    reason: 'load' | 'start',
    message: string,
    failures: Failures,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.reason = reason;
    this.failures = failures;
  }
}

/** A started backend. */
export interface RunningBackend {
  stop(): Promise<void>;
  timings: { loadMs: number; startMs: number };
}

/** Loads and starts everything in the boot document, or throws a `StartError`. */
export async function startBackend(
  boot: Boot,
  framework: FrameworkLayer,
  platform: Platform,
): Promise<RunningBackend> {
  const began = performance.now();
  const app = framework.load<AppApi>('@backstage/backend-app-api');
  const backend = app.createSpecializedBackend({
    defaultServiceFactories: serviceFactories(boot, framework, platform),
  });
  const features = boot.plugins.flatMap(loadFeatures);
  const hosts = hostsOf(framework, platform, features);
  for (const feature of [...hosts, ...features]) backend.add(feature);
  const loaded = performance.now();

  const keepSignals = guardSignals();
  let result: Result | undefined;
  try {
    // Versions before 1.3 answered nothing; they are not drivable, but the types of a bundle are not ours to trust.
    const answer = (await backend.start()) as { result?: Result } | undefined;
    result = answer?.result;
  } catch (error) {
    throw startError(error);
  } finally {
    keepSignals();
  }
  const failures = result ? failuresOf(result) : [];
  if (failures.length > 0) throw failed(failures);
  try {
    await connectProviders(platform.extensions, platform.api);
    await scheduleCollators(platform.extensions, platform.api);
  } catch (error) {
    throw new StartError('start', text(error), [], error);
  }
  return {
    stop: () => backend.stop(),
    timings: {
      loadMs: Math.round(loaded - began),
      startMs: Math.round(performance.now() - loaded),
    },
  };
}

function hostsOf(
  framework: FrameworkLayer,
  platform: Platform,
  features: BackendFeature[],
): BackendFeature[] {
  try {
    return hostFeatures(framework, platform.extensions, features);
  } catch (error) {
    throw new StartError('load', text(error), [], error);
  }
}

function loadFeatures(plugin: PluginBoot): BackendFeature[] {
  const require = bundleRequire(plugin.bundle);
  return plugin.features.map(specifier => {
    let exported: unknown;
    try {
      exported = require(specifier);
    } catch (error) {
      throw loadError(plugin, `${specifier} cannot be loaded`, error);
    }
    const feature = defaultExport(exported);
    if (!isFeature(feature)) {
      throw loadError(
        plugin,
        `the default export of ${specifier} is not a back-end feature`,
      );
    }
    return feature;
  });
}

/** A CommonJS copy of an ES module nests its default export once more. */
function defaultExport(exported: unknown): unknown {
  let value = exported;
  for (let depth = 0; depth < 2; depth += 1) {
    if (typeof value === 'object' && value !== null && 'default' in value) {
      value = value.default;
    }
  }
  return value;
}

function isFeature(value: unknown): value is BackendFeature {
  // Features made with older framework versions are functions that carry the same tag.
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    '$$type' in value &&
    value.$$type === '@backstage/BackendFeature'
  );
}

/**
 * The framework installs handlers that exit the process on SIGTERM without waiting for requests. Draining is the
 * worker's business, so whatever was added during start is removed again.
 */
function guardSignals(): () => void {
  const events = ['SIGTERM', 'SIGINT', 'beforeExit'] as const;
  const emitter: NodeJS.EventEmitter = process;
  const before = new Map(events.map(e => [e, new Set(emitter.listeners(e))]));
  return () => {
    for (const event of events) {
      for (const listener of emitter.listeners(event)) {
        if (before.get(event)?.has(listener)) continue;
        emitter.off(event, listener as () => void);
      }
    }
  };
}

function failuresOf(result: Result): Failures {
  return result.plugins.flatMap(plugin => [
    ...(plugin.failure
      ? [{ plugin: plugin.pluginId, message: text(plugin.failure.error) }]
      : []),
    ...plugin.modules.flatMap(module =>
      module.failure
        ? [
            {
              plugin: plugin.pluginId,
              module: module.moduleId,
              message: text(module.failure.error),
            },
          ]
        : [],
    ),
  ]);
}

/** The framework's own start error carries the result of each plugin; anything else failed as a whole. */
function startError(error: unknown): StartError {
  if (error instanceof Error && 'result' in error) {
    const failures = failuresOf(error.result as Result);
    if (failures.length > 0) return failed(failures, error);
  }
  return new StartError('start', text(error), [], error);
}

function failed(failures: Failures, cause?: unknown): StartError {
  const names = failures.map(f =>
    f.module ? `${f.plugin} (module ${f.module})` : f.plugin,
  );
  const first = failures[0]?.message ?? '';
  return new StartError(
    'start',
    `${names.join(', ')} failed to start: ${first}`,
    failures,
    cause,
  );
}

function loadError(
  plugin: PluginBoot,
  message: string,
  cause?: unknown,
): StartError {
  const full =
    cause === undefined ? message : `${message}: ${firstLine(text(cause))}`;
  return new StartError(
    'load',
    full,
    [{ plugin: plugin.id, message: full }],
    cause,
  );
}

function text(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : String(error);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
