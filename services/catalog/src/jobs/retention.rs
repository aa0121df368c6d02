//! Forgets the past of organisations that is older than they keep it, a little at a time.

use crate::State;
use crate::store::history::prune::{self, INTERVAL, QUEUE};
use crate::store::settings;
use kernel::Result;
use runtime::Tasks;
use std::time::Duration;
use store::queue::{self, Job};

/// How often somebody looks whether an organisation is due.
const POLL: Duration = Duration::from_secs(60);
/// How long a job is ours; every batch extends it.
const LEASE: Duration = Duration::from_secs(120);
/// Organisations that are taken on at once, one after the other.
const CLAIMED: u16 = 4;
/// The breath between two batches: nobody waits for this.
const PAUSE: Duration = Duration::from_millis(100);

/// Starts the loop.
pub fn start(state: &State, tasks: &Tasks) {
    let (state, shutdown) = (state.clone(), tasks.shutdown_token());
    tasks.spawn("catalog.history", async move {
        loop {
            let jobs = queue::claim(&state.db, QUEUE, CLAIMED, LEASE).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "cannot look for histories to prune; will try again");
                Vec::new()
            });
            let pause = if jobs.is_empty() { POLL } else { PAUSE };
            for job in jobs {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = work(&state, &job) => {}
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    });
}

async fn work(state: &State, job: &Job) {
    let Err(error) = prune_all(state, job).await else { return };
    tracing::warn!(%error, tenant = %job.tenant(), "cannot prune a history; will try again");
    let given_back = async {
        let mut tx = state.db.tenant(job.tenant()).await?;
        queue::fail(&mut tx, job, &error.to_string(), queue::back_off(job.attempts)).await?;
        tx.commit().await
    };
    if let Err(error) = given_back.await {
        tracing::warn!(%error, "could not give a job back; its lease will run out");
    }
}

async fn prune_all(state: &State, job: &Job) -> Result<()> {
    loop {
        let mut tx = state.db.tenant(job.tenant()).await?;
        let keep = settings::load(&mut tx).await?;
        let more = prune::batch(&mut tx, &keep).await?;
        let ours = if more {
            queue::extend(&mut tx, job, LEASE).await?
        } else {
            queue::reschedule(&mut tx, job, INTERVAL).await?
        };
        if !ours {
            return tx.rollback().await;
        }
        tx.commit().await?;
        if !more {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
