//! Who is asking.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a user proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignedInBy {
    /// A browser session.
    Session,
    /// A personal API token.
    ApiToken,
    /// A token of the organisation's own: there is no member behind it.
    ServiceToken,
}

/// What an organisation's policies make of a member's role: only the permissions in which they differ from it.
///
/// Names are sorted. What a conditional permission extends to is known to whoever owns the resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Grants {
    /// Held although the role does not come with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// Not held although the role comes with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<String>,
    /// Held for some resources only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditional: Vec<String>,
}

impl Grants {
    /// Whether the role says it all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.allowed.is_empty() && self.denied.is_empty() && self.conditional.is_empty()
    }
}

/// A member of one organisation, or a token of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Row id of the member within the tenant, or of the organisation's token.
    pub id: Uuid,
    /// The catalog entity this person is, for example `user:default/jane`; a token of the organisation's own is `service:default/NAME`.
    pub entity_ref: String,
    /// Every reference whose possessions count as this person's, their own first.
    pub ownership_refs: Vec<String>,
    /// Name of the built-in role: `admin`, `maintainer`, `member` or `viewer`.
    pub role: String,
    /// What policies add to the role and take from it.
    #[serde(default, skip_serializing_if = "Grants::is_empty")]
    pub grants: Grants,
    /// How they signed in.
    pub via: SignedInBy,
    /// The administrator who looks at the portal as this member; whoever is looked through reads and changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewed_by: Option<String>,
    /// The permissions that the token is limited to; `None`: whatever the role holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// Who is asking, as the gateway established it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// Whoever runs the installation, at a browser on its own address. Of no organisation.
    Operator {
        /// What they call themselves.
        name: String,
    },
    /// A plugin worker; what it may call is granted per plugin.
    Worker {
        /// For example `badges`.
        plugin_id: String,
    },
}

impl User {
    /// Whether its token lets it use this permission, where its role holds it.
    #[must_use]
    pub fn in_scope(&self, permission: &str) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|scope| scope == permission))
    }

    /// Whether there is a member behind it.
    #[must_use]
    pub const fn is_member(&self) -> bool {
        !matches!(self.via, SignedInBy::ServiceToken)
    }
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
    /// `directory:Okta`, `operator:Ada`, `nobody`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::User(user) => match &user.viewed_by {
                Some(admin) => format!("{admin} as {}", user.entity_ref),
                None => user.entity_ref.clone(),
            },
            Self::Service { name } => format!("service:{name}"),
            Self::Provisioner { name } => format!("directory:{name}"),
            Self::Operator { name } => format!("operator:{name}"),
            Self::Worker { plugin_id } => format!("plugin:{plugin_id}"),
        }
    }
}
