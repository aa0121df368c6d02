//! The permissions, under Backstage's own names where Backstage has one.

use std::fmt;

/// One thing that can be allowed or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission(&'static str);

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)*) => {
        impl Permission {
            $($(#[doc = $doc])+ pub const $name: Self = Self($text);)*
            /// Every permission there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            const DESCRIPTIONS: &'static [(&'static str, &'static str)] = &[$(($text, concat!($($doc),+))),*];
        }
    };
}

permissions! {
    /// Read catalog entities, their facets, ancestry and search results.
    CATALOG_ENTITY_READ = "catalog.entity.read";
    /// Register or validate entities.
    CATALOG_ENTITY_CREATE = "catalog.entity.create";
    /// Ask for an entity to be read again.
    CATALOG_ENTITY_REFRESH = "catalog.entity.refresh";
    /// Remove an entity.
    CATALOG_ENTITY_DELETE = "catalog.entity.delete";
    /// Read registered locations.
    CATALOG_LOCATION_READ = "catalog.location.read";
    /// Register a location.
    CATALOG_LOCATION_CREATE = "catalog.location.create";
    /// Analyze a location before registering it.
    CATALOG_LOCATION_ANALYZE = "catalog.location.analyze";
    /// Remove a location and what it emitted.
    CATALOG_LOCATION_DELETE = "catalog.location.delete";
    /// See templates' parameters and the list of actions.
    SCAFFOLDER_TEMPLATE_READ = "scaffolder.template.parameter.read";
    /// Start a task.
    SCAFFOLDER_TASK_CREATE = "scaffolder.task.create";
    /// See tasks and their events.
    SCAFFOLDER_TASK_READ = "scaffolder.task.read";
    /// Cancel or retry a task.
    SCAFFOLDER_TASK_CANCEL = "scaffolder.task.cancel";
    /// Try a template without effects.
    SCAFFOLDER_TEMPLATE_MANAGE = "scaffolder.template.management";
    /// Approve or reject what a run waits for, where one is named as approver.
    SCAFFOLDER_GATE_DECIDE = "scaffolder.gate.decide";
    /// See schedules that start templates.
    SCAFFOLDER_SCHEDULE_READ = "scaffolder.schedule.read";
    /// Make schedules, and change one's own.
    SCAFFOLDER_SCHEDULE_UPDATE = "scaffolder.schedule.update";
    /// Use the portal at all: see the organisation's name and oneself.
    TENANT_READ = "tenant.read";
    /// Change name, branding and other general settings.
    TENANT_UPDATE = "tenant.update";
    /// See who is a member.
    TENANT_MEMBER_READ = "tenant.member.read";
    /// Invite, change and remove members.
    TENANT_MEMBER_UPDATE = "tenant.member.update";
    /// See roles, policies, their history, and why somebody may do something.
    TENANT_POLICY_READ = "tenant.policy.read";
    /// Change and publish roles and policies. Whoever holds it can give themselves all that is not the administrators' alone.
    TENANT_POLICY_UPDATE = "tenant.policy.update";
    /// Look at the portal as another member, reading only.
    TENANT_MEMBER_VIEW_AS = "tenant.member.viewAs";
    /// See and revoke one's own API tokens, and make new ones.
    TENANT_TOKEN_MANAGE = "tenant.token.manage";
    /// See every API token of the organisation, without its text.
    TENANT_TOKEN_READ = "tenant.token.read";
    /// Make tokens of the organisation's own, revoke anybody's, limit how long tokens live.
    TENANT_TOKEN_UPDATE = "tenant.token.update";
    /// See which secrets there are and who uses them, without their values.
    TENANT_SECRET_READ = "tenant.secret.read";
    /// Make, rotate, grant and delete secrets.
    TENANT_SECRET_UPDATE = "tenant.secret.update";
    /// See the identity providers and the rule about passwords.
    TENANT_SIGN_IN_READ = "tenant.signIn.read";
    /// Set up, try, change and remove identity providers, and make them the only way in.
    TENANT_SIGN_IN_UPDATE = "tenant.signIn.update";
    /// Read the audit log.
    TENANT_AUDIT_READ = "tenant.audit.read";
    /// Change how long the audit log is kept and where it is sent.
    TENANT_AUDIT_UPDATE = "tenant.audit.update";
    /// See which source hosts are connected, without their tokens.
    SOURCE_HOST_READ = "integrations.sourceHost.read";
    /// Connect, change, test and disconnect source hosts.
    SOURCE_HOST_UPDATE = "integrations.sourceHost.update";
    /// See which plugins are installed and how they are.
    PLUGIN_READ = "plugin.read";
    /// Install, configure, restart and remove plugins, and read their logs.
    PLUGIN_UPDATE = "plugin.update";
    /// Call the APIs that installed plugins offer.
    PLUGIN_USE = "plugin.use";
}

impl Permission {
    /// The name as clients and policies spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The permission of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.0 == name)
    }

    /// What holding it means, as a sentence.
    #[must_use]
    pub fn description(self) -> &'static str {
        Self::DESCRIPTIONS.iter().find(|(name, _)| *name == self.0).map_or("", |(_, text)| text.trim())
    }

    /// The plugin and the kind of resources that conditions on it are about; `None`: it is held or not, and whoever
    /// asks for it could not apply a condition.
    #[must_use]
    pub fn resource(self) -> Option<(&'static str, &'static str)> {
        let on_entities = [
            Self::CATALOG_ENTITY_READ,
            Self::CATALOG_ENTITY_REFRESH,
            Self::CATALOG_ENTITY_DELETE,
            // About the template that is run.
            Self::SCAFFOLDER_TASK_CREATE,
        ];
        on_entities.contains(&self).then_some(("catalog", "catalog-entity"))
    }

    /// Whether policies may give it to somebody or take it from them.
    #[must_use]
    pub fn is_assignable(self) -> bool {
        self != Self::TENANT_MEMBER_VIEW_AS
    }

    /// Whether it only lets one look.
    #[must_use]
    pub fn is_read(self) -> bool {
        self.0.ends_with(".read") || self == Self::PLUGIN_USE || self == Self::TENANT_TOKEN_MANAGE
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
