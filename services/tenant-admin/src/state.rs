//! What every handler shares.

use crate::config::Config;
use crate::domain::secret::Grantee;
use credential::PasswordHasher;
use http_shell::ServiceClient;
use kernel::{Error, Result, SharedClock, TenantId};
use runtime::bus::{Bus, Topic};
use store::Db;

/// tenant-admin's state. Cheap to clone.
#[derive(Clone)]
pub struct TenantAdmin {
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: SharedClock,
    /// Tells gateways what they must forget.
    pub bus: Bus,
    /// Hashes passwords, bounded.
    pub hasher: PasswordHasher,
    /// The way to the catalog, which knows groups, and to plugins, which know their permissions. Commands have none.
    pub services: Option<ServiceClient>,
}

impl TenantAdmin {
    /// Puts the parts together.
    #[must_use]
    pub fn new(config: Config, db: Db, clock: SharedClock, bus: Bus) -> Self {
        Self { config, db, clock, bus, hasher: PasswordHasher::for_this_machine(), services: None }
    }

    /// The same with a way to the other services.
    #[must_use]
    pub fn with_services(self, services: ServiceClient) -> Self {
        Self { services: Some(services), ..self }
    }

    /// Tells gateways that the tenant's policies were published.
    pub(crate) fn policies_changed(&self, tenant: TenantId) {
        self.bus.publish(Topic("policy"), tenant.to_string());
    }

    /// The way to the other services.
    pub(crate) fn services(&self) -> Result<&ServiceClient> {
        self.services.as_ref().ok_or_else(|| Error::unavailable("The other services are not reached from here"))
    }

    /// Tells gateways that members, sessions or tokens of the tenant changed.
    pub(crate) fn identities_changed(&self, tenant: TenantId) {
        self.bus.publish(Topic("identity"), tenant.to_string());
    }

    /// Tells gateways that the tenant itself changed.
    pub(crate) fn tenant_changed(&self, tenant: TenantId) {
        self.bus.publish(Topic("tenant"), tenant.to_string());
    }

    /// Tells the plugin host whose workers have to start again, since what they were given changed.
    pub(crate) fn secrets_changed(&self, tenant: TenantId, plugins: Vec<String>) {
        for plugin in plugins {
            self.bus.publish(Topic("plugin-secrets"), format!("{tenant} {plugin}"));
        }
    }

    /// As [`secrets_changed`](Self::secrets_changed), for one grantee.
    pub(crate) fn grant_changed(&self, tenant: TenantId, grantee: &Grantee) {
        if grantee.kind == "plugin" {
            self.secrets_changed(tenant, vec![grantee.id.clone()]);
        }
    }
}
