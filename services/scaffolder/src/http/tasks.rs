//! Looking at tasks, and cancelling them.

use super::body::Parameter;
use super::{answer, body};
use crate::State;
use crate::jobs::QUEUE;
use crate::store::event::{EventType, append_events, find_current_step};
use crate::store::task::{self, Filter, Order, OrderField, Task};
use axum::extract::State as Shared;
use http::Uri;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde_json::{Value, json};
use store::AuditEvent;
use store::queue::{self, Urgency};
use uuid::Uuid;

/// List tasks.
///
/// `createdBy` and `status` may be given several times; `order` is `asc:FIELD` or `desc:FIELD` with one of
/// `created_at`, `status`, `created_by`.
#[utoipa::path(get, path = "/api/scaffolder/v2/tasks",
    params(("createdBy" = Option<String>, Query), ("status" = Option<String>, Query), ("order" = Option<String>, Query),
        ("limit" = Option<i64>, Query), ("offset" = Option<i64>, Query)),
    responses((status = 200, description = "{tasks, totalTasks}", body = Value)))]
pub(super) async fn list_tasks(Shared(state): Shared<State>, caller: Caller, uri: Uri) -> Result<Json<Value>> {
    let filter = filter(uri.query())?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let (tasks, total) = task::list_tasks(&mut tx, &filter).await?;
    let tasks: Vec<Value> = tasks.iter().map(shown).collect();
    Ok(Json(json!({"tasks": tasks, "totalTasks": total})))
}

/// Get a task.
#[utoipa::path(get, path = "/api/scaffolder/v2/tasks/{taskId}", params(("taskId" = String, Path)),
    responses((status = 200, description = "The task", body = Value), (status = 404, description = "No such task")))]
pub(super) async fn get_task(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(task_id): Path<String>,
) -> Result<Json<Value>> {
    let (_, found) = find(&state, &caller, &task_id).await?;
    Ok(Json(shown(&found)))
}

/// Ask a task to stop.
///
/// The step that runs, or waits, ends at once, and the task fails. Cancelling an ended task changes nothing but its
/// events.
#[utoipa::path(post, path = "/api/scaffolder/v2/tasks/{taskId}/cancel", params(("taskId" = String, Path)),
    responses((status = 200, description = "Asked", body = Value), (status = 404, description = "No such task")))]
pub(super) async fn cancel_task(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(task_id): Path<String>,
) -> Result<Json<Value>> {
    let (id, _) = find(&state, &caller, &task_id).await?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let step = find_current_step(&mut tx, id).await?.map_or(json!(0), Value::String);
    let name = step.as_str().map_or_else(|| step.to_string(), str::to_owned);
    let body = json!({"message": format!("Step {name} has been cancelled."), "stepId": step, "status": "cancelled"});
    append_events(&mut tx, id, &[(EventType::Cancelled, body)]).await?;
    if task::request_cancel(&mut tx, id).await? {
        // One that waits at a gate has no process that could hear of it.
        queue::enqueue_all(&mut tx, QUEUE, &[id.to_string()], Urgency::Person).await?;
    }
    tx.record(AuditEvent::by(&caller.principal, "scaffolder.task.cancel", id.to_string())).await?;
    tx.commit().await?;
    state.cancel(caller.tenant, id);
    state.news.tell(id);
    state.rouse();
    Ok(Json(json!({ "status": "cancelled" })))
}

/// The task that a path names.
pub(super) async fn find(state: &State, caller: &Caller, task_id: &str) -> kernel::Result<(Uuid, Task)> {
    let missing = || Error::not_found(format!("No task with id '{task_id}' found"));
    // The real one's database refuses such an id, and clients see that as a fault of the server.
    let id = Uuid::parse_str(task_id).map_err(Error::internal)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = task::find_task(&mut tx, id).await?;
    Ok((id, found.ok_or_else(missing)?))
}

fn shown(task: &Task) -> Value {
    let mut shown = json!({
        "id": task.task_id.to_string(),
        "spec": task.spec.0,
        "status": task.status,
        "createdAt": answer::time(task.created_at),
        "lastHeartbeatAt": task.last_heartbeat_at.map(answer::time),
    });
    if let (Some(by), Some(shown)) = (&task.created_by, shown.as_object_mut()) {
        shown.insert("createdBy".to_owned(), json!(by));
    }
    shown
}

fn filter(query: Option<&str>) -> kernel::Result<Filter> {
    let parameters = body::query(query, &["createdBy", "status", "order", "limit", "offset"])?;
    let mut filter = Filter::default();
    let mut orders = Vec::new();
    for parameter in parameters {
        match parameter.name.as_str() {
            "createdBy" => filter.created_by = parameter.texts()?,
            "status" => filter.status = parameter.texts()?,
            "order" => orders = parameter.texts()?,
            "limit" => filter.limit = Some(count(&parameter)?),
            _ => filter.offset = count(&parameter)?,
        }
    }
    // What an order says is looked at when all that the schema asks for holds.
    filter.order = orders.iter().map(|value| order(value)).collect::<kernel::Result<_>>()?;
    Ok(filter)
}

fn count(parameter: &Parameter) -> kernel::Result<i64> {
    let number = parameter.whole()?;
    if number < 0.0 {
        return Err(Error::input(format!("request/query/{} must be >= 0", parameter.name)));
    }
    // Beyond any number of tasks; a float becomes the nearest whole number.
    Ok(number.min(1e15) as i64)
}

fn order(value: &str) -> kernel::Result<Order> {
    let (direction, field) = value.split_once(':').unwrap_or_default();
    if !matches!(direction, "asc" | "desc") || field.is_empty() {
        return Err(Error::input(format!(
            "Invalid order parameter \"{value}\", expected \"<asc or desc>:<field name>\""
        )));
    }
    let field = match field {
        "created_at" => OrderField::CreatedAt,
        "status" => OrderField::Status,
        "created_by" => OrderField::CreatedBy,
        other => return Err(Error::input(format!("Invalid order field \"{other}\""))),
    };
    Ok(Order { field, descending: direction == "desc" })
}
