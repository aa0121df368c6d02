//! Who may call a route at all.

use authz::{Decision, Permission, decide};
use http::Method;
use kernel::{Error, Principal, Result};

/// For whom a route is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anybody, signed in or not.
    Public,
    /// Members with the permission, and our own services acting for the tenant.
    User,
    /// As `User`, and plugin workers whose grants hold the permission.
    UserOrWorker,
    /// Our own services only.
    Service,
    /// An organisation's directory with its provisioning token, and nobody else.
    Provisioner,
    /// The operator at the installation's own address, and nobody else: no service acts for the operator.
    Operator,
}

impl Audience {
    /// Lower-case word for tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::User => "user",
            Self::UserOrWorker => "user-or-worker",
            Self::Service => "service",
            Self::Provisioner => "provisioner",
            Self::Operator => "operator",
        }
    }
}

/// Audience and permission of one route. There is no default: a route without access does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    audience: Audience,
    permission: Option<Permission>,
}

impl Access {
    /// Anybody may call it.
    #[must_use]
    pub const fn public() -> Self {
        Self { audience: Audience::Public, permission: None }
    }

    /// Members who hold the permission.
    #[must_use]
    pub const fn user(permission: Permission) -> Self {
        Self { audience: Audience::User, permission: Some(permission) }
    }

    /// Members who hold the permission, and plugin workers that were granted it.
    #[must_use]
    pub const fn user_or_worker(permission: Permission) -> Self {
        Self { audience: Audience::UserOrWorker, permission: Some(permission) }
    }

    /// Our own services only; such routes live below `/internal/` and the gateway never forwards there.
    #[must_use]
    pub const fn service() -> Self {
        Self { audience: Audience::Service, permission: None }
    }

    /// An organisation's directory; the routes of SCIM.
    #[must_use]
    pub const fn provisioner() -> Self {
        Self { audience: Audience::Provisioner, permission: None }
    }

    /// The operator's own view of the whole installation; never an organisation's people, tokens, plugins or services.
    #[must_use]
    pub const fn operator() -> Self {
        Self { audience: Audience::Operator, permission: None }
    }

    /// For whom it is.
    #[must_use]
    pub const fn audience(self) -> Audience {
        self.audience
    }

    /// Which permission it asks for.
    #[must_use]
    pub const fn permission(self) -> Option<Permission> {
        self.permission
    }

    /// Whether a request with this method is one that somebody who only looks may send.
    #[must_use]
    pub fn only_looks(self, method: &Method) -> bool {
        let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        // Public routes stand on nobody's permissions.
        safe || self.audience == Audience::Public
            || self.permission.is_some_and(|permission| permission.name().ends_with(".read"))
    }

    /// Lets the principal through or says why not.
    ///
    /// # Errors
    /// `Authentication` for nobody, `NotAllowed` for somebody who may not.
    pub fn check(self, principal: &Principal) -> Result<()> {
        let in_audience = match (self.audience, principal) {
            (Audience::Public, _)
            | (Audience::Provisioner, Principal::Provisioner { .. })
            | (Audience::Operator, Principal::Operator { .. }) => return Ok(()),
            (_, Principal::Nobody) => return Err(Error::authentication("Missing credentials")),
            (Audience::Operator, _) => false,
            (_, Principal::Service { .. }) => return Ok(()),
            (Audience::Service | Audience::Provisioner, _) => false,
            (Audience::User, user) => user.user().is_some(),
            (Audience::UserOrWorker, other) => matches!(other, Principal::User(_) | Principal::Worker { .. }),
        };
        let Some(permission) = self.permission.filter(|_| in_audience) else {
            return Err(Error::not_allowed("This address is not for you"));
        };
        match decide(principal, permission) {
            Decision::Allow => Ok(()),
            // The handler applies the condition. Where none could, a condition is no permission.
            Decision::Conditional if permission.resource().is_some() => Ok(()),
            Decision::Conditional | Decision::Deny => Err(Error::not_allowed(format!(
                "You lack the permission {permission}. An administrator of your organisation can grant it."
            ))),
        }
    }
}
