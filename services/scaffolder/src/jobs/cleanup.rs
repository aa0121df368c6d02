//! Deletes the snapshots of workspaces whose tasks ended. A job asks for it in the transaction of the end, so none is
//! forgotten, whoever dies when.

use crate::State;
use crate::snapshot;
use kernel::Result;
use runtime::objects::Objects;
use std::time::Duration;
use store::TenantTx;
use store::queue::{self, Job, NewJob};
use uuid::Uuid;

const QUEUE: &str = "scaffolder.workspace";
const LEASE: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(5);

/// Asks for it.
pub(super) async fn enqueue(tx: &mut TenantTx, task_id: Uuid, generation: i32) -> Result<()> {
    queue::enqueue(tx, NewJob::now(QUEUE, &format!("{task_id}/{generation}"))).await
}

/// Does it until shutdown.
pub(super) async fn work(state: State) {
    let Some(objects) = state.objects.clone() else { return };
    let shutdown = state.tasks.shutdown_token();
    while !shutdown.is_cancelled() {
        match queue::claim(&state.db, QUEUE, 16, LEASE).await {
            Ok(jobs) => {
                for job in jobs {
                    if let Err(error) = clean(&state, &objects, &job).await {
                        tracing::warn!(%error, task = job.key, "snapshots of a task could not be deleted yet");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the queue of ended tasks cannot be read"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn clean(state: &State, objects: &Objects, job: &Job) -> Result<()> {
    let deleted = match parse(&job.key) {
        Some((task_id, generation)) => {
            objects.delete_all(&snapshot::folder(job.tenant(), task_id, generation)?).await.map(|_| ())
        }
        None => Ok(()),
    };
    let mut tx = state.db.tenant(job.tenant()).await?;
    match &deleted {
        Ok(()) => {
            queue::complete(&mut tx, job).await?;
        }
        Err(error) => queue::fail(&mut tx, job, &error.to_string(), queue::back_off(job.attempts)).await?,
    }
    tx.commit().await?;
    deleted
}

fn parse(key: &str) -> Option<(Uuid, i32)> {
    let (task_id, generation) = key.split_once('/')?;
    Some((Uuid::parse_str(task_id).ok()?, generation.parse().ok()?))
}
