//! Protocol lines: what a worker says about its own life on descriptor 3, one JSON object a line.
//!
//! A worker runs code that the supervisor does not trust, and that code can write here too. So a line can say
//! something only about this very worker; the supervisor fixes tenant and plugin itself.

use serde::{Deserialize, Serialize};

use crate::limits::MAX_LINE_BYTES;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Line {
    /// The worker listens and every plugin has started.
    Ready(Ready),
    /// The worker cannot serve and is about to exit.
    Fatal(Fatal),
    /// The worker has drained and is about to exit.
    Stopped(Stopped),
    /// A line of a later minor version.
    #[serde(other)]
    Unknown,
}

/// See [`Line::Ready`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    /// The protocol that the worker speaks.
    pub protocol: String,
    /// The worker's own process id. In a pid namespace it is not the one that the supervisor knows.
    pub pid: u32,
    /// Ids of the plugins that started.
    pub plugins: Vec<String>,
    /// Where the start's time went.
    pub timings: Timings,
    /// Resident memory at that moment.
    pub rss_bytes: u64,
}

/// Milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timings {
    /// Loading the plugins' code.
    pub load_ms: u64,
    /// Starting the plugins.
    pub start_ms: u64,
    /// Since the process began.
    pub total_ms: u64,
}

/// See [`Line::Fatal`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fatal {
    /// How far the worker had come.
    pub reason: FatalReason,
    /// For the tenant's administrator: what went wrong.
    pub message: String,
    /// Each plugin or module that failed.
    #[serde(default)]
    pub failures: Vec<Failure>,
}

/// How far a worker had come when it gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FatalReason {
    /// The boot document was refused.
    Boot,
    /// A plugin's code could not be loaded.
    Load,
    /// A plugin failed to start.
    Start,
    /// The socket could not be bound.
    Listen,
}

/// One plugin's failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The plugin's id.
    pub plugin: String,
    /// Set when it was a module of that plugin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The error.
    pub message: String,
}

/// See [`Line::Stopped`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stopped {
    /// What made it stop.
    pub reason: StopReason,
    /// Requests that were still running when the drain deadline passed.
    pub cut_off: u64,
}

/// What made a worker stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StopReason {
    /// `POST /_worker/v1/drain`.
    Drain,
    /// SIGTERM or SIGINT.
    Signal,
    /// Standard input ended.
    Lifeline,
}

impl Line {
    /// Reads one line; `None` for anything that is not a protocol line or is longer than the limit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LINE_BYTES {
            return None;
        }
        serde_json::from_str(text).ok()
    }

    /// The line as it is written, with its line feed.
    ///
    /// # Errors
    /// Never for the types of this module; the signature is serde's.
    pub fn to_line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self).map(|text| text + "\n")
    }
}
