//! Bodies of the control API, `/_worker/v1`. Errors have Backstage's shape, `{error: {name, message}, …}`.
//!
//! | request | answer |
//! |---|---|
//! | `GET /health` | 200 [`Health`] when ready, 503 with the same body when draining |
//! | `GET /describe` | 200 [`Description`] |
//! | `POST /drain` | 202; the worker then exits |
//! | `POST /token` [`Renewal`] | 204 |
//! | `POST /tasks/run` [`TaskRun`] | 200 [`TaskDone`] when it has ended; 404, or 409 when it is running already. Dropping the request cancels the task |
//! | `POST /events` [`Event`] | 200 [`Delivered`] |

use crate::extensions::Extensions;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Paths below [`CONTROL_PREFIX`](crate::limits::CONTROL_PREFIX).
pub mod path {
    /// `GET`.
    pub const HEALTH: &str = "/health";
    /// `GET`.
    pub const DESCRIBE: &str = "/describe";
    /// `POST`.
    pub const DRAIN: &str = "/drain";
    /// `POST`.
    pub const TOKEN: &str = "/token";
    /// `POST`.
    pub const TASKS_RUN: &str = "/tasks/run";
    /// `POST`.
    pub const EVENTS: &str = "/events";
}

/// What a worker is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Ready or draining.
    pub state: State,
    /// Plugin requests that it is working on.
    pub in_flight: u64,
    /// Resident memory.
    pub rss_bytes: u64,
    /// Since the process began.
    pub uptime_ms: u64,
}

/// A worker that answers is in one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Takes requests.
    Ready,
    /// Finishes what it has.
    Draining,
}

/// What a worker hosts. Two versions of a plugin are compared by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// The protocol.
    pub protocol: String,
    /// What runs the plugin's code.
    pub runtime: Runtime,
    /// The Backstage framework in use; native workers have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<Framework>,
    /// Plugins and their features.
    pub plugins: Vec<PluginDescription>,
    /// Path prefixes that the worker answers.
    pub routes: Vec<String>,
    /// Scheduled tasks; the platform decides when they run.
    pub tasks: Vec<Task>,
    /// Topics that plugins listen to.
    pub event_subscriptions: Vec<Subscription>,
    /// What modules add to the platform's own plugins.
    #[serde(default)]
    pub extensions: Extensions,
}

/// A runtime's name (`node`, `native`) and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// `node` or `native`.
    pub name: String,
    /// Its own version.
    pub version: String,
}

/// Which Backstage framework drives the plugins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Framework {
    /// `bundle` when the plugin brought its own, `base` when it is the worker's.
    pub origin: String,
    /// Version of `@backstage/backend-defaults`.
    pub version: String,
}

/// One hosted plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginDescription {
    /// Its id.
    pub id: String,
    /// As in the boot document.
    pub features: Vec<String>,
}

/// A scheduled task. One of `cron`, `every_ms` and `manual` is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// The plugin's id.
    pub plugin: String,
    /// Unique in the plugin.
    pub id: String,
    /// Five or six fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// From start to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_ms: Option<u64>,
    /// Only when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<bool>,
    /// The task is told to stop after that.
    pub timeout_ms: u64,
    /// Before the first run.
    pub initial_delay_ms: u64,
    /// `global`: on one worker at a time. `local`: on each.
    pub scope: String,
}

/// A plugin's event subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The plugin's id.
    pub plugin: String,
    /// Unique in the plugin.
    pub id: String,
    /// What it listens to.
    pub topics: Vec<String>,
}

/// New service tokens, new keys, or both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Renewal {
    /// Tokens by plugin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<RenewedToken>,
    /// Replaces the key set of the boot document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
}

/// One plugin's new service token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewedToken {
    /// The plugin's id.
    pub id: String,
    /// The token.
    pub service_token: String,
}

/// Asks for one run of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRun {
    /// The plugin's id.
    pub plugin: String,
    /// The task's id.
    pub task: String,
}

/// A task ended well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskDone {
    /// How long it ran.
    pub took_ms: u64,
}

/// An event for the plugins, as Backstage's events service has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The topic.
    pub topic: String,
    /// The payload.
    pub event_payload: Value,
    /// Headers of the request that caused it, and the like.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// How an event fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Subscribers that took it.
    pub delivered: u64,
    /// Subscribers that failed; they are in the log.
    pub failed: u64,
}
