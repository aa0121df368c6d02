//! What every request to the edge shares: the settings, the doors, and the short memories.

use crate::config::Config;
use crate::domain::cookie::SessionCookie;
use crate::domain::host::{Place, host_name, place};
use crate::domain::user_token;
use crate::federation::Memory;
use crate::limits::{Counters, Gate};
use crate::policies::{Alike, Effective};
use crate::store::session::Session;
use crate::store::tenant::{self, Tenant};
use ::store::signing_keys::{self, StoredKey};
use ::store::{Db, SystemReason};
use credential::signing::{PublicKey, SigningKey};
use credential::{Digest, PasswordHasher};
use http_shell::ServiceClient;
use kernel::{Result, SharedClock, TenantId};
use runtime::Tasks;
use runtime::bus::{Bus, Event, Topic};
use runtime::cache::Cache;
use runtime::fresh::Fresh;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use time::Duration;
use uuid::Uuid;

/// The longest that a change of a tenant, session, member or token can go unnoticed here.
pub const SHORT: Duration = Duration::seconds(2);
/// How long a public key that was read is good: keys are added, never changed.
const KEYS_KEPT: Duration = Duration::seconds(30);

/// Something about a tenant's sessions, members or tokens changed; the message is the tenant's id.
const IDENTITY_CHANGED: Topic = Topic("identity");
/// Something about a tenant itself changed; the message is the tenant's id.
const TENANT_CHANGED: Topic = Topic("tenant");
/// Members meet other versions of plugins than before: previews were turned on or off, or published.
const PREVIEWS_CHANGED: Topic = Topic("plugin-previews");

/// A tenant's policies were published; the message is the tenant's id.
const POLICY_CHANGED: Topic = Topic("policy");

/// What the gateway is built from.
#[derive(Clone)]
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: SharedClock,
    /// The way to the services.
    pub services: ServiceClient,
    /// Counters of attempts.
    pub cache: Cache,
    /// News of changes made elsewhere.
    pub bus: Bus,
    /// Background work.
    pub tasks: Tasks,
    /// OpenAPI documents by service name, as text.
    pub documents: BTreeMap<String, String>,
}

/// The gateway's state. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

/// The parts and the memories.
pub struct Inner {
    /// What it was built from.
    pub parts: Parts,
    /// Hashes passwords, bounded.
    pub hasher: PasswordHasher,
    /// Which cookie carries sessions.
    pub cookie: SessionCookie,
    /// Which cookie carries the secret of a sign-in that is under way.
    pub attempt_cookie: SessionCookie,
    /// Which cookie carries the operator's session.
    pub operator_cookie: SessionCookie,
    /// What is remembered of identity providers.
    pub(crate) providers: Memory,
    /// Requests a minute.
    pub(crate) counters: Counters,
    /// Requests at the same time.
    pub(crate) gate: Gate,
    hosts: Fresh<String, Option<Arc<Tenant>>>,
    tenants: Fresh<TenantId, Option<Arc<Tenant>>>,
    /// Sessions by token.
    pub(crate) sessions: Fresh<(TenantId, Digest), Option<Arc<Session>>>,
    /// Sessions by id, for tokens.
    pub(crate) sessions_by_id: Fresh<(TenantId, Uuid), Option<Arc<Session>>>,
    /// Whose which API token is.
    pub(crate) api_tokens: Fresh<(TenantId, Digest), Option<crate::identity::Holder>>,
    /// Ownership refs by tenant and user.
    pub(crate) ownership: Fresh<(TenantId, String), Arc<Vec<String>>>,
    /// The revision of each tenant's policies.
    pub(crate) policy_revisions: Fresh<TenantId, i64>,
    /// What people hold under their tenant's policies.
    pub(crate) effective: Fresh<Alike, Arc<Effective>>,
    /// Front-end plugins by tenant.
    pub(crate) features: Fresh<TenantId, Value>,
    public_keys: Fresh<TenantId, Arc<Vec<PublicKey>>>,
    /// Tenants whose keys were read again a moment ago because a token named an unknown one.
    keys_reread: Fresh<TenantId, ()>,
    signing_keys: Fresh<TenantId, Arc<SigningKey>>,
}

impl Deref for Gateway {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Whose surface a request came to.
#[derive(Debug, Clone)]
pub enum Surface {
    /// The domain itself.
    Apex,
    /// An organisation's own host.
    Tenant(Arc<Tenant>),
    /// A bare address: no organisation of its own, tokens decide.
    Address {
        /// Whether it can only be this machine.
        loopback: bool,
    },
    /// A host that is nobody's. `below_domain`: it could have been an organisation's, so no token counts either.
    Nobody {
        /// Whether it is one label below the domain.
        below_domain: bool,
    },
}

impl Gateway {
    /// Puts the parts together and listens for news.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let clock = || parts.clock.clone();
        let inner = Inner {
            hasher: PasswordHasher::for_this_machine(),
            cookie: SessionCookie::for_installation(parts.config.https, &parts.config.domain),
            attempt_cookie: SessionCookie::for_attempts(parts.config.https, &parts.config.domain),
            operator_cookie: SessionCookie::for_operator(parts.config.https, &parts.config.domain),
            providers: Memory::new(&parts.clock),
            counters: Counters::start(parts.cache.clone(), &parts.tasks),
            gate: Gate::default(),
            hosts: Fresh::new(clock(), 10_000),
            tenants: Fresh::new(clock(), 10_000),
            sessions: Fresh::new(clock(), 50_000),
            sessions_by_id: Fresh::new(clock(), 50_000),
            api_tokens: Fresh::new(clock(), 50_000),
            ownership: Fresh::new(clock(), 50_000),
            policy_revisions: Fresh::new(clock(), 10_000),
            effective: Fresh::new(clock(), 20_000),
            features: Fresh::new(clock(), 10_000),
            public_keys: Fresh::new(clock(), 10_000),
            keys_reread: Fresh::new(clock(), 10_000),
            signing_keys: Fresh::new(clock(), 1_000),
            parts,
        };
        let gateway = Self(Arc::new(inner));
        gateway.listen(IDENTITY_CHANGED, |gateway, tenant| gateway.forget_identities(tenant));
        gateway.listen(TENANT_CHANGED, |gateway, tenant| gateway.forget_tenant(tenant));
        gateway.listen(PREVIEWS_CHANGED, |gateway, tenant| {
            gateway.features.forget(|id| tenant.is_none_or(|tenant| tenant == *id));
        });
        gateway.listen(POLICY_CHANGED, |gateway, tenant| {
            gateway.policy_revisions.forget(|id| tenant.is_none_or(|tenant| tenant == *id));
        });
        gateway
    }

    fn listen(&self, topic: Topic, forget: fn(&Self, Option<TenantId>)) {
        let (gateway, mut news) = (self.clone(), self.parts.bus.subscribe(topic));
        let token = self.parts.tasks.shutdown_token();
        self.parts.tasks.spawn("gateway news", async move {
            loop {
                let event = tokio::select! {
                    () = token.cancelled() => return,
                    event = news.next() => event,
                };
                match event {
                    Some(Event::Message(id)) => forget(&gateway, Uuid::try_parse(&id).ok().map(TenantId::new)),
                    Some(Event::Gap) => forget(&gateway, None),
                    None => return,
                }
            }
        });
    }

    /// Tells all processes, this one first, that sessions, members or tokens of the tenant changed.
    pub fn identities_changed(&self, tenant: TenantId) {
        self.forget_identities(Some(tenant));
        self.parts.bus.publish(IDENTITY_CHANGED, tenant.to_string());
    }

    fn forget_identities(&self, tenant: Option<TenantId>) {
        let concerned = |id: TenantId| tenant.is_none_or(|tenant| tenant == id);
        self.sessions.forget(|key| concerned(key.0));
        self.sessions_by_id.forget(|key| concerned(key.0));
        self.api_tokens.forget(|key| concerned(key.0));
        self.ownership.forget(|key| concerned(key.0));
    }

    fn forget_tenant(&self, tenant: Option<TenantId>) {
        // Few hosts are known at a time, and a new tenant's host may be remembered as nobody's: all are asked anew.
        self.hosts.forget(|_| true);
        self.tenants.forget(|id| tenant.is_none_or(|tenant| tenant == *id));
        self.features.forget(|id| tenant.is_none_or(|tenant| tenant == *id));
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> time::OffsetDateTime {
        self.parts.clock.now()
    }

    /// Whose surface this host is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn surface(&self, host_header: &str) -> Result<Surface> {
        let (slug, host) = match place(host_header, &self.parts.config.domain) {
            Place::Apex => return Ok(Surface::Apex),
            Place::Address { loopback } => return Ok(Surface::Address { loopback }),
            Place::Subdomain(slug) => (Some(slug), host_name(host_header)),
            Place::Elsewhere(host) => (None, host),
        };
        let below_domain = slug.is_some();
        let found = match self.hosts.get(&host) {
            Some(known) => known,
            None => {
                let mut tx = self.parts.db.system(SystemReason::ResolveHost).await?;
                let found =
                    tenant::find_active_at(&mut tx, &host, slug.as_deref(), &self.parts.config).await?.map(Arc::new);
                self.hosts.put(host, found.clone(), SHORT);
                found
            }
        };
        Ok(found.map_or(Surface::Nobody { below_domain }, Surface::Tenant))
    }

    /// The active organisation with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<Arc<Tenant>>> {
        if let Some(known) = self.tenants.get(&id) {
            return Ok(known);
        }
        let mut tx = self.parts.db.system(SystemReason::ResolveHost).await?;
        let found = tenant::find_active(&mut tx, id, &self.parts.config).await?.map(Arc::new);
        self.tenants.put(id, found.clone(), SHORT);
        Ok(found)
    }

    /// The organisation's public keys for checking this token. When it names one that is not known here, another
    /// process may have made it since: they are read again, at most every two seconds whatever strangers send.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn public_keys_for(&self, tenant: TenantId, token: &str) -> Result<Arc<Vec<PublicKey>>> {
        let keys = self.public_keys(tenant).await?;
        if !user_token::names_unknown_key(token, &keys) || self.keys_reread.get(&tenant).is_some() {
            return Ok(keys);
        }
        self.keys_reread.put(tenant, (), SHORT);
        self.public_keys.forget(|id| *id == tenant);
        self.public_keys(tenant).await
    }

    /// The organisation's public keys.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn public_keys(&self, tenant: TenantId) -> Result<Arc<Vec<PublicKey>>> {
        if let Some(keys) = self.public_keys.get(&tenant) {
            return Ok(keys);
        }
        let mut tx = self.parts.db.tenant(tenant).await?;
        let stored = signing_keys::list_public(&mut tx).await?;
        let keys = Arc::new(stored.into_iter().map(|(id, point)| PublicKey { id, point }).collect::<Vec<_>>());
        // An organisation without a key is about to get its first: that answer is not kept.
        if !keys.is_empty() {
            self.public_keys.put(tenant, Arc::clone(&keys), KEYS_KEPT);
        }
        Ok(keys)
    }

    /// The organisation's newest signing key, made on first use.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn signing_key(&self, tenant: TenantId) -> Result<Arc<SigningKey>> {
        if let Some(key) = self.signing_keys.get(&tenant) {
            return Ok(key);
        }
        let mut tx = self.parts.db.tenant_with_keys(tenant).await?;
        let key = match signing_keys::find_or_reserve(&mut tx).await? {
            Some(stored) => SigningKey::stored(stored.id, stored.private, stored.public),
            None => {
                let key = SigningKey::generate()?;
                let (id, private, public) = (key.public.id, key.private().to_vec(), key.public.point.clone());
                signing_keys::insert(&mut tx, &StoredKey { id, private, public }, self.now()).await?;
                key
            }
        };
        tx.commit().await?;
        let key = Arc::new(key);
        self.signing_keys.put(tenant, Arc::clone(&key), KEYS_KEPT);
        self.public_keys.forget(|id| *id == tenant);
        Ok(key)
    }
}
