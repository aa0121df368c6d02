//! Names and limits. `golden/limits.json` holds the same values for the tests of both sides.

use std::time::Duration;

/// The protocol's name and major version.
pub const PROTOCOL: &str = "proscenium-worker/1";

/// Every version that this side speaks, the one that it prefers first. The contract's tests run for each.
pub const SUPPORTED: [&str; 1] = [PROTOCOL];

/// The header that carries [`Boot::capability`](crate::Boot::capability) on every control request.
pub const CAPABILITY_HEADER: &str = "x-proscenium-capability";

/// Path prefix of the control API.
pub const CONTROL_PREFIX: &str = "/_worker/v1";

/// The descriptor that a worker writes its protocol lines to. It must be a pipe.
pub const PROTOCOL_FD: i32 = 3;

/// Longest protocol or log line in bytes, the line feed included. Longer ones are cut by the reader.
pub const MAX_LINE_BYTES: usize = 65_536;

/// Longest boot document in bytes.
pub const MAX_BOOT_BYTES: usize = 8 * 1024 * 1024;

/// Largest body of a control request in bytes.
pub const MAX_CONTROL_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Files and folders of an action's workspace.
pub const MAX_WORKSPACE_ENTRIES: usize = 20_000;

/// Bytes of all files of an action's workspace.
pub const MAX_WORKSPACE_BYTES: u64 = 256 << 20;

/// Entities that processors get at once.
pub const MAX_BATCH: usize = 200;

/// A worker that has written neither `ready` nor `fatal` by then is killed.
pub const START_DEADLINE: Duration = Duration::from_secs(30);

/// How long a drain waits for requests in flight unless the boot document says otherwise.
pub const DEFAULT_DRAIN: Duration = Duration::from_secs(10);

/// What a worker may take after its drain deadline for shutdown hooks; then it is killed.
pub const STOP_GRACE: Duration = Duration::from_secs(3);

/// Longest socket path that Linux binds, in bytes.
pub const MAX_SOCKET_PATH_BYTES: usize = 107;

/// Exit codes of a worker, after sysexits.h.
pub mod exit {
    /// Drained; nothing was cut off.
    pub const OK: i32 = 0;
    /// The boot document was refused: starting the worker again cannot help.
    pub const REFUSED: i32 = 64;
    /// A plugin could not be loaded or failed to start.
    pub const FAILED: i32 = 70;
    /// A pipe to the supervisor broke.
    pub const PIPE: i32 = 74;
    /// The drain deadline passed with requests in flight.
    pub const CUT_OFF: i32 = 75;
}
