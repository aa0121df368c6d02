//! What tenant-admin does in the background: superseded values of secrets go, values are sealed again.

mod reseal;

use crate::state::TenantAdmin;
use crate::store::secret;
use kernel::Result;
use runtime::Tasks;
use std::time::Duration;
use store::TenantTx;
use store::queue::{self, Job, NewJob};

/// Superseded values whose overlap has ended.
const EXPIRY: &str = "secrets.expire";
/// Sealing again under a new data key.
const RESEAL: &str = "keys.reseal";
/// One job per organisation.
const KEY: &str = "all";
const LEASE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_secs(2);
const BATCH: u16 = 8;

pub use reseal::rotate_data_key;

/// Removes superseded values when their overlap ends.
///
/// # Errors
/// Those of the database.
pub(crate) async fn forget_expired(tx: &mut TenantTx, overlap_hours: i64) -> Result<()> {
    let Ok(hours) = u64::try_from(overlap_hours) else { return Ok(()) };
    if hours == 0 {
        return Ok(());
    }
    // A moment later, so that the time is over when the job comes. Each rotation has its own.
    let key = uuid::Uuid::now_v7().to_string();
    let job = NewJob::now(EXPIRY, &key).after(Duration::from_secs(hours * 3600 + 1));
    queue::enqueue(tx, job).await
}

/// Works until shutdown.
pub fn start(state: &TenantAdmin, tasks: &Tasks) {
    for queue in [EXPIRY, RESEAL] {
        let state = state.clone();
        tasks.spawn_periodic(format!("tenant-admin {queue}"), POLL, move || {
            let state = state.clone();
            async move { Ok(work(&state, queue).await?) }
        });
    }
}

async fn work(state: &TenantAdmin, queue: &'static str) -> Result<()> {
    for job in queue::claim(&state.db, queue, BATCH, LEASE).await? {
        let done = match queue {
            EXPIRY => expire(state, &job).await,
            _ => reseal::reseal(state, &job).await,
        };
        if let Err(error) = done {
            tracing::warn!(%error, tenant = %job.tenant(), queue, "a job failed; it will be tried again");
            let mut tx = state.db.tenant(job.tenant()).await?;
            queue::fail(&mut tx, &job, &error.message, queue::back_off(job.attempts)).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn expire(state: &TenantAdmin, job: &Job) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    secret::delete_expired_versions(&mut tx, state.clock.now()).await?;
    if queue::complete(&mut tx, job).await? {
        tx.commit().await?;
    }
    Ok(())
}
