//! How a task ends: its last event, its status and its job, in one transaction.

use crate::State;
use crate::domain::failure::{Failure, Outcome};
use crate::store::event::{EventType, append_events};
use crate::store::step::{end_step, list_open_steps};
use crate::store::task::{Status, finish_task};
use crate::workspace::Workspace;
use kernel::Result;
use serde_json::{Value, json};
use store::TenantTx;
use store::queue::{self, Job};
use uuid::Uuid;

/// What is written about a task whose process died or was stopped.
const INTERRUPTED: &str = "interrupted: the process that ran it stopped";

/// Why a task ends.
pub(super) enum Ending {
    /// It ran to its end, good or bad.
    Ran(Outcome<Value>),
    /// Its process stopped in the middle of it.
    Interrupted,
}

/// Ends the task and its job. Does nothing when the lease was lost, or the task ended before.
pub(super) async fn end(state: &State, job: &Job, task_id: Uuid, ending: Ending) -> Result<()> {
    if matches!(ending, Ending::Interrupted) {
        Workspace::discard(&state.config.workspaces, &task_id.to_string());
    }
    let mut tx = state.db.tenant(job.tenant()).await?;
    let (status, body) = match ending {
        Ending::Ran(Ok(output)) => {
            (Status::Completed, json!({"message": "Run completed with status: completed", "output": output}))
        }
        Ending::Ran(Err(failure)) => {
            (Status::Failed, json!({"message": "Run completed with status: failed", "error": failure}))
        }
        Ending::Interrupted => {
            let failure = Failure::new("InterruptedError", INTERRUPTED);
            (Status::Failed, json!({"message": INTERRUPTED, "error": failure}))
        }
    };
    if finish_task(&mut tx, task_id, status).await? {
        close_open_steps(&mut tx, task_id).await?;
        append_events(&mut tx, task_id, &[(EventType::Completion, body)]).await?;
    }
    if queue::complete(&mut tx, job).await? {
        tx.commit().await
    } else {
        tracing::warn!(task = %task_id, "the lease of a task was lost before its end was written");
        tx.rollback().await
    }
}

/// A step that was begun and did not end is shown as failed. After a regular end there is none.
async fn close_open_steps(tx: &mut TenantTx, task_id: Uuid) -> Result<()> {
    for step in list_open_steps(tx, task_id).await? {
        let body = json!({"message": INTERRUPTED, "stepId": step.step_id, "status": "failed"});
        append_events(tx, task_id, &[(EventType::Log, body)]).await?;
        end_step(tx, task_id, step.position, "failed", None).await?;
    }
    Ok(())
}
