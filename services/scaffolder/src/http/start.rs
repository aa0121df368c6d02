//! Starting a task, and starting it again.

use super::body::Kind;
use super::{body, permitted, templates};
use crate::State;
use crate::actions::Services;
use crate::domain::spec::{recovery_strategy, task_spec};
use crate::jobs::QUEUE;
use crate::store::event::{EventType, append_events, delete_ending};
use crate::store::step::delete_steps;
use crate::store::task::{self, NewTask};
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use runtime::redaction::{self, Held};
use serde_json::{Value, json};
use store::AuditEvent;
use store::queue::{self, NewJob};
use uuid::Uuid;

/// Start a template.
///
/// Values that break the template's form are answered with 400 and `{errors: […]}`, as the npm package `jsonschema`
/// writes them.
#[utoipa::path(post, path = "/api/scaffolder/v2/tasks", request_body = Value,
    responses((status = 201, description = "The task's id", body = Value), (status = 400, description = "Wrong values")))]
pub(super) async fn create_task(Shared(state): Shared<State>, caller: Caller, request: Request) -> Result<Response> {
    let properties =
        [("templateRef", Kind::Text, true), ("values", Kind::Object, true), ("secrets", Kind::Texts, false)];
    let mut body = body::read(request, &properties).await?;
    let entity_ref = templates::reference(body["templateRef"].as_str().unwrap_or_default())?;
    let values = body.remove("values").unwrap_or_default();
    let secrets = body.remove("secrets").unwrap_or_else(|| json!({}));
    let _held = hold(&secrets);

    let services = Services::new(state.client.clone(), caller.clone());
    let template = templates::find(&services, &entity_ref).await?;
    permitted::check(&state, &services, &caller, &entity_ref).await?;
    let refused = templates::check_values(&state, &template, Some(&values), &secrets).await;
    if let Some(refused) = refused.map_err(templates::unusable)? {
        return Ok(refused);
    }
    let initiator = templates::initiator(&services, &caller).await?;
    let spec = task_spec(&template, &entity_ref, values, &initiator);
    let task_id = Uuid::now_v7();
    let key = task_id.to_string();

    let mut tx = state.db.tenant_with_keys(caller.tenant).await?;
    let new = NewTask {
        task_id,
        spec: &spec,
        template_ref: &entity_ref.key(),
        created_by: initiator.entity_ref.as_deref(),
        initiator: &caller.principal,
        secrets: task::seal_secrets(&mut tx, task_id, &secrets).await?,
    };
    task::insert_task(&mut tx, new).await?;
    queue::enqueue(&mut tx, NewJob::now(QUEUE, &key)).await?;
    let event = AuditEvent::by(&caller.principal, "scaffolder.task.create", &key);
    tx.record(event.after(json!({ "template": entity_ref.key() }))).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok((StatusCode::CREATED, Json(json!({ "id": key }))).into_response())
}

/// Start an ended task again, from its beginning.
#[utoipa::path(post, path = "/api/scaffolder/v2/tasks/{taskId}/retry", request_body = Value,
    params(("taskId" = String, Path)),
    responses((status = 201, description = "The task's id", body = Value), (status = 409, description = "It runs")))]
pub(super) async fn retry_task(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(task_id): Path<String>,
    request: Request,
) -> Result<Response> {
    let mut body = body::read_optional(request, &[("secrets", Kind::Texts, false)]).await?;
    let secrets = body.remove("secrets").unwrap_or_else(|| json!({}));
    let _held = hold(&secrets);
    let (id, found) = super::tasks::find(&state, &caller, &task_id).await?;
    if let Some(text) = found.spec.0["templateInfo"]["entityRef"].as_str() {
        let services = Services::new(state.client.clone(), caller.clone());
        let entity_ref = templates::reference(text)?;
        let template = templates::find(&services, &entity_ref).await?;
        permitted::check(&state, &services, &caller, &entity_ref).await?;
        let refused = templates::check_values(&state, &template, None, &secrets).await;
        if let Some(refused) = refused.map_err(templates::unusable)? {
            return Ok(refused);
        }
    }
    let mut tx = state.db.tenant_with_keys(caller.tenant).await?;
    let sealed = task::seal_secrets(&mut tx, id, &secrets).await?;
    if !task::reopen_task(&mut tx, id, &caller.principal, sealed).await? {
        return Err(Error::conflict(format!("Task with taskId {task_id} cannot be retried")).into());
    }
    delete_ending(&mut tx, id).await?;
    delete_steps(&mut tx, id).await?;
    let recovered = json!({ "recoverStrategy": recovery_strategy(&found.spec.0) });
    append_events(&mut tx, id, &[(EventType::Recovered, recovered)]).await?;
    queue::enqueue(&mut tx, NewJob::now(QUEUE, &id.to_string())).await?;
    tx.record(AuditEvent::by(&caller.principal, "scaffolder.task.retry", id.to_string())).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok((StatusCode::CREATED, Json::<Value>(json!({ "id": task_id }))).into_response())
}

/// Keeps the values of these secrets out of the log of this process for as long as the answer lives.
fn hold(secrets: &Value) -> Held {
    redaction::hold(secrets.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str()))
}
