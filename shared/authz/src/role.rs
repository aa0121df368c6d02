//! The built-in roles, which every organisation has and none can change. Custom ones are in `policy.rs`.

use crate::Permission;

/// A named set of permissions; each role holds what the roles below it hold.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    name: &'static str,
    own: &'static [Permission],
    below: Option<&'static Role>,
}

impl Role {
    /// Looks, and changes nothing.
    pub const VIEWER: Self = Self {
        name: "viewer",
        own: &[
            Permission::CATALOG_ENTITY_READ,
            Permission::CATALOG_LOCATION_READ,
            Permission::SCAFFOLDER_TEMPLATE_READ,
            Permission::SCAFFOLDER_TASK_READ,
            Permission::SCAFFOLDER_SCHEDULE_READ,
            Permission::TENANT_READ,
            Permission::TENANT_MEMBER_READ,
            Permission::TENANT_TOKEN_MANAGE,
            Permission::PLUGIN_READ,
            Permission::PLUGIN_USE,
        ],
        below: None,
    };

    /// A developer: registers components and runs templates.
    pub const MEMBER: Self = Self {
        name: "member",
        own: &[
            Permission::CATALOG_ENTITY_CREATE,
            Permission::CATALOG_ENTITY_REFRESH,
            Permission::CATALOG_LOCATION_CREATE,
            Permission::CATALOG_LOCATION_ANALYZE,
            Permission::SCAFFOLDER_TASK_CREATE,
            Permission::SCAFFOLDER_TASK_CANCEL,
            Permission::SCAFFOLDER_GATE_DECIDE,
            Permission::SCAFFOLDER_SCHEDULE_UPDATE,
        ],
        below: Some(&Self::VIEWER),
    };

    /// Looks after the catalog and the templates.
    pub const MAINTAINER: Self = Self {
        name: "maintainer",
        own: &[
            Permission::CATALOG_ENTITY_DELETE,
            Permission::CATALOG_LOCATION_DELETE,
            Permission::SCAFFOLDER_TEMPLATE_MANAGE,
        ],
        below: Some(&Self::MEMBER),
    };

    /// Runs the organisation's portal.
    pub const ADMIN: Self = Self {
        name: "admin",
        own: &[
            Permission::TENANT_UPDATE,
            Permission::TENANT_MEMBER_UPDATE,
            Permission::TENANT_SIGN_IN_READ,
            Permission::TENANT_SIGN_IN_UPDATE,
            Permission::TENANT_AUDIT_READ,
            Permission::TENANT_TOKEN_READ,
            Permission::TENANT_TOKEN_UPDATE,
            Permission::TENANT_SECRET_READ,
            Permission::TENANT_SECRET_UPDATE,
            Permission::TENANT_AUDIT_UPDATE,
            Permission::SOURCE_HOST_READ,
            Permission::SOURCE_HOST_UPDATE,
            Permission::PLUGIN_UPDATE,
            Permission::TENANT_POLICY_READ,
            Permission::TENANT_POLICY_UPDATE,
            Permission::TENANT_MEMBER_VIEW_AS,
        ],
        below: Some(&Self::MAINTAINER),
    };

    /// What a plugin worker may do with its own service token.
    pub const WORKER: Self = Self { name: "worker", own: &[Permission::CATALOG_ENTITY_READ], below: None };

    /// The roles that a member can be given, least first.
    pub const ASSIGNABLE: [&'static Self; 4] = [&Self::VIEWER, &Self::MEMBER, &Self::MAINTAINER, &Self::ADMIN];

    /// The assignable role of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ASSIGNABLE.into_iter().find(|role| role.name == name)
    }

    /// Its name, for example `maintainer`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it comes with the permission of this name. Those that only plugins know are held by everybody but
    /// viewers, and by viewers where the name says that it only reads: what a plugin does without any policy.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        match Permission::named(name) {
            Some(permission) => self.grants(permission),
            None => self.name != Self::VIEWER.name || name.rsplit('.').next() == Some("read"),
        }
    }

    /// Whether it holds the permission, itself or through a role below it.
    #[must_use]
    pub fn grants(&self, permission: Permission) -> bool {
        self.own.contains(&permission) || self.below.is_some_and(|below| below.grants(permission))
    }
}
