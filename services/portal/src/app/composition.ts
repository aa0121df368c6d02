import {
  prepareSpecializedApp,
  type AppError,
  type PreparedSpecializedApp,
} from '@backstage/frontend-app-api';
import type {
  ConfigApi,
  FrontendFeature,
} from '@backstage/frontend-plugin-api';
import { recordOutcome } from '../remotes/outcomes';
import type { RemoteFeature } from '../remotes/loadRemotes';

/** Problems that leave the app whole: something was ignored. */
const harmless = new Set<AppError['code']>([
  'EXTENSION_IGNORED',
  'INVALID_EXTENSION_CONFIG_KEY',
  'EXTENSION_INPUT_DATA_IGNORED',
  'EXTENSION_INPUT_INTERNAL_IGNORED',
  'EXTENSION_OUTPUT_IGNORED',
  'EXTENSION_BOOTSTRAP_PREDICATE_IGNORED',
  'EXTENSION_BOOTSTRAP_API_UNAVAILABLE',
  'FEATURE_FLAG_INVALID',
]);

export interface Composition {
  app: PreparedSpecializedApp;
  remotes: readonly RemoteFeature[];
}

export interface CompositionOptions {
  config: ConfigApi;
  own: FrontendFeature[];
  bindRoutes: NonNullable<
    Parameters<typeof prepareSpecializedApp>[0]
  >['bindRoutes'];
}

/** Says on the plugin's settings page why it is missing. */
export function leaveOut(
  remotes: readonly RemoteFeature[],
  message: string,
): void {
  for (const { plugin, expose } of remotes) {
    recordOutcome({ pluginId: plugin.pluginId, expose, ok: false, message });
  }
}

function prepare(
  options: CompositionOptions,
  remotes: readonly RemoteFeature[],
): PreparedSpecializedApp {
  return prepareSpecializedApp({
    config: options.config,
    features: [...options.own, ...remotes.map(({ feature }) => feature)],
    bindRoutes: options.bindRoutes,
  });
}

/** Puts the app together; remotes with which that fails are left out. */
export function compose(
  options: CompositionOptions,
  remotes: readonly RemoteFeature[],
): Composition {
  try {
    return { app: prepare(options, remotes), remotes };
  } catch (error) {
    if (remotes.length === 0) throw error;
    const bearable = remotes.filter(remote => {
      try {
        prepare(options, [remote]);
        return true;
      } catch (reason) {
        leaveOut([remote], String(reason));
        return false;
      }
    });
    if (bearable.length < remotes.length) return compose(options, bearable);
    leaveOut(remotes, `These plugins do not go together: ${String(error)}`);
    return compose(options, []);
  }
}

function pluginIdOf(feature: FrontendFeature): string | undefined {
  const { pluginId, id } = feature as { pluginId?: string; id?: string };
  return pluginId ?? id;
}

function blamed(error: AppError): string | undefined {
  const context = error.context as {
    plugin?: { pluginId: string };
    node?: { spec: { plugin: { pluginId: string } } };
  };
  return context.plugin?.pluginId ?? context.node?.spec.plugin.pluginId;
}

/**
 * Which remotes stay, given what went wrong when the app was finished: those of the plugins that are to blame go.
 * Undefined when nothing has to change.
 */
export function withoutCulprits(
  remotes: readonly RemoteFeature[],
  errors: readonly AppError[],
): readonly RemoteFeature[] | undefined {
  const serious = errors.filter(error => !harmless.has(error.code));
  if (serious.length === 0 || remotes.length === 0) return undefined;
  const guilty = new Map(serious.map(error => [blamed(error), error.message]));
  const culprits = remotes.filter(({ feature }) =>
    guilty.has(pluginIdOf(feature)),
  );
  for (const culprit of culprits) {
    leaveOut([culprit], guilty.get(pluginIdOf(culprit.feature)) ?? '');
  }
  if (culprits.length === 0) return undefined;
  return remotes.filter(remote => !culprits.includes(remote));
}
