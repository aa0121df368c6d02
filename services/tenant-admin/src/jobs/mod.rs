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
use tracing::Instrument as _;
use uuid::Uuid;

const SEND: &str = "audit.send";
const PRUNE: &str = "audit.prune";
const LEASE: Duration = Duration::from_secs(90);
/// Streams that one process sends at a time.
const AT_ONCE: u16 = 4;

/// What the work needs.
#[derive(Clone)]
struct Context {
    admin: TenantAdmin,
    client: ServiceClient,
}

/// Starts the loop that does what is due.
pub fn start(admin: &TenantAdmin, client: &ServiceClient, tasks: &Tasks) {
    upkeep::start(admin, tasks);
    mail::start(admin, tasks);
    erase::start(admin, tasks);
    let context = Context { admin: admin.clone(), client: client.clone() };
    let shutdown = tasks.shutdown_token();
    tasks.spawn("audit jobs", async move {
        while !shutdown.is_cancelled() {
            let worked = round(&context).await;
            if !worked {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = tokio::time::sleep(context.admin.config.audit_poll) => {}
                }
            }
        }
    });
}

/// Does what is due at present; whether there was anything.
async fn round(context: &Context) -> bool {
    let sending = due(context, SEND).await;
    let pruning = due(context, PRUNE).await;
    let worked = !sending.is_empty() || !pruning.is_empty();
    let send = futures::future::join_all(sending.into_iter().map(|job| {
        let span = tracing::info_span!("audit.send", tenant = %job.tenant(), stream = %job.key);
        async move { report(&job, send::work(context, &job).await) }.instrument(span)
    }));
    let prune = async {
        for job in pruning {
            let span = tracing::info_span!("audit.prune", tenant = %job.tenant());
            report(&job, prune::work(&context.admin, &job).instrument(span).await);
        }
    };
    tokio::join!(send, prune);
    worked
}

async fn due(context: &Context, queue: &'static str) -> Vec<Job> {
    queue::claim(&context.admin.db, queue, AT_ONCE, LEASE).await.unwrap_or_else(|error| {
        tracing::warn!(%error, queue, "cannot look for work; will try again");
        Vec::new()
    })
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
