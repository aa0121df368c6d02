//! Pools and the two doors.

use crate::{KeyEncryptionKey, SystemTx, TenantTx, db};
use kernel::{Result, TenantId};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _};
use std::str::FromStr as _;
use std::time::Duration;

/// Why code looks across tenants. Each variant names one use; add one rather than reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemReason {
    /// The gateway asks which tenant a host name belongs to.
    ResolveHost,
    /// Sign-up asks whether an address is free and writes the tenant's first rows.
    CreateTenant,
    /// A queue hands out due jobs of all tenants.
    ClaimJobs,
    /// The operator looks at jobs that were given up.
    ListDeadJobs,
    /// A service walks over all tenants at start (workers to wake, keys to check).
    ListTenants,
    /// The readiness probe asks whether the database answers.
    Probe,
}

/// How to reach Postgres.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// URL of the role `proscenium_app`.
    pub app_url: String,
    /// URL of the role `proscenium_system`.
    pub system_url: String,
    /// Connections of the tenant door.
    pub app_connections: u32,
    /// Connections of the system door.
    pub system_connections: u32,
    /// Off behind poolers that cannot keep prepared statements apart.
    pub prepared_statements: bool,
    /// How long to wait for a free connection.
    pub acquire_timeout: Duration,
}

impl DbOptions {
    /// Options with the pool sizes that suit one process on a small machine.
    #[must_use]
    pub fn new(app_url: impl Into<String>, system_url: impl Into<String>) -> Self {
        Self {
            app_url: app_url.into(),
            system_url: system_url.into(),
            app_connections: 16,
            system_connections: 4,
            prepared_statements: true,
            acquire_timeout: Duration::from_secs(10),
        }
    }
}

/// The database behind its two doors. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    app: PgPool,
    system: PgPool,
    kek: KeyEncryptionKey,
}

impl Db {
    /// Opens the pools lazily: the first transaction connects.
    ///
    /// # Errors
    /// `Internal` when a URL is malformed.
    pub fn connect(options: &DbOptions, kek: KeyEncryptionKey) -> Result<Self> {
        Ok(Self {
            app: pool(&options.app_url, options.app_connections, options)?,
            system: pool(&options.system_url, options.system_connections, options)?,
            kek,
        })
    }

    /// Opens a transaction that sees this tenant's rows and no others.
    ///
    /// # Errors
    /// `Unavailable` when no connection is to be had in time.
    pub async fn tenant(&self, tenant: TenantId) -> Result<TenantTx> {
        // One round trip. The typed UUID is the only value that is ever formatted into a statement.
        let begin = format!("begin; set local proscenium.tenant = '{}'", tenant.as_uuid().hyphenated());
        let tx = self.app.begin_with(AssertSqlSafe(begin)).await.map_err(db)?;
        Ok(TenantTx::new(tx, tenant, self.kek.clone()))
    }

    /// Opens a transaction that sees the few tables which span tenants.
    ///
    /// # Errors
    /// `Unavailable` when no connection is to be had in time.
    pub async fn system(&self, reason: SystemReason) -> Result<SystemTx> {
        tracing::trace!(?reason, "system transaction");
        let tx = self.system.begin().await.map_err(db)?;
        Ok(SystemTx::new(tx))
    }

    /// Whether both doors answer.
    ///
    /// # Errors
    /// `Unavailable` when one does not.
    pub async fn probe(&self) -> Result<()> {
        let mut tx = self.system(SystemReason::Probe).await?;
        sqlx::query("select 1").execute(tx.conn()).await.map_err(db)?;
        let mut app = self.app.acquire().await.map_err(db)?;
        app.ping().await.map_err(db)
    }

    /// Closes every connection; later calls fail.
    pub async fn close(&self) {
        self.app.close().await;
        self.system.close().await;
    }
}

#[expect(clippy::disallowed_types, reason = "this module is the one that owns the pools")]
fn pool(url: &str, connections: u32, options: &DbOptions) -> Result<PgPool> {
    let mut connect = PgConnectOptions::from_str(url).map_err(db)?.application_name("proscenium");
    if !options.prepared_statements {
        connect = connect.statement_cache_capacity(0);
    }
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(options.acquire_timeout)
        .idle_timeout(Duration::from_secs(120))
        .test_before_acquire(true)
        .connect_lazy_with(connect))
}
