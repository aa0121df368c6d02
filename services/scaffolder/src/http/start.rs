//! Starting a task, and starting it again.

use super::body::Kind;
use super::{answer, body, permitted, templates};
use crate::State;
use crate::domain::failure::Failure;
use crate::domain::spec::{recovery_strategy, task_spec};
use crate::domain::template::Template;
use crate::jobs::QUEUE;
use crate::store::event::{EventType, append_events, delete_ending};
use crate::store::step::delete_steps;
use crate::store::task::{self, NewTask};
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{EntityRef, Error, RefDefaults};
use runtime::redaction::{self, Held};
use serde_json::{Value, json};
use store::AuditEvent;
use store::queue::{self, Urgency};
use uuid::Uuid;

/// Start a template.
///
/// Values that break the template's form are answered with 400 and `{errors: […]}`, as the npm package `jsonschema`
/// writes them. `entityRef` says from whose page it is started.
#[utoipa::path(post, path = "/api/scaffolder/v2/tasks", request_body = Value,
    responses((status = 201, description = "The task's id", body = Value), (status = 400, description = "Wrong values")))]
pub(super) async fn create_task(Shared(state): Shared<State>, caller: Caller, request: Request) -> Result<Response> {
    let properties = [
        ("templateRef", Kind::Text, true),
        ("values", Kind::Object, true),
        ("secrets", Kind::Texts, false),
        ("entityRef", Kind::Text, false),
    ];
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut body = body::read(request, &properties).await?;
    if body["templateRef"] == "" {
        return Ok(answer::failed(Failure::error("Entity reference must not be empty"), &method, &uri));
    }
    let started_from = body.get("entityRef").and_then(Value::as_str).map(entity_key).transpose()?;
    let order = Order {
        task_id: Uuid::now_v7(),
        template: templates::reference(body["templateRef"].as_str().unwrap_or_default())?,
        values: body.remove("values").unwrap_or_default(),
        secrets: body.remove("secrets").unwrap_or_else(|| json!({})),
        started_from,
        schedule_id: None,
    };
    let _held = hold(&order.secrets);
    Ok(match launch(&state, &caller, order).await? {
        Launch::Started(id) => (StatusCode::CREATED, Json(json!({ "id": id.to_string() }))).into_response(),
        Launch::Refused(refused) => refused,
    })
}

fn entity_key(text: &str) -> kernel::Result<String> {
    EntityRef::parse(text, RefDefaults::default()).map(|entity_ref| entity_ref.key())
}

/// What is to be started.
pub(crate) struct Order {
    /// The id that the task gets.
    pub(crate) task_id: Uuid,
    /// Which template.
    pub(crate) template: EntityRef,
    /// What was filled in.
    pub(crate) values: Value,
    /// Secrets by name.
    pub(crate) secrets: Value,
    /// Key of the entity from whose page it is started.
    pub(crate) started_from: Option<String>,
    /// The schedule that starts it; then nobody waits for it.
    pub(crate) schedule_id: Option<Uuid>,
}

/// What came of an order.
pub(crate) enum Launch {
    /// A task.
    Started(Uuid),
    /// Nothing: the values break the form. The answer says how.
    Refused(Response),
}

/// What came of looking at an order.
pub(super) enum Checked {
    /// The caller may run the template, and the values fit its form.
    Fits(Template),
    /// The values break the form. The answer says how.
    Refused(Response),
}

/// Looks whether the caller may run the template with these values.
pub(super) async fn check(
    state: &State,
    caller: &Caller,
    template_ref: &EntityRef,
    values: &Value,
    secrets: &Value,
) -> kernel::Result<Checked> {
    let services = state.services(caller.clone());
    let template = templates::find(&services, template_ref).await?;
    permitted::check(state, &services, caller, template_ref).await?;
    let refused = templates::check_values(state, &template, Some(values), secrets).await;
    Ok(match refused.map_err(templates::unusable)? {
        Some(refused) => Checked::Refused(refused),
        None => Checked::Fits(template),
    })
}

/// Starts a template on behalf of the caller, whose permissions are checked.
pub(crate) async fn launch(state: &State, caller: &Caller, order: Order) -> kernel::Result<Launch> {
    let template = match check(state, caller, &order.template, &order.values, &order.secrets).await? {
        Checked::Fits(template) => template,
        Checked::Refused(refused) => return Ok(Launch::Refused(refused)),
    };
    let initiator = templates::initiator(&state.services(caller.clone()), caller).await?;
    let spec = task_spec(&template, &order.template, order.values, &initiator);
    let task_id = order.task_id;
    let key = task_id.to_string();

    let mut tx = state.db.tenant_with_keys(caller.tenant).await?;
    let new = NewTask {
        task_id,
        spec: &spec,
        template_ref: &order.template.key(),
        created_by: initiator.entity_ref.as_deref(),
        initiator: &caller.principal,
        secrets: task::seal_secrets(&mut tx, task_id, &order.secrets).await?,
        started_from: order.started_from.as_deref(),
        schedule_id: order.schedule_id,
    };
    task::insert_task(&mut tx, new).await?;
    let urgency = if order.schedule_id.is_some() { Urgency::Background } else { Urgency::Person };
    queue::enqueue_all(&mut tx, QUEUE, std::slice::from_ref(&key), urgency).await?;
    let event = AuditEvent::by(&caller.principal, "scaffolder.task.create", &key);
    let mut about = json!({ "template": order.template.key() });
    if let Some(schedule_id) = order.schedule_id {
        about["schedule"] = json!(schedule_id);
    }
    tx.record(event.after(about)).await?;
    tx.commit().await?;
    state.rouse();
    Ok(Launch::Started(task_id))
}

/// Start an ended task again, from its beginning. What its actions keep as checkpoints is not done again.
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
        let services = state.services(caller.clone());
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
    queue::enqueue_all(&mut tx, QUEUE, &[id.to_string()], Urgency::Person).await?;
    tx.record(AuditEvent::by(&caller.principal, "scaffolder.task.retry", id.to_string())).await?;
    tx.commit().await?;
    state.rouse();
    Ok((StatusCode::CREATED, Json::<Value>(json!({ "id": task_id }))).into_response())
}

/// Keeps the values of these secrets out of the log of this process for as long as the answer lives.
fn hold(secrets: &Value) -> Held {
    redaction::hold(secrets.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str()))
}
