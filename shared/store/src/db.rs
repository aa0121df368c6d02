//! Pools and the two doors.

#![expect(clippy::disallowed_types, reason = "this module owns the pools and the one formatted statement")]

use crate::glance::Glances;
use crate::keyring::Keyring;
use crate::{SystemTx, TenantTx, db, seal};
use kernel::{Error, Result, TenantId};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Connection as _};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

/// Connections for glances: each serves some ten thousand a second.
const GLANCE_CONNECTIONS: u32 = 4;

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
    /// The start page asks which organisations a mail address belongs to.
    FindByAddress,
    /// The operator looks at organisations in whatever state, and deleted ones come to their end.
    CloseTenant,
    /// A service walks over all tenants at start (workers to wake, keys to check).
    ListTenants,
    /// Versions of plugins are rolled out to many organisations, by the operator's plan.
    Rollouts,
    /// The operator has every organisation's data keys wrapped again.
    RewrapKeys,
    /// A data key under which nothing is sealed any more is removed, or all of an organisation that is gone.
    ShredKeys,
    /// The operator signs in, and looks at plugins of all organisations.
    Operator,
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
    glances: Arc<Glances>,
    keys: Keyring,
    /// `begin`, and behind a pooler also what forgets the statements of the connection's other clients.
    begin: &'static str,
}

impl Db {
    /// Opens the pools lazily: the first transaction connects.
    ///
    /// # Errors
    /// `Internal` when a URL is malformed.
    pub fn connect(options: &DbOptions, keys: impl Into<Keyring>) -> Result<Self> {
        let glances = GLANCE_CONNECTIONS.min(options.app_connections);
        Ok(Self {
            app: pool(&options.app_url, options.app_connections, options)?,
            system: pool(&options.system_url, options.system_connections, options)?,
            glances: Arc::new(Glances::new(connect(&options.app_url, options)?, glances, options)),
            keys: keys.into(),
            // The driver names its statements even when it does not keep them, and behind a transaction pooler those
            // names collide with other clients'. A transaction holds its server connection, so clearing them at its
            // start is enough.
            begin: if options.prepared_statements { "begin" } else { "begin; deallocate all" },
        })
    }

    /// Opens a transaction that sees this tenant's rows and no others.
    ///
    /// # Errors
    /// `Unavailable` when no connection is to be had in time.
    pub async fn tenant(&self, tenant: TenantId) -> Result<TenantTx> {
        self.begin_for(tenant, "").await
    }

    /// As [`tenant`](Self::tenant), for a transaction that will seal or open: where a key service unwraps data keys, it
    /// is asked before the transaction begins.
    ///
    /// # Errors
    /// Those of [`tenant`](Self::tenant); `Unavailable` when the key service does not answer.
    pub async fn tenant_with_keys(&self, tenant: TenantId) -> Result<TenantTx> {
        if self.keys.asks_others() {
            let mut tx = self.tenant(tenant).await?;
            let wrapped = seal::list_wrapped(&mut tx).await?;
            tx.commit().await?;
            self.keys.warm(tenant, &wrapped).await?;
        }
        self.tenant(tenant).await
    }

    /// What wraps and unwraps data keys.
    #[must_use]
    pub const fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// As [`tenant`](Self::tenant), for reading only: all statements see the one state that the first of them sees.
    ///
    /// # Errors
    /// `Unavailable` when no connection is to be had in time.
    pub async fn snapshot(&self, tenant: TenantId) -> Result<TenantTx> {
        self.begin_for(tenant, " isolation level repeatable read read only").await
    }

    async fn begin_for(&self, tenant: TenantId, mode: &'static str) -> Result<TenantTx> {
        // One round trip. The typed UUID is the only value that is ever formatted into a statement.
        let tenant_id = tenant.as_uuid().hyphenated();
        let begin = self.begin.replacen("begin", &format!("begin{mode}"), 1);
        let begin = format!("{begin}; set local proscenium.tenant = '{tenant_id}'");
        let pool = self.app.clone();
        let tx = uncancelled(async move { pool.begin_with(AssertSqlSafe(begin)).await }).await?;
        Ok(TenantTx::new(tx, tenant, self.keys.clone()))
    }

    /// The first row of one small read, for one round trip: no begin, no commit, no lending from a pool. The statement
    /// says `$1` where it means the tenant and has no other parameter.
    ///
    /// # Errors
    /// `Unavailable` when no connection is to be had in time; those of the database.
    pub async fn glance(&self, tenant: TenantId, statement: &'static str) -> Result<Option<PgRow>> {
        self.glances.read(tenant, statement).await
    }

    /// A glance with no tenant set, to prove in tests that it shows nothing.
    ///
    /// # Errors
    /// Those of the database.
    #[cfg(feature = "testing")]
    pub async fn glance_without_tenant(&self, statement: &'static str) -> Result<Option<PgRow>> {
        self.glances.read_without_tenant(statement).await
    }

    /// Opens a transaction that sees the few tables which span tenants.
    ///
    /// # Errors
    /// `Unavailable` when no connection is to be had in time.
    pub async fn system(&self, reason: SystemReason) -> Result<SystemTx> {
        tracing::trace!(?reason, "system transaction");
        let (pool, begin) = (self.system.clone(), self.begin);
        let tx = uncancelled(async move { pool.begin_with(begin).await }).await?;
        Ok(SystemTx::new(tx))
    }

    /// A connection of the tenant door with no tenant set, to prove in tests that it shows nothing.
    ///
    /// # Errors
    /// `Unavailable` when no connection is to be had in time.
    #[cfg(feature = "testing")]
    pub async fn without_tenant(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>> {
        self.app.acquire().await.map_err(db)
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
        self.glances.close();
        self.app.close().await;
        self.system.close().await;
    }
}

type Begun = Result<sqlx::Transaction<'static, sqlx::Postgres>, sqlx::Error>;

/// Lets a begin run to its end although the caller goes away.
///
/// A begin that is dropped halfway would return its connection to the pool with the transaction open and the tenant
/// set: the next borrower without a tenant would see that tenant's rows (the pool-poisoning test met it within its first
/// hundred rounds). In a task of its own it completes, and dropping the transaction rolls it back.
async fn uncancelled(
    begin: impl Future<Output = Begun> + Send + 'static,
) -> Result<sqlx::Transaction<'static, sqlx::Postgres>> {
    #[expect(clippy::disallowed_methods, reason = "the task ends with the begin, within the acquire timeout")]
    tokio::spawn(begin).await.map_err(Error::internal)?.map_err(db)
}

fn connect(url: &str, options: &DbOptions) -> Result<PgConnectOptions> {
    let mut connect = PgConnectOptions::from_str(url).map_err(db)?.application_name("proscenium");
    // Poolers refuse start-up parameters that they do not know; the server's default is the same since version 12.
    connect = connect.extra_float_digits(None);
    if !options.prepared_statements {
        connect = connect.statement_cache_capacity(0);
    }
    Ok(connect)
}

/// A connection that was tried so recently is lent as it is.
const FRESH: Duration = Duration::from_millis(200);

fn pool(url: &str, connections: u32, options: &DbOptions) -> Result<PgPool> {
    let connect = connect(url, options)?;
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(options.acquire_timeout)
        .idle_timeout(Duration::from_secs(120))
        // Each is tried when it comes back; before it is lent, only if it has been idle since for longer than a restart takes.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(connect))
}
