//! How a task leaves a process: at its end, at a gate, or to another process; each in one transaction with its job.

use super::cleanup;
use crate::State;
use crate::domain::failure::Outcome;
use crate::store::event::{EventType, append_as_holder};
use crate::store::gate::cancel_gates;
use crate::store::step::{close_steps, delete_sealed};
use crate::store::task::{Status, finish_task, release_task};
use kernel::Result;
use serde_json::{Value, json};
use std::time::Duration;
use store::queue::{self, Job};
use uuid::Uuid;

/// Ends the task and its job. Does nothing when the lease was lost.
pub(super) async fn end(
    state: &State,
    job: &Job,
    (task_id, generation): (Uuid, i32),
    outcome: Outcome<Value>,
) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    let (status, body) = match outcome {
        Ok(output) => (Status::Completed, json!({"message": "Run completed with status: completed", "output": output})),
        Err(failure) => (Status::Failed, json!({"message": "Run completed with status: failed", "error": failure})),
    };
    let holder = (task_id, job.lease());
    if append_as_holder(&mut tx, holder, &[(EventType::Completion, body)], None).await? {
        finish_task(&mut tx, holder, status).await?;
        close_steps(&mut tx, task_id).await?;
        delete_sealed(&mut tx, task_id).await?;
        cancel_gates(&mut tx, task_id).await?;
        if state.objects.is_some() {
            cleanup::enqueue(&mut tx, task_id, generation).await?;
        }
    }
    let held = queue::complete(&mut tx, job).await?;
    settle(tx, held, task_id).await?;
    state.news.tell(task_id);
    Ok(())
}

/// Lets the task wait at a gate, to be looked at again after so long or when somebody asks for it.
pub(super) async fn wait(state: &State, job: &Job, task_id: Uuid, again: Option<Duration>) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    release_task(&mut tx, (task_id, job.lease()), true).await?;
    let held = match again {
        Some(delay) => queue::reschedule(&mut tx, job, delay).await?,
        None => queue::complete(&mut tx, job).await?,
    };
    settle(tx, held, task_id).await
}

/// Hands the task to whatever process takes it next.
pub(super) async fn hand_over(state: &State, job: &Job, task_id: Uuid) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    release_task(&mut tx, (task_id, job.lease()), false).await?;
    let held = queue::reschedule(&mut tx, job, Duration::ZERO).await?;
    settle(tx, held, task_id).await
}

/// The job is about a task that has ended, or is gone.
pub(super) async fn forget(state: &State, job: &Job) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    queue::complete(&mut tx, job).await?;
    tx.commit().await
}

async fn settle(tx: store::TenantTx, held: bool, task_id: Uuid) -> Result<()> {
    if held {
        return tx.commit().await;
    }
    tracing::warn!(task = %task_id, "the lease of a task was lost before that could be written");
    tx.rollback().await
}
