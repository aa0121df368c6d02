//! What a worker tells the platform, `/_platform/v1` on the supervisor's socket ([`Boot::platform`](crate::Boot)).
//!
//! Whose worker it is follows from the socket, never from the message. Every message is acknowledged with a 2xx when
//! the platform has taken it; anything else is an error for the plugin that sent it, in Backstage's shape.
//!
//! | request | answer |
//! |---|---|
//! | `POST /catalog/mutations` [`Mutation`] | 200 |
//! | `POST /catalog/refresh` [`Refresh`] | 200 |
//! | `POST /events` [`Event`](crate::control::Event) | 202: it goes to the organisation's other workers that listen to the topic |
//! | `POST /search/documents` [`Documents`] | 200; replaces all documents of the type |

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Path prefix.
pub const PREFIX: &str = "/_platform/v1";

/// Paths below [`PREFIX`]; all are `POST`.
pub mod path {
    /// Of a provider.
    pub const MUTATIONS: &str = "/catalog/mutations";
    /// Of a provider.
    pub const REFRESH: &str = "/catalog/refresh";
    /// Of any plugin.
    pub const EVENTS: &str = "/events";
    /// Of a collator.
    pub const DOCUMENTS: &str = "/search/documents";
}

/// A change of what an entity provider provides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mutation {
    /// The provider's name, unique in the worker.
    pub provider: String,
    /// `{type: "full", entities}` or `{type: "delta", added, removed}`, as Backstage's `EntityProviderMutation`.
    pub mutation: Value,
}

/// Asks for entities to be processed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    /// What they were read from, for example `url:https://…`.
    pub keys: Vec<String>,
}

/// All documents of one type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Documents {
    /// For example `techdocs`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Each with `title`, `text`, `location` and what else its collator gave it.
    pub documents: Vec<Value>,
}
