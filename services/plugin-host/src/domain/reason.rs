//! Why a worker does not run, in words for the tenant's administrator.

use super::allow_list::refusal;
use plugin_protocol::limits::exit;
use plugin_protocol::line::Fatal;
use std::fmt;
use std::time::Duration;

/// The oldest major version of Node that hosts workers.
pub const OLDEST_NODE: u32 = 22;

/// Why a worker does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no Node to run it.
    NodeMissing,
    /// The Node that was found is too old, or does not run.
    NodeUnsuitable {
        /// The executable.
        path: String,
        /// What it says of itself.
        found: String,
    },
    /// The program that hosts npm plugins is not there.
    ProgramMissing,
    /// The package is not, or no longer, on the operator's list.
    NotAllowed(String),
    /// It is an upload, and these are not, or no longer, permitted; why not.
    UploadsOff(String),
    /// The plugin's files are not on this machine.
    BundleMissing,
    /// The plugin's files are not what was signed, and cannot be fetched anew.
    BundleUntrusted(String),
    /// Its configuration refers to secrets that are not granted to it.
    SecretsMissing(Vec<String>),
    /// The operating system refused to start it.
    CannotExecute(String),
    /// The database, or another part of the platform, was needed first and did not answer.
    Platform(String),
    /// The worker said so itself.
    Fatal(String),
    /// It neither became ready nor gave up in time.
    NeverReady(Duration),
    /// It ended by itself.
    Exited(Ending),
    /// It was ready and no longer answers.
    Hung,
    /// The operator asks for more isolation than this machine gives.
    TooOpen {
        /// What is reached.
        reached: &'static str,
        /// What is asked for.
        wanted: &'static str,
        /// Why it is not reached.
        why: String,
    },
    /// All places for workers are taken by busy ones.
    Crowded,
    /// It took more memory than it may, in megabytes.
    TooMuchMemory(u32),
    /// It took all its CPU for too long.
    TooMuchCpu,
    /// It wrote more than it may, in megabytes.
    TooMuchDisk(u32),
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// Nobody knows.
    Unknown,
}

impl Reason {
    /// What the worker said in its last line.
    #[must_use]
    pub fn of_fatal(fatal: &Fatal) -> Self {
        let mut text = fatal.message.trim().to_owned();
        for failure in &fatal.failures {
            if !text.contains(&failure.message) {
                text = format!("{text} ({}: {})", failure.plugin, failure.message);
            }
        }
        Self::Fatal(shortened(&text))
    }

    /// Whether trying again by itself cannot help: somebody has to change something first.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::NodeMissing
                | Self::NodeUnsuitable { .. }
                | Self::ProgramMissing
                | Self::NotAllowed(_)
                | Self::UploadsOff(_)
                | Self::BundleMissing
                | Self::BundleUntrusted(_)
                | Self::SecretsMissing(_)
                | Self::CannotExecute(_)
                | Self::TooOpen { .. }
                | Self::Crowded
                | Self::Exited(Ending::Code(exit::REFUSED))
        )
    }
}

/// Texts from a worker are untrusted: one line, and not too long for a page.
fn shortened(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(600).collect();
    line.trim_end_matches('.').to_owned()
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NodeMissing => write!(
                f,
                "Its worker cannot start: Node {OLDEST_NODE} or newer was not found. \
                 Install it or set PROSCENIUM_WORKER__NODE."
            ),
            Self::NodeUnsuitable { path, found } => write!(
                f,
                "Its worker cannot start: Node {OLDEST_NODE} or newer is needed, and {path} is {found}. \
                 Install a newer one or set PROSCENIUM_WORKER__NODE."
            ),
            Self::ProgramMissing => f.write_str(
                "Its worker cannot start: the program that hosts npm plugins was not found. \
                 Run `make build` or set PROSCENIUM_WORKER__DIR.",
            ),
            Self::NotAllowed(package) => write!(f, "Its worker cannot start: {}", refusal(package)),
            Self::UploadsOff(why) => write!(f, "Its worker cannot start: {why}"),
            Self::BundleMissing => {
                f.write_str("Its worker cannot start: its files are not on this machine. Install the plugin again.")
            }
            Self::BundleUntrusted(cause) => write!(
                f,
                "Its worker cannot start: its files cannot be trusted ({}). Install the plugin again.",
                cause.trim_end_matches('.')
            ),
            Self::SecretsMissing(names) => write!(
                f,
                "Its worker cannot start: its configuration refers to {}, which is not granted to this plugin. \
                 Grant it under Settings, Secrets.",
                names.join(", ")
            ),
            Self::CannotExecute(cause) => write!(f, "Its worker cannot start: {cause}."),
            Self::Platform(cause) => write!(f, "Its worker cannot start now: {cause}"),
            Self::Fatal(cause) => write!(f, "Its worker cannot start: {cause}."),
            Self::NeverReady(deadline) => {
                write!(f, "Its worker did not become ready within {} seconds and was stopped.", deadline.as_secs())
            }
            Self::Exited(Ending::Code(code)) => write!(f, "Its worker stopped unexpectedly (exit code {code})."),
            Self::Exited(Ending::Signal(signal)) => {
                write!(f, "Its worker stopped unexpectedly (killed by signal {signal}).")
            }
            Self::Exited(Ending::Unknown) => f.write_str("Its worker stopped unexpectedly."),
            Self::Hung => f.write_str("Its worker no longer answered and was stopped."),
            Self::TooOpen { reached, wanted, why } => write!(
                f,
                "Its worker cannot start: the operator asks for isolation level {wanted}, and this machine gives {reached}{}.",
                if why.is_empty() { String::new() } else { format!(" ({why})") }
            ),
            Self::Crowded => {
                f.write_str("Its worker cannot start now: all places for workers are taken. Try again shortly.")
            }
            Self::TooMuchMemory(most) => write!(f, "Its worker took more than {most} MB of memory and was stopped."),
            Self::TooMuchCpu => f.write_str("Its worker took all its CPU for a minute and was stopped."),
            Self::TooMuchDisk(most) => write!(f, "Its worker wrote more than {most} MB to disk and was stopped."),
        }
    }
}
