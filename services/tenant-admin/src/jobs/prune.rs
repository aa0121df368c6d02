//! Removes what an organisation does not want to keep, an hour's worth of small steps at a time.

use crate::state::TenantAdmin;
use kernel::Result;
use std::time::Duration;
use store::audit;
use store::queue::{self, Job};

const AT_ONCE: i32 = 2_000;
const STEPS: usize = 50;
const EVERY: Duration = Duration::from_secs(3_600);

pub(super) async fn work(admin: &TenantAdmin, job: &Job) -> Result<()> {
    for _ in 0..STEPS {
        let mut tx = admin.db.tenant(job.tenant()).await?;
        let pruned = audit::prune_audit(&mut tx, AT_ONCE).await?;
        tx.commit().await?;
        if pruned < i64::from(AT_ONCE) {
            break;
        }
    }
    let mut tx = admin.db.tenant(job.tenant()).await?;
    // Without a retention there is nothing to come back for; setting one makes the job anew.
    let ours = match audit::retention(&mut tx).await? {
        Some(_) => queue::reschedule(&mut tx, job, EVERY).await?,
        None => queue::complete(&mut tx, job).await?,
    };
    if ours { tx.commit().await } else { tx.rollback().await }
}
