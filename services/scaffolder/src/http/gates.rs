//! Gates: what runs wait for, and the decisions of people about it.

use super::answer;
use super::page::{Page, cursor, limit};
use crate::State;
use crate::domain::gate::{Approval, Decision, MAX_TEXT};
use crate::jobs::QUEUE;
use crate::store::event::{EventType, append_events};
use crate::store::gate::{self, DecisionRow, Filter, Gate};
use axum::body::Bytes;
use axum::extract::State as Shared;
use credential::Digest;
use http_shell::{Caller, Json, OptionalCaller, Path, Query, Result};
use kernel::{Error, Principal, User};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::queue::{self, Urgency};
use store::{AuditEvent, TenantTx};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Bytes that a call from outside may bring along.
const MAX_PAYLOAD: usize = 64 << 10;

/// Something that a run waits for, or waited for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GateView {
    /// Its id.
    id: Uuid,
    /// Of which run.
    task_id: Uuid,
    /// The step's id in the template.
    step_id: String,
    /// The step's name.
    step_name: String,
    /// Which template is run.
    template_ref: String,
    /// Who started the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_by: Option<String>,
    /// `approval`, `timer`, `webhook` or `entity`.
    kind: String,
    /// `waiting`, `approved`, `rejected`, `passed`, `expired` or `cancelled`.
    state: String,
    /// What approvers read.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Users and groups that an approval waits for.
    approvers: Vec<String>,
    /// `any` or `all` of them.
    require: &'static str,
    /// Whether a decision needs a reason.
    reason_required: bool,
    /// What was decided.
    decisions: Vec<DecisionView>,
    /// When a timer is over, or an entity is looked for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Value>,
    /// When it has waited long enough, and its step fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Value>,
    /// Since when it waits.
    created_at: Value,
    /// Until when it waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Value>,
    /// Whether whoever asks can decide it now.
    can_decide: bool,
}

/// What somebody decided.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DecisionView {
    /// Who.
    by: String,
    /// Yes or no.
    approve: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When.
    at: Value,
}

/// Which gates a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct GateQuery {
    /// Those only that wait for whoever asks.
    #[serde(default)]
    waiting_for_me: bool,
    /// Of this run.
    task_id: Option<Uuid>,
    /// In this state.
    state: Option<String>,
    /// Of this kind.
    kind: Option<String>,
    /// At most so many; 50 when nothing is said, 200 at most.
    limit: Option<i64>,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// A decision.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Verdict {
    /// Why, for those who look at the run later.
    reason: Option<String>,
}

/// List gates, newest first.
#[utoipa::path(get, path = "/api/scaffolder/v1/gates", params(GateQuery),
    responses((status = 200, body = Page<GateView>)))]
pub(super) async fn list_gates(
    Shared(state): Shared<State>,
    caller: Caller,
    Query(query): Query<GateQuery>,
) -> Result<Json<Page<GateView>>> {
    let waiting_for = if query.waiting_for_me { Some(refs(&caller)) } else { None };
    let count = limit(query.limit)?;
    let filter = Filter {
        waiting_for,
        task_id: query.task_id,
        state: query.state,
        kind: query.kind,
        before: cursor(query.cursor.as_deref())?,
        limit: count + 1,
    };
    let mut tx = state.db.tenant(caller.tenant).await?;
    let gates = gate::list_gates(&mut tx, &filter).await?;
    let (gates, next_cursor) = super::page::cut(gates, count, |gate| gate.gate_id);
    Ok(Json(Page { items: shown(&mut tx, &caller, gates).await?, next_cursor }))
}

/// Get a gate.
#[utoipa::path(get, path = "/api/scaffolder/v1/gates/{gateId}", params(("gateId" = String, Path)),
    responses((status = 200, body = GateView), (status = 404, description = "No such gate")))]
pub(super) async fn get_gate(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(gate_id): Path<String>,
) -> Result<Json<GateView>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let gate = find(&mut tx, &gate_id, false).await?;
    Ok(Json(show(&mut tx, &caller, gate).await?))
}

/// Approve what a run waits for.
///
/// Only those whom the step names, themselves or by one of their groups, and not whoever started the run unless the step
/// says so.
#[utoipa::path(post, path = "/api/scaffolder/v1/gates/{gateId}/approve", request_body = Verdict,
    params(("gateId" = String, Path)),
    responses((status = 200, body = GateView), (status = 400, description = "A reason is needed"),
        (status = 403, description = "It waits for others"), (status = 404, description = "No such gate"),
        (status = 409, description = "It does not wait any more, or they have decided")))]
pub(super) async fn approve_gate(
    state: Shared<State>,
    caller: Caller,
    Path(gate_id): Path<String>,
    Json(verdict): Json<Verdict>,
) -> Result<Json<GateView>> {
    decide(&state, &caller, &gate_id, verdict, true).await.map(Json).map_err(Into::into)
}

/// Reject what a run waits for: its step fails, unless the step says that the run goes on.
#[utoipa::path(post, path = "/api/scaffolder/v1/gates/{gateId}/reject", request_body = Verdict,
    params(("gateId" = String, Path)),
    responses((status = 200, body = GateView), (status = 400, description = "A reason is needed"),
        (status = 403, description = "It waits for others"), (status = 404, description = "No such gate"),
        (status = 409, description = "It does not wait any more, or they have decided")))]
pub(super) async fn reject_gate(
    state: Shared<State>,
    caller: Caller,
    Path(gate_id): Path<String>,
    Json(verdict): Json<Verdict>,
) -> Result<Json<GateView>> {
    decide(&state, &caller, &gate_id, verdict, false).await.map(Json).map_err(Into::into)
}

/// Open a gate from outside, by the address that a step made. Each address opens its gate once; what is sent along, JSON
/// of at most 64 KiB, is the step's output.
#[utoipa::path(post, path = "/api/scaffolder/v1/hooks/{token}", params(("token" = String, Path)), request_body = Value,
    responses((status = 200, description = "Accepted", body = Value), (status = 404, description = "Opens nothing")))]
pub(super) async fn call_hook(
    Shared(state): Shared<State>,
    caller: OptionalCaller,
    Path(token): Path<String>,
    payload: Bytes,
) -> Result<Json<Value>> {
    let unknown = || Error::not_found("This address opens nothing");
    let tenant = caller.tenant.ok_or_else(unknown)?;
    let mut tx = state.db.tenant(tenant).await?;
    let found = gate::find_gate_by_token_for_update(&mut tx, Digest::of(&token).as_bytes()).await?;
    let gate = found.ok_or_else(unknown)?;
    if payload.len() > MAX_PAYLOAD {
        return Err(Error::too_large("At most 64 KiB can be sent along").into());
    }
    let payload: Value = match payload.len() {
        0 => Value::Null,
        _ => serde_json::from_slice(&payload).map_err(|error| Error::input(format!("That is no JSON: {error}")))?,
    };
    gate::end_gate(&mut tx, gate.gate_id, "passed", &json!({ "payload": payload })).await?;
    let line = "The call from outside came".to_owned();
    go_on(&mut tx, &gate, line).await?;
    tx.record(AuditEvent::by(&Principal::Nobody, "scaffolder.gate.call", gate.gate_id.to_string())).await?;
    tx.commit().await?;
    told(&state, &gate);
    Ok(Json(json!({ "status": "accepted" })))
}

async fn decide(
    state: &State,
    caller: &Caller,
    gate_id: &str,
    verdict: Verdict,
    approve: bool,
) -> kernel::Result<GateView> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let gate = find(&mut tx, gate_id, true).await?;
    if gate.kind != "approval" {
        return Err(Error::conflict("Nobody is asked to decide this"));
    }
    if gate.state != "waiting" {
        return Err(Error::conflict(format!("It does not wait any more: it is {}", gate.state)));
    }
    let terms = terms(&gate)?;
    let (user, counts_for) = approver(caller, &gate, &terms)?;
    let reason = verdict.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_none() && terms.reason_required {
        return Err(Error::input("A reason is needed").with_field("reason", "say why, in a few words"));
    }
    if reason.is_some_and(|reason| reason.chars().count() > MAX_TEXT) {
        return Err(
            Error::input("The reason is too long").with_field("reason", format!("at most {MAX_TEXT} characters"))
        );
    }
    let by = (user.entity_ref.as_str(), approve);
    if !gate::insert_decision(&mut tx, gate.gate_id, by, reason, &counts_for).await? {
        return Err(Error::conflict("You have decided already"));
    }
    let rows = gate::list_decisions(&mut tx, &[gate.gate_id]).await?;
    let line = format!(
        "{} by {}{}",
        if approve { "Approved" } else { "Rejected" },
        user.entity_ref,
        reason.map(|reason| format!(": {reason}")).unwrap_or_default()
    );
    let decisions: Vec<Decision> =
        rows.iter().map(|row| Decision { approve: row.approve, counts_for: row.counts_for.clone() }).collect();
    match terms.verdict(&decisions) {
        Some(approved) => {
            let state = if approved { "approved" } else { "rejected" };
            gate::end_gate(&mut tx, gate.gate_id, state, &outcome(approved, reason, &rows)).await?;
            go_on(&mut tx, &gate, line).await?;
        }
        None => say(&mut tx, &gate, line).await?,
    }
    let action = if approve { "scaffolder.gate.approve" } else { "scaffolder.gate.reject" };
    let event = AuditEvent::by(&caller.principal, action, gate.gate_id.to_string());
    tx.record(event.after(json!({"task": gate.task_id, "step": gate.step_id, "reason": reason}))).await?;
    let gate = find(&mut tx, gate_id, false).await?;
    let view = show(&mut tx, caller, gate.clone()).await?;
    tx.commit().await?;
    told(state, &gate);
    Ok(view)
}

/// The output of the step, as later steps see it.
fn outcome(approved: bool, reason: Option<&str>, rows: &[DecisionRow]) -> Value {
    let by: Vec<&str> = rows.iter().filter(|row| row.approve == approved).map(|row| row.decided_by.as_str()).collect();
    let decisions: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({"by": row.decided_by, "approve": row.approve, "reason": row.reason,
                "at": answer::time(row.decided_at)})
        })
        .collect();
    json!({"approved": approved, "decidedBy": by, "reason": reason, "decisions": decisions})
}

/// Whoever asks, and the approvers that they speak for.
fn approver<'a>(caller: &'a Caller, gate: &Gate, terms: &Approval) -> kernel::Result<(&'a User, Vec<String>)> {
    let user = caller.principal.user().filter(|user| user.is_member());
    let user = user.ok_or_else(|| Error::not_allowed("Only people can decide this"))?;
    let counts_for = terms.spoken_for(&user.ownership_refs);
    if counts_for.is_empty() {
        return Err(Error::not_allowed(format!("This waits for {}", terms.approvers.join(", "))));
    }
    if gate.created_by.as_ref() == Some(&user.entity_ref) && !terms.self_approval {
        return Err(Error::not_allowed("You started this run, so somebody else must decide"));
    }
    Ok((user, counts_for))
}

async fn say(tx: &mut TenantTx, gate: &Gate, line: String) -> kernel::Result<()> {
    let body = json!({"message": line, "stepId": gate.step_id, "gate": {"id": gate.gate_id, "kind": gate.kind}});
    append_events(tx, gate.task_id, &[(EventType::Log, body)]).await
}

/// Lets the run go on: whatever process has a slot takes it up.
async fn go_on(tx: &mut TenantTx, gate: &Gate, line: String) -> kernel::Result<()> {
    say(tx, gate, line).await?;
    queue::enqueue_all(tx, QUEUE, &[gate.task_id.to_string()], Urgency::Person).await
}

fn told(state: &State, gate: &Gate) {
    state.news.tell(gate.task_id);
    state.rouse();
}

fn refs(caller: &Caller) -> Vec<String> {
    caller.principal.user().map(|user| user.ownership_refs.clone()).unwrap_or_default()
}

fn terms(gate: &Gate) -> kernel::Result<Approval> {
    serde_json::from_value(gate.terms.0.clone()).map_err(Error::internal)
}

async fn find(tx: &mut TenantTx, gate_id: &str, lock: bool) -> kernel::Result<Gate> {
    let missing = || Error::not_found(format!("No gate with id '{gate_id}' found"));
    let id = Uuid::parse_str(gate_id).map_err(|_| missing())?;
    gate::find_gate(tx, id, lock).await?.ok_or_else(missing)
}

async fn show(tx: &mut TenantTx, caller: &Caller, gate: Gate) -> kernel::Result<GateView> {
    let mut shown = shown(tx, caller, vec![gate]).await?;
    shown.pop().ok_or_else(|| Error::internal("a gate was lost"))
}

/// Gates as whoever asks sees them.
pub(super) async fn shown(tx: &mut TenantTx, caller: &Caller, gates: Vec<Gate>) -> kernel::Result<Vec<GateView>> {
    let ids: Vec<Uuid> = gates.iter().map(|gate| gate.gate_id).collect();
    let decisions = gate::list_decisions(tx, &ids).await?;
    gates
        .into_iter()
        .map(|gate| {
            let own: Vec<&DecisionRow> = decisions.iter().filter(|row| row.gate_id == gate.gate_id).collect();
            view(caller, gate, &own)
        })
        .collect()
}

fn view(caller: &Caller, gate: Gate, decisions: &[&DecisionRow]) -> kernel::Result<GateView> {
    let terms = if gate.kind == "approval" { Some(terms(&gate)?) } else { None };
    let can_decide = gate.state == "waiting"
        && authz::decide(&caller.principal, authz::Permission::SCAFFOLDER_GATE_DECIDE) == authz::Decision::Allow
        && terms.as_ref().is_some_and(|terms| {
            approver(caller, &gate, terms)
                .is_ok_and(|(user, _)| decisions.iter().all(|row| row.decided_by != user.entity_ref))
        });
    Ok(GateView {
        id: gate.gate_id,
        task_id: gate.task_id,
        step_id: gate.step_id,
        step_name: gate.step_name,
        template_ref: gate.template_ref,
        started_by: gate.created_by,
        kind: gate.kind,
        state: gate.state,
        message: terms.as_ref().and_then(|terms| terms.message.clone()),
        require: if terms.as_ref().is_some_and(|terms| terms.all) { "all" } else { "any" },
        reason_required: terms.as_ref().is_some_and(|terms| terms.reason_required),
        approvers: terms.map(|terms| terms.approvers).unwrap_or_default(),
        decisions: decisions
            .iter()
            .map(|row| DecisionView {
                by: row.decided_by.clone(),
                approve: row.approve,
                reason: row.reason.clone(),
                at: answer::time(row.decided_at),
            })
            .collect(),
        due_at: gate.due_at.map(answer::time),
        expires_at: gate.expires_at.map(answer::time),
        created_at: answer::time(gate.created_at),
        ended_at: gate.ended_at.map(answer::time),
        can_decide,
    })
}
