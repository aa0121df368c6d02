/** Configuration: what the boot document says, with the few values that a worker must decide itself on top. */
import type { JsonObject, JsonValue } from '../protocol/boot.ts';

/**
 * Backstage's configuration tree for a worker.
 *
 * - `app.baseUrl` and `backend.baseUrl` are the tenant's origin unless the tenant set others.
 * - `backend.startup` is always "abort": with "continue" a plugin that failed to start would look ready.
 */
export function workerConfig(config: JsonObject, origin: string): JsonObject {
  const app = object(config['app']);
  const backend = object(config['backend']);
  return {
    ...config,
    app: { baseUrl: origin, ...app },
    backend: {
      baseUrl: origin,
      ...backend,
      startup: {
        default: {
          onPluginBootFailure: 'abort',
          onPluginModuleBootFailure: 'abort',
        },
      },
    },
  };
}

function object(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? value
    : {};
}
