/**
 * Names and limits of the worker protocol. The Rust side (`shared/plugin-protocol`) holds the same values;
 * `golden/limits.json` there is checked by the tests of both.
 */

/** The protocol this worker speaks, `<name>/<major>`. Minor additions are optional fields. */
export const PROTOCOL = 'proscenium-worker/1';

/** Every version that this worker speaks, the one that it prefers first. The contract's tests run for each. */
export const SUPPORTED: readonly string[] = [PROTOCOL];

/** Header that carries the boot document's capability on every control request. */
export const CAPABILITY_HEADER = 'x-proscenium-capability';

/** Path prefix of the control API. */
export const CONTROL_PREFIX = '/_worker/v1';

/** Path prefix of what a worker tells the platform, on the supervisor's socket. */
export const PLATFORM_PREFIX = '/_platform/v1';

/** Longest protocol or log line in bytes, the line feed included. */
export const MAX_LINE_BYTES = 65_536;

/** Longest boot document in bytes. */
export const MAX_BOOT_BYTES = 8 * 1024 * 1024;

/** Largest body of a control request in bytes. */
export const MAX_CONTROL_BODY_BYTES = 8 * 1024 * 1024;

/** Files and folders of an action's workspace. */
export const MAX_WORKSPACE_ENTRIES = 20_000;

/** Bytes of all files of an action's workspace. */
export const MAX_WORKSPACE_BYTES = 256 * 1024 * 1024;

/** Entities that processors get at once. */
export const MAX_BATCH = 200;

/** The supervisor kills a worker that has not written `ready` or `fatal` by then. */
export const START_DEADLINE_MS = 30_000;

/** How long a drain waits for requests in flight when the boot document does not say. */
export const DEFAULT_DRAIN_MS = 10_000;

/** A Unix socket path longer than this cannot be bound on Linux. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** Exit codes, after sysexits.h. The supervisor decides by them whether a restart can help. */
export const EXIT = {
  /** Drained, nothing was cut off. */
  ok: 0,
  /** The boot document was refused (protocol or shape): starting it again cannot help. */
  refused: 64,
  /** A plugin could not be loaded or failed to start. */
  failed: 70,
  /** A pipe to the supervisor broke. */
  pipe: 74,
  /** The drain deadline passed with requests in flight. */
  cutOff: 75,
} as const;
