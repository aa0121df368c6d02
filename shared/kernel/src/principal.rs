//! Who is asking.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a user proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignedInBy {
    /// A browser session.
    Session,
    /// A personal or service API token.
    ApiToken,
}

/// A member of one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Row id of the member within the tenant.
    pub id: Uuid,
    /// The catalog entity this person is, for example `user:default/jane`.
    pub entity_ref: String,
    /// Every reference whose possessions count as this person's, their own first.
    pub ownership_refs: Vec<String>,
    /// Name of the built-in role: `admin`, `maintainer`, `member` or `viewer`.
    pub role: String,
    /// How they signed in.
    pub via: SignedInBy,
}

/// Who is asking, as the gateway established it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Principal {
    /// Nobody in particular: the request carried no credentials.
    Nobody,
    /// A member of the organisation.
    User(User),
    /// One of our own services, acting for the tenant rather than for a person.
    Service {
        /// For example `catalog`.
        name: String,
    },
    /// An organisation's directory, which may provision people and groups and nothing else.
    Provisioner {
        /// What administrators call its token.
        name: String,
    },
    /// A plugin worker; what it may call is granted per plugin.
    Worker {
        /// For example `badges`.
        plugin_id: String,
    },
}

impl Principal {
    /// The user, when a person is asking.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            _ => None,
        }
    }

    /// A short name for audit rows and logs: `user:default/jane`, `service:catalog`, `plugin:badges`,
    /// `directory:Okta`, `nobody`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::User(user) => user.entity_ref.clone(),
            Self::Service { name } => format!("service:{name}"),
            Self::Provisioner { name } => format!("directory:{name}"),
            Self::Worker { plugin_id } => format!("plugin:{plugin_id}"),
        }
    }
}
