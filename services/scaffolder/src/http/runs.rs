//! The history of runs: who ran what, from where, and which entities came of it.

use super::answer;
use super::gates::{self, GateView};
use super::page::{Page, cursor, cut, limit};
use crate::State;
use crate::domain::spec::Step;
use crate::store::run::{self, Relation, RunFilter, RunRow, StepView};
use crate::store::{gate, task};
use axum::extract::State as Shared;
use http_shell::{Caller, Json, Path, Query, Result};
use kernel::{EntityRef, Error, RefDefaults};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A run in the history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    /// The task's id.
    id: Uuid,
    /// Which template.
    template_ref: String,
    /// Its title, when the run was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    template_title: Option<String>,
    /// `open`, `processing`, `completed` or `failed`.
    status: String,
    /// What it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting>,
    /// Who started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<String>,
    /// When it was asked for.
    created_at: Value,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Value>,
    /// The entity from whose page it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_from: Option<String>,
    /// The schedule that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_id: Option<Uuid>,
    /// Entities that came of it.
    made: Vec<String>,
    /// How often a process took it up.
    attempts: i32,
}

/// What a run waits for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Waiting {
    /// The gate.
    gate_id: Option<Uuid>,
    /// Its kind.
    kind: Option<String>,
    /// Since when.
    since: Value,
}

/// A run with its steps and gates.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunDetails {
    #[serde(flatten)]
    run: Run,
    /// In order.
    steps: Vec<RunStep>,
    /// In order.
    gates: Vec<GateView>,
}

/// A step of a run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunStep {
    /// Its id in the template.
    id: String,
    /// Its name.
    name: String,
    /// Which action.
    action: String,
    /// `open`, `processing`, `completed`, `failed` or `skipped`.
    status: String,
    /// How often it was begun; more than once: its process stopped.
    attempts: i32,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Value>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Value>,
}

/// Which runs a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct RunQuery {
    /// Of this template.
    template: Option<String>,
    /// By this person.
    created_by: Option<String>,
    /// In this state.
    status: Option<String>,
    /// Those only that wait at a gate.
    #[serde(default)]
    waiting: bool,
    /// Started by this schedule.
    schedule_id: Option<Uuid>,
    /// About this entity.
    entity_ref: Option<String>,
    /// What the entity has to do with it: `made` or `startedFrom`; either when nothing is said.
    relation: Option<String>,
    /// At most so many; 50 when nothing is said, 200 at most.
    limit: Option<i64>,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// List runs, newest first.
#[utoipa::path(get, path = "/api/scaffolder/v1/runs", params(RunQuery), responses((status = 200, body = Page<Run>)))]
pub(super) async fn list_runs(
    Shared(state): Shared<State>,
    caller: Caller,
    Query(query): Query<RunQuery>,
) -> Result<Json<Page<Run>>> {
    let count = limit(query.limit)?;
    let key = |text: &String, kind| EntityRef::parse(text, kind).map(|entity_ref| entity_ref.key());
    let relation = match query.relation.as_deref() {
        None => None,
        Some("made") => Some(Relation::Made),
        Some("startedFrom") => Some(Relation::StartedFrom),
        Some(_) => return Err(Error::input("relation must be made or startedFrom").into()),
    };
    let filter = RunFilter {
        template_ref: query.template.as_ref().map(|text| key(text, RefDefaults::kind("template"))).transpose()?,
        created_by: query.created_by,
        status: query.status,
        waiting: query.waiting,
        schedule_id: query.schedule_id,
        entity: match &query.entity_ref {
            Some(text) => Some((key(text, RefDefaults::default())?, relation)),
            None => None,
        },
        task_id: None,
        before: cursor(query.cursor.as_deref())?,
        limit: count + 1,
    };
    let mut tx = state.db.tenant(caller.tenant).await?;
    let (rows, next_cursor) = cut(run::list_runs(&mut tx, &filter).await?, count, |row| row.task_id);
    Ok(Json(Page { items: rows.into_iter().map(shown).collect(), next_cursor }))
}

/// Get a run with its steps and gates.
#[utoipa::path(get, path = "/api/scaffolder/v1/runs/{taskId}", params(("taskId" = String, Path)),
    responses((status = 200, body = RunDetails), (status = 404, description = "No such run")))]
pub(super) async fn get_run(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(task_id): Path<String>,
) -> Result<Json<RunDetails>> {
    let missing = || Error::not_found(format!("No run with id '{task_id}' found"));
    let id = Uuid::parse_str(&task_id).map_err(|_| missing())?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let filter = RunFilter { task_id: Some(id), limit: 1, ..RunFilter::default() };
    let row = run::list_runs(&mut tx, &filter).await?.pop().ok_or_else(missing)?;
    let task = task::find_task(&mut tx, id).await?.ok_or_else(missing)?;
    let begun = run::list_steps(&mut tx, id).await?;
    let steps = Step::all(&task.spec.0).map(|step| step_shown(step, &begun)).collect();
    let filter = gate::Filter { task_id: Some(id), limit: 200, ..gate::Filter::default() };
    let mut found = gate::list_gates(&mut tx, &filter).await?;
    found.reverse();
    let gates = gates::shown(&mut tx, &caller, found).await?;
    Ok(Json(RunDetails { run: shown(row), steps, gates }))
}

fn step_shown(step: Step<'_>, begun: &[StepView]) -> RunStep {
    let row = begun.iter().find(|row| usize::try_from(row.position).is_ok_and(|position| position == step.position));
    RunStep {
        id: step.id.to_owned(),
        name: step.name.to_owned(),
        action: step.action.to_owned(),
        status: row.map_or_else(|| "open".to_owned(), |row| row.status.clone()),
        attempts: row.map_or(0, |row| row.attempts),
        started_at: row.map(|row| answer::time(row.started_at)),
        ended_at: row.and_then(|row| row.ended_at).map(answer::time),
    }
}

fn shown(row: RunRow) -> Run {
    let waits = row.waiting_since.filter(|_| row.status == "processing");
    Run {
        id: row.task_id,
        template_ref: row.template_ref,
        template_title: row.template_title,
        waiting: waits.map(|since| Waiting { gate_id: row.gate_id, kind: row.gate_kind, since: answer::time(since) }),
        status: row.status,
        created_by: row.created_by,
        created_at: answer::time(row.created_at),
        ended_at: row.ended_at.map(answer::time),
        started_from: row.started_from,
        schedule_id: row.schedule_id,
        made: row.made,
        attempts: row.attempts,
    }
}
