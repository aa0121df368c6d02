//! What every handler shares.

use crate::config::Config;
use crate::domain::secret::Grantee;
use credential::{LinkKey, OneTimeCode, PasswordHasher};
use http_shell::ServiceClient;
use kernel::{Error, Result, SharedClock, TenantId};
use runtime::Tasks;
use runtime::bus::{Bus, Topic};
use runtime::cache::Cache;
use runtime::config::SecretUrl;
use runtime::mail::Mailer;
use runtime::objects::Objects;
use std::sync::Arc;
use store::Db;
use tokio::sync::Notify;

/// What tenant-admin stands on beside the database.
#[derive(Clone)]
pub struct Ground {
    /// Sends mails, where the operator has a server for them.
    pub mailer: Mailer,
    /// Counts of requests and of mails.
    pub cache: Cache,
    /// Logos, and what is to be deleted with an organisation. `None`: there is no storage.
    pub objects: Option<Objects>,
    /// Administration URL of the plugins' database, whose schemas go with their organisation. `None`: there is none.
    pub plugins_url: Option<SecretUrl>,
    /// Seals links that have no organisation yet.
    pub link_key: LinkKey,
    /// Background work.
    pub tasks: Tasks,
}

impl Ground {
    /// No mail, no storage, counters of this process, links that only this process can open.
    ///
    /// # Errors
    /// `Internal` when the machine has no randomness to give.
    pub fn alone() -> Result<Self> {
        let cache = Cache::new(None).map_err(|error| kernel::Error::internal(error.to_string()))?;
        let link_key = LinkKey::of(OneTimeCode::generate()?.reveal().as_bytes());
        Ok(Self { mailer: Mailer::default(), cache, objects: None, plugins_url: None, link_key, tasks: Tasks::new() })
    }
}

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
    /// The rest.
    pub ground: Ground,
    /// Rings when a mail was queued in this process.
    pub(crate) mail_waits: Arc<Notify>,
    /// Rings when a stream of the audit log became due in this process.
    pub(crate) audit_waits: Arc<Notify>,
}

impl TenantAdmin {
    /// Puts the parts together.
    #[must_use]
    pub fn new(config: Config, db: Db, clock: SharedClock, bus: Bus, ground: Ground) -> Self {
        let hasher = PasswordHasher::for_this_machine();
        let (mail_waits, audit_waits) = (Arc::default(), Arc::default());
        Self { config, db, clock, bus, hasher, services: None, ground, mail_waits, audit_waits }
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

    /// Tells integrations that an organisation reads from elsewhere now.
    pub(crate) fn reading_changed(&self, tenant: TenantId) {
        self.bus.publish(Topic("source-hosts"), tenant.to_string());
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
