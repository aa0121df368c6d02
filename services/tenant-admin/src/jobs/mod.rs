//! Background work: the audit log is sent where an organisation wants it, and what it does not keep is pruned; secrets and
//! keys have theirs in [`upkeep`]; mails are sent, and what was deleted is erased.
//!
//! The audit log's are jobs of the queue, one for each stream and one for each log with a retention, so that a killed process loses
//! nothing: the lease runs out and another goes on from the row that was confirmed last.

mod erase;
mod mail;
mod prune;
mod send;
pub mod upkeep;

pub use erase::erase_due;
pub(crate) use mail::queue_mail;
pub use mail::start as send_mails;

use crate::state::TenantAdmin;
use http_shell::ServiceClient;
use kernel::Result;
use runtime::Tasks;
use std::time::Duration;
use store::TenantTx;
use store::queue::{self, Job, NewJob};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

const SEND: &str = "audit.send";
const PRUNE: &str = "audit.prune";
const LEASE: Duration = Duration::from_secs(90);
/// Streams that one process sends at a time: each is a request to somebody else's server, nearly all of it waiting.
const AT_ONCE: usize = 16;
/// Logs that are looked for at a time; they are pruned one by one.
const PRUNED_AT_ONCE: usize = 4;

/// What the work needs.
#[derive(Clone)]
struct Context {
    admin: TenantAdmin,
    client: ServiceClient,
}

/// Starts the loops that do what is due.
pub fn start(admin: &TenantAdmin, client: &ServiceClient, tasks: &Tasks) {
    upkeep::start(admin, tasks);
    mail::start(admin, tasks);
    erase::start(admin, tasks);
    let context = Context { admin: admin.clone(), client: client.clone() };
    tasks.spawn("audit streams", send_streams(context.clone(), tasks.shutdown_token()));
    tasks.spawn("audit pruning", prune_logs(context, tasks.shutdown_token()));
}

/// Each job in a task of its own: a server that does not answer holds up nobody else's stream. What is under way at
/// shutdown is sent again by whoever finds its lease run out.
async fn send_streams(context: Context, shutdown: CancellationToken) {
    let mut sending = JoinSet::new();
    while !shutdown.is_cancelled() {
        let jobs = due(&context, SEND, AT_ONCE - sending.len()).await;
        let found = !jobs.is_empty();
        for job in jobs {
            let span = tracing::info_span!("audit.send", tenant = %job.tenant(), stream = %job.key);
            let context = context.clone();
            sending.spawn(async move { report(&job, send::work(&context, &job).await) }.instrument(span));
        }
        if found && sending.len() < AT_ONCE {
            continue;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            Some(_) = sending.join_next() => {}
            () = context.admin.audit_waits.notified() => {}
            () = tokio::time::sleep(context.admin.config.audit_poll / 2) => {}
        }
    }
}

async fn prune_logs(context: Context, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let jobs = due(&context, PRUNE, PRUNED_AT_ONCE).await;
        let found = !jobs.is_empty();
        for job in jobs {
            let span = tracing::info_span!("audit.prune", tenant = %job.tenant());
            report(&job, prune::work(&context.admin, &job).instrument(span).await);
        }
        if found {
            continue;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(context.admin.config.audit_poll) => {}
        }
    }
}

/// At most so many jobs that are due.
async fn due(context: &Context, queue: &'static str, at_most: usize) -> Vec<Job> {
    let at_most = u16::try_from(at_most).unwrap_or(u16::MAX);
    if at_most == 0 {
        return Vec::new();
    }
    queue::claim(&context.admin.db, queue, at_most, LEASE).await.unwrap_or_else(|error| {
        tracing::warn!(%error, queue, "cannot look for work; will try again");
        Vec::new()
    })
}

impl TenantAdmin {
    /// Sends what became due now rather than in a moment; another process finds it by looking.
    pub(crate) fn audit_due(&self) {
        self.audit_waits.notify_one();
    }
}

/// Whatever fails here is due again when its lease ends.
fn report(job: &Job, worked: Result<()>) {
    if let Err(error) = worked {
        tracing::warn!(%error, source = ?error.source, attempts = job.attempts, "will try again");
    }
}

/// Makes a stream due now.
///
/// # Errors
/// Those of the database.
pub(crate) async fn send_soon(tx: &mut TenantTx, stream: Uuid) -> Result<()> {
    queue::enqueue(tx, NewJob::now(SEND, &stream.to_string())).await
}

/// Forgets a stream's job.
///
/// # Errors
/// Those of the database.
pub(crate) async fn send_no_more(tx: &mut TenantTx, stream: Uuid) -> Result<()> {
    queue::forget(tx, SEND, &stream.to_string()).await
}

/// Makes pruning due now.
///
/// # Errors
/// Those of the database.
pub(crate) async fn prune_soon(tx: &mut TenantTx) -> Result<()> {
    queue::enqueue(tx, NewJob::now(PRUNE, "log")).await
}
