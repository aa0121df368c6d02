//! Why the catalog changes. Kept with every change and shown in histories.

use kernel::Principal;
use serde::{Deserialize, Serialize};

/// What set a change off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CauseKind {
    /// A registered location was read.
    Location,
    /// An entity provider sent a mutation.
    Provider,
    /// A person, or a program with a person's token, asked for it.
    Person,
    /// The platform itself: retention, repair.
    Platform,
}

/// The cause of one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// What set it off.
    pub kind: CauseKind,
    /// The Location entity that was read, `location:default/generated-…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The provider that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The commit that was read, where the source host says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Who asked, as audit rows name them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Whether what begins with this change was there before and is restored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restoring: bool,
}

impl Cause {
    const fn of(kind: CauseKind) -> Self {
        Self { kind, location: None, provider: None, commit: None, actor: None, restoring: false }
    }

    /// Reading this Location entity.
    pub fn location(entity_ref: impl Into<String>) -> Self {
        Self { location: Some(entity_ref.into()), ..Self::of(CauseKind::Location) }
    }

    /// A mutation of this provider.
    pub fn provider(name: impl Into<String>) -> Self {
        Self { provider: Some(name.into()), ..Self::of(CauseKind::Provider) }
    }

    /// Whoever this principal is.
    #[must_use]
    pub fn person(principal: &Principal) -> Self {
        Self { actor: Some(principal.label()), ..Self::of(CauseKind::Person) }
    }

    /// Whoever this principal is, bringing back what was deleted.
    #[must_use]
    pub fn restore(principal: &Principal) -> Self {
        Self { restoring: true, ..Self::person(principal) }
    }

    /// The platform itself.
    #[must_use]
    pub const fn platform() -> Self {
        Self::of(CauseKind::Platform)
    }
}
