//! Tiny reads: one statement for one tenant, one message there and one back.
//!
//! A glance is sent in the simple protocol together with `set local`: both are one implicit transaction of the server,
//! which ends with the message whatever becomes of it. There is no begin that could stay open and no setting that could
//! outlive its statement. Where prepared statements may be used, a connection prepares each on its first use, and plans it
//! once for all tenants: a look-up by primary key has one plan. Together this saves more than half of the server's work. Its connections are its own, because a pool pings a connection when it lends it and when it
//! takes it back: two round trips to save here. One that is given up halfway is closed, never lent again.

#![expect(clippy::disallowed_types, reason = "this module sends one of the two formatted statements")]

use crate::{DbOptions, db};
use kernel::{Error, Result, TenantId};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// A connection that nobody needed for so long is not lent any more.
const IDLE: Duration = Duration::from_secs(120);

/// Our roles plan anew for each tenant, as their data are so unlike; that has nothing to find out for a glance.
const PLAN_ONCE: &str = "set plan_cache_mode = force_generic_plan";

/// The connections for glances.
#[derive(Debug)]
pub(crate) struct Glances {
    options: PgConnectOptions,
    idle: Mutex<Vec<Idle>>,
    permits: Semaphore,
    patience: Duration,
    prepares: bool,
}

#[derive(Debug)]
struct Idle {
    connection: PgConnection,
    /// What it has prepared: `glance_0` is the first of these.
    prepared: Vec<&'static str>,
    since: Instant,
}

/// What to send: for this tenant, this statement; or, in tests, a message as it is.
#[derive(Debug, Clone)]
enum Question {
    Of(TenantId, &'static str),
    #[cfg(feature = "testing")]
    Plain(&'static str),
}

impl Glances {
    pub(crate) fn new(options: PgConnectOptions, connections: u32, settings: &DbOptions) -> Self {
        // The driver's log of statements costs more than the statement.
        let options = options.disable_statement_logging().statement_cache_capacity(0);
        let permits = Semaphore::new(usize::try_from(connections.max(1)).unwrap_or(1));
        let (patience, prepares) = (settings.acquire_timeout, settings.prepared_statements);
        Self { options, idle: Mutex::default(), permits, patience, prepares }
    }

    /// The first row of the statement, `$1` in it being the tenant.
    pub(crate) async fn read(&self, tenant: TenantId, statement: &'static str) -> Result<Option<PgRow>> {
        self.send(Question::Of(tenant, statement)).await
    }

    #[cfg(feature = "testing")]
    pub(crate) async fn read_without_tenant(&self, message: &'static str) -> Result<Option<PgRow>> {
        self.send(Question::Plain(message)).await
    }

    async fn send(&self, question: Question) -> Result<Option<PgRow>> {
        let busy = || Error::unavailable("The database is busy. Try again in a moment.");
        let permit = tokio::time::timeout(self.patience, self.permits.acquire()).await.map_err(|_| busy())?;
        let _permit = permit.map_err(|_| busy())?;
        if let Some(idle) = self.take() {
            match self.ask(idle.connection, idle.prepared, &question).await {
                // It may have died while it was idle; a read may be sent again.
                Err(error) if is_lost(&error) => {}
                answered => return answered.map_err(db),
            }
        }
        let connection = tokio::time::timeout(self.patience, self.options.connect()).await.map_err(|_| busy())?;
        self.ask(connection.map_err(db)?, Vec::new(), &question).await.map_err(db)
    }

    /// Lends the connection to one message. It comes back only when its answer was read to the end.
    async fn ask(
        &self,
        mut connection: PgConnection,
        mut prepared: Vec<&'static str>,
        question: &Question,
    ) -> Result<Option<PgRow>, sqlx::Error> {
        let message = self.message(question, &mut prepared);
        let rows = sqlx::raw_sql(AssertSqlSafe(message)).fetch_all(&mut connection).await?;
        let since = Instant::now();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(Idle { connection, prepared, since });
        Ok(rows.into_iter().next())
    }

    fn message(&self, question: &Question, prepared: &mut Vec<&'static str>) -> String {
        let (tenant, statement) = match question {
            Question::Of(tenant, statement) => (tenant, *statement),
            #[cfg(feature = "testing")]
            Question::Plain(message) => return (*message).to_owned(),
        };
        // The typed UUID is the only value that is ever formatted into a statement.
        let id = tenant.as_uuid().hyphenated();
        let set = format!("set local proscenium.tenant = '{id}'");
        if !self.prepares {
            return format!("{set}; {}", statement.replace("$1", &format!("'{id}'")));
        }
        match prepared.iter().position(|known| *known == statement) {
            Some(number) => format!("{set}; execute glance_{number}('{id}')"),
            None => {
                let number = prepared.len();
                prepared.push(statement);
                format!(
                    "{PLAN_ONCE}; {set}; prepare glance_{number}(uuid) as {statement}; execute glance_{number}('{id}')"
                )
            }
        }
    }

    fn take(&self) -> Option<Idle> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let last = idle.pop()?;
        if last.since.elapsed() < IDLE {
            return Some(last);
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
