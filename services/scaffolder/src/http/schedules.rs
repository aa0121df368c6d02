//! Schedules: templates that are started by the clock.

use super::answer;
use super::start::{Checked, Launch, Order, check, launch};
use crate::State;
use crate::domain::cron::Timetable;
use crate::jobs::schedule::enqueue;
use crate::store::schedule::{self, Schedule, Wanted};
use authz::Permission;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http_shell::{Access, Caller, Json, Path, Query, Result};
use kernel::{EntityRef, Error, RefDefaults, User};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{AuditEvent, TenantTx};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Schedules of one organisation.
const MAX_SCHEDULES: i64 = 500;

/// A template that is started by the clock.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScheduleView {
    /// Its id.
    id: Uuid,
    /// For people.
    name: String,
    /// Which template.
    template_ref: String,
    /// What is filled in.
    values: Value,
    /// Minute, hour, day of month, month, day of week.
    cron: String,
    /// In which the cron expression is read.
    time_zone: String,
    /// `skip`: a run is left out while the one before it is not over; `allow`: it is not.
    overlap: &'static str,
    /// Whose permissions count at each run.
    owner: String,
    /// Whether it rests.
    paused: bool,
    /// Why, where nobody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_reason: Option<String>,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_run_at: Option<Value>,
    /// When it was due last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_run_at: Option<Value>,
    /// What it started last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_task_id: Option<Uuid>,
    /// Why nothing was started the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// When it was made.
    created_at: Value,
    /// When somebody changed it last.
    updated_at: Value,
    /// Whether whoever asks may change it.
    can_change: bool,
}

/// Schedules.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Schedules {
    /// By name.
    items: Vec<ScheduleView>,
}

/// What a schedule shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ScheduleInput {
    /// For people.
    name: String,
    /// Which template.
    template_ref: String,
    /// What is filled in, as for a run.
    values: Value,
    /// Minute, hour, day of month, month, day of week.
    cron: String,
    /// In which the cron expression is read; UTC when nothing is said.
    time_zone: Option<String>,
    /// `skip` or `allow`; `skip` when nothing is said.
    overlap: Option<String>,
}

/// Which schedules a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ScheduleQuery {
    /// Those of this template.
    template: Option<String>,
}

/// A cron expression to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Timing {
    /// Minute, hour, day of month, month, day of week.
    cron: String,
    /// UTC when nothing is said.
    time_zone: Option<String>,
}

/// List schedules.
#[utoipa::path(get, path = "/api/scaffolder/v1/schedules", params(ScheduleQuery),
    responses((status = 200, body = Schedules)))]
pub(super) async fn list_schedules(
    Shared(state): Shared<State>,
    caller: Caller,
    Query(query): Query<ScheduleQuery>,
) -> Result<Json<Schedules>> {
    let template = query.template.as_deref().map(template_key).transpose()?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = schedule::list_schedules(&mut tx, template.as_deref()).await?;
    Ok(Json(Schedules { items: found.into_iter().map(|schedule| shown(&caller, schedule)).collect() }))
}

/// Make a schedule. Whoever makes it owns it: their permissions count at each run.
#[utoipa::path(post, path = "/api/scaffolder/v1/schedules", request_body = ScheduleInput,
    responses((status = 201, body = ScheduleView), (status = 400, description = "Says per field what is wrong")))]
pub(super) async fn create_schedule(
    Shared(state): Shared<State>,
    caller: Caller,
    Json(input): Json<ScheduleInput>,
) -> Result<Response> {
    put(&state, &caller, None, input).await
}

/// Get a schedule.
#[utoipa::path(get, path = "/api/scaffolder/v1/schedules/{scheduleId}", params(("scheduleId" = String, Path)),
    responses((status = 200, body = ScheduleView), (status = 404, description = "No such schedule")))]
pub(super) async fn get_schedule(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ScheduleView>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    Ok(Json(shown(&caller, find(&mut tx, &id, false).await?)))
}

/// Change a schedule. Whoever changes it owns it from then on.
#[utoipa::path(put, path = "/api/scaffolder/v1/schedules/{scheduleId}", params(("scheduleId" = String, Path)),
    request_body = ScheduleInput,
    responses((status = 200, body = ScheduleView), (status = 400, description = "Says per field what is wrong"),
        (status = 403, description = "It is somebody else's"), (status = 404, description = "No such schedule")))]
pub(super) async fn update_schedule(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(id): Path<String>,
    Json(input): Json<ScheduleInput>,
) -> Result<Response> {
    put(&state, &caller, Some(&id), input).await
}

/// Delete a schedule. Its runs stay in the history.
#[utoipa::path(delete, path = "/api/scaffolder/v1/schedules/{scheduleId}", params(("scheduleId" = String, Path)),
    responses((status = 204, description = "Deleted"), (status = 403, description = "It is somebody else's"),
        (status = 404, description = "No such schedule")))]
pub(super) async fn delete_schedule(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = changeable(&mut tx, &caller, &id).await?;
    schedule::delete_schedule(&mut tx, found.schedule_id).await?;
    record(&mut tx, &caller, "scaffolder.schedule.delete", &found).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a schedule rest.
#[utoipa::path(post, path = "/api/scaffolder/v1/schedules/{scheduleId}/pause", params(("scheduleId" = String, Path)),
    responses((status = 200, body = ScheduleView), (status = 403, description = "It is somebody else's"),
        (status = 404, description = "No such schedule")))]
pub(super) async fn pause_schedule(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ScheduleView>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = changeable(&mut tx, &caller, &id).await?;
    schedule::set_paused(&mut tx, found.schedule_id, None, None).await?;
    record(&mut tx, &caller, "scaffolder.schedule.pause", &found).await?;
    let found = find(&mut tx, &id, false).await?;
    tx.commit().await?;
    Ok(Json(shown(&caller, found)))
}

/// Let a schedule go on. Times that passed while it rested are not made up for.
#[utoipa::path(post, path = "/api/scaffolder/v1/schedules/{scheduleId}/resume", params(("scheduleId" = String, Path)),
    responses((status = 200, body = ScheduleView), (status = 403, description = "It is somebody else's"),
        (status = 404, description = "No such schedule")))]
pub(super) async fn resume_schedule(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ScheduleView>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = changeable(&mut tx, &caller, &id).await?;
    let next = Timetable::parse(&found.cron, &found.time_zone)?.next_after(found.now)?;
    schedule::set_paused(&mut tx, found.schedule_id, Some(next), None).await?;
    enqueue(&mut tx, found.schedule_id, next, found.now).await?;
    record(&mut tx, &caller, "scaffolder.schedule.resume", &found).await?;
    let found = find(&mut tx, &id, false).await?;
    tx.commit().await?;
    Ok(Json(shown(&caller, found)))
}

/// Run a schedule's template now, as whoever asks.
#[utoipa::path(post, path = "/api/scaffolder/v1/schedules/{scheduleId}/run", params(("scheduleId" = String, Path)),
    responses((status = 201, description = "The task's id", body = Value), (status = 404, description = "No such schedule")))]
pub(super) async fn run_schedule(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    Access::user(Permission::SCAFFOLDER_TASK_CREATE).check(&caller.principal)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = changeable(&mut tx, &caller, &id).await?;
    tx.rollback().await?;
    let order = Order {
        task_id: Uuid::now_v7(),
        template: EntityRef::parse(&found.template_ref, RefDefaults::kind("template"))?,
        values: found.input.0,
        secrets: json!({}),
        started_from: None,
        schedule_id: Some(found.schedule_id),
    };
    Ok(match launch(&state, &caller, order).await? {
        Launch::Started(id) => (StatusCode::CREATED, Json(json!({ "id": id }))).into_response(),
        Launch::Refused(refused) => refused,
    })
}

/// Say when a cron expression comes next.
#[utoipa::path(post, path = "/api/scaffolder/v1/schedules/preview", request_body = Timing,
    responses((status = 200, description = "`{next: […]}`, five times", body = Value),
        (status = 400, description = "Says per field what is wrong")))]
pub(super) async fn preview_schedule(
    Shared(state): Shared<State>,
    caller: Caller,
    Json(timing): Json<Timing>,
) -> Result<Json<Value>> {
    let table = Timetable::parse(&timing.cron, timing.time_zone.as_deref().unwrap_or("UTC"))?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let times = table.upcoming(schedule::now(&mut tx).await?, 5)?;
    Ok(Json(json!({ "next": times.into_iter().map(answer::time).collect::<Vec<_>>() })))
}

async fn put(state: &State, caller: &Caller, id: Option<&str>, input: ScheduleInput) -> Result<Response> {
    Access::user(Permission::SCAFFOLDER_TASK_CREATE).check(&caller.principal)?;
    let user = caller.principal.user().filter(|user| user.is_member());
    let user = user.ok_or_else(|| Error::not_allowed("Only people can own a schedule"))?;
    let name = input.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Error::input("The schedule has no name").with_field("name", "1 to 200 characters").into());
    }
    let skips_overlap = match input.overlap.as_deref() {
        None | Some("skip") => true,
        Some("allow") => false,
        Some(_) => return Err(Error::input("Wrong overlap").with_field("overlap", "skip or allow").into()),
    };
    let time_zone = input.time_zone.as_deref().unwrap_or("UTC");
    let table = Timetable::parse(input.cron.trim(), time_zone)?;
    let template = EntityRef::parse(&input.template_ref, RefDefaults::kind("template"))?;
    if let Some(id) = id {
        let mut tx = state.db.tenant(caller.tenant).await?;
        changeable(&mut tx, caller, id).await?;
    }
    if let Checked::Refused(refused) = check(state, caller, &template, &input.values, &json!({})).await? {
        return Ok(refused);
    }
    let mut tx = state.db.tenant(caller.tenant).await?;
    let schedule_id = match id {
        Some(id) => changeable(&mut tx, caller, id).await?.schedule_id,
        None if schedule::count_schedules(&mut tx).await? >= MAX_SCHEDULES => {
            return Err(Error::conflict(format!("An organisation has at most {MAX_SCHEDULES} schedules")).into());
        }
        None => Uuid::now_v7(),
    };
    let now = schedule::now(&mut tx).await?;
    let next = table.next_after(now)?;
    let wanted = Wanted {
        name,
        template_ref: &template.key(),
        input: &input.values,
        cron: input.cron.trim(),
        time_zone,
        skips_overlap,
        owner: (user.id, &user.entity_ref),
        next_run_at: next,
    };
    schedule::put_schedule(&mut tx, schedule_id, &wanted).await?;
    let found = find(&mut tx, &schedule_id.to_string(), false).await?;
    if !found.paused {
        enqueue(&mut tx, schedule_id, next, now).await?;
    }
    let (status, action) = match id {
        Some(_) => (StatusCode::OK, "scaffolder.schedule.update"),
        None => (StatusCode::CREATED, "scaffolder.schedule.create"),
    };
    record(&mut tx, caller, action, &found).await?;
    tx.commit().await?;
    Ok((status, Json(shown(caller, found))).into_response())
}

async fn record(tx: &mut TenantTx, caller: &Caller, action: &'static str, schedule: &Schedule) -> kernel::Result<()> {
    let about = json!({"name": schedule.name, "template": schedule.template_ref, "cron": schedule.cron,
        "timeZone": schedule.time_zone});
    tx.record(AuditEvent::by(&caller.principal, action, schedule.schedule_id.to_string()).after(about)).await
}

fn template_key(text: &str) -> kernel::Result<String> {
    EntityRef::parse(text, RefDefaults::kind("template")).map(|template| template.key())
}

async fn find(tx: &mut TenantTx, id: &str, lock: bool) -> kernel::Result<Schedule> {
    let missing = || Error::not_found(format!("No schedule with id '{id}' found"));
    let schedule_id = Uuid::parse_str(id).map_err(|_| missing())?;
    schedule::find_schedule(tx, schedule_id, lock).await?.ok_or_else(missing)
}

/// The schedule, where it is the caller's own or the caller looks after templates.
async fn changeable(tx: &mut TenantTx, caller: &Caller, id: &str) -> kernel::Result<Schedule> {
    let found = find(tx, id, true).await?;
    if may_change(caller, &found) {
        return Ok(found);
    }
    Err(Error::not_allowed(format!("This schedule is {}'s", found.owner_ref)))
}

fn may_change(caller: &Caller, schedule: &Schedule) -> bool {
    let holds = |permission| authz::decide(&caller.principal, permission) == authz::Decision::Allow;
    let own = |user: &User| user.id == schedule.owner_id;
    holds(Permission::SCAFFOLDER_SCHEDULE_UPDATE)
        && (caller.principal.user().is_some_and(own) || holds(Permission::SCAFFOLDER_TEMPLATE_MANAGE))
}

fn shown(caller: &Caller, schedule: Schedule) -> ScheduleView {
    ScheduleView {
        can_change: may_change(caller, &schedule),
        id: schedule.schedule_id,
        name: schedule.name,
        template_ref: schedule.template_ref,
        values: schedule.input.0,
        cron: schedule.cron,
        time_zone: schedule.time_zone,
        overlap: if schedule.skips_overlap { "skip" } else { "allow" },
        owner: schedule.owner_ref,
        paused: schedule.paused,
        paused_reason: schedule.paused_reason,
        next_run_at: schedule.next_run_at.map(answer::time),
        last_run_at: schedule.last_run_at.map(answer::time),
        last_task_id: schedule.last_task_id,
        last_error: schedule.last_error,
        created_at: answer::time(schedule.created_at),
        updated_at: answer::time(schedule.updated_at),
    }
}
