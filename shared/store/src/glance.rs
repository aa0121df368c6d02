//! Tiny reads: one statement for one tenant, one message there and one back.
//!
//! A glance is sent in the simple protocol together with `set local`: both are one implicit transaction of the server,
//! which ends with the message whatever becomes of it. There is no begin that could stay open and no setting that could
//! outlive its statement. Its connections are its own, because a pool pings a connection when it lends it and when it
//! takes it back: two round trips to save here. One that is given up halfway is closed, never lent again.

#![expect(clippy::disallowed_types, reason = "this module sends one of the two formatted statements")]

use crate::db;
use kernel::{Error, Result, TenantId};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// A connection that nobody needed for so long is not lent any more.
const IDLE: Duration = Duration::from_secs(120);

/// The connections for glances.
#[derive(Debug)]
pub(crate) struct Glances {
    options: PgConnectOptions,
    idle: Mutex<Vec<Idle>>,
    permits: Semaphore,
    patience: Duration,
}

#[derive(Debug)]
struct Idle {
    connection: PgConnection,
    since: Instant,
}

impl Glances {
    pub(crate) fn new(options: PgConnectOptions, connections: u32, patience: Duration) -> Self {
        // The driver's log of statements costs more than the statement.
        let options = options.disable_statement_logging().statement_cache_capacity(0);
        let permits = Semaphore::new(usize::try_from(connections.max(1)).unwrap_or(1));
        Self { options, idle: Mutex::default(), permits, patience }
    }

    /// The first row of the statement, `$1` in it being the tenant.
    pub(crate) async fn read(&self, tenant: TenantId, statement: &'static str) -> Result<Option<PgRow>> {
        // The typed UUID is the only value that is ever formatted into a statement.
        let id = tenant.as_uuid().hyphenated();
        let statement = statement.replace("$1", &format!("'{id}'"));
        self.send(format!("set local proscenium.tenant = '{id}'; {statement}")).await
    }

    pub(crate) async fn send(&self, message: String) -> Result<Option<PgRow>> {
        let busy = || Error::unavailable("The database is busy. Try again in a moment.");
        let permit = tokio::time::timeout(self.patience, self.permits.acquire()).await.map_err(|_| busy())?;
        let _permit = permit.map_err(|_| busy())?;
        if let Some(connection) = self.take() {
            match self.ask(connection, message.clone()).await {
                // It may have died while it was idle; a read may be sent again.
                Err(error) if is_lost(&error) => {}
                answered => return answered.map_err(db),
            }
        }
        let connection = tokio::time::timeout(self.patience, self.options.connect()).await.map_err(|_| busy())?;
        self.ask(connection.map_err(db)?, message).await.map_err(db)
    }

    /// Lends the connection to one message. It comes back only when its answer was read to the end.
    async fn ask(&self, mut connection: PgConnection, message: String) -> Result<Option<PgRow>, sqlx::Error> {
        let rows = sqlx::raw_sql(AssertSqlSafe(message)).fetch_all(&mut connection).await?;
        let since = Instant::now();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(Idle { connection, since });
        Ok(rows.into_iter().next())
    }

    fn take(&self) -> Option<PgConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let last = idle.pop()?;
        if last.since.elapsed() < IDLE {
            return Some(last.connection);
        }
        // The last one put back is the freshest.
        idle.clear();
        None
    }

    /// Refuses glances from now on and closes what is idle.
    pub(crate) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(cause) => matches!(cause.code().as_deref(), Some("57P01" | "57P02" | "57P03" | "08006")),
        _ => false,
    }
}
