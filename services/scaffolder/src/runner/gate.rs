//! Steps that wait. A gate is a row: while it waits, the run holds no process, no slot and no file, and whoever takes the
//! task up later asks the row.

use super::journal::StoredJournal;
use super::log::StepLog;
use super::run::Run;
use crate::actions::{Outputs, Services};
use crate::domain::failure::{Failure, Outcome};
use crate::domain::gate::{Approval, Due, EntityTerms, Limits, Terms};
use crate::domain::redaction::masked;
use crate::domain::spec::Step;
use crate::store::gate::{self, Gate, NewGate, Place, Times};
use credential::{Digest, OneTimeCode};
use kernel::{EntityRef, RefDefaults, Result, TenantId};
use serde_json::{Map, Value, json};
use std::time::Duration;
use store::Db;
use uuid::Uuid;

/// Whether an action is one of those that wait.
pub(crate) fn is_gate(action: &str) -> bool {
    action.starts_with("gate:")
}

/// What came of a gate, or of any other action.
#[derive(Debug)]
pub(super) enum Passage {
    /// The outputs.
    Through(Outputs),
    /// Not yet; to be looked at again after so long.
    Waits(Option<Duration>),
}

/// What a look at a gate finds.
#[derive(Debug)]
pub(crate) enum Look {
    /// It waits, and is looked at again after so long at the latest.
    Waits(Option<Duration>),
    /// It does not wait any more.
    Ended,
}

/// Goes through a gate, or waits at it.
pub(super) async fn pass(
    run: &Run<'_>,
    step: Step<'_>,
    part: usize,
    action: &str,
    input: &Value,
    log: &StepLog<'_>,
) -> Outcome<Passage> {
    let Some(journal) = run.journal.as_stored() else { return Ok(Passage::Through(Map::new())) };
    let terms = Terms::read(action, &masked(input, &log.redaction()))?;
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let place = Place {
        task_id: journal.task_id,
        generation: run.durable.generation,
        position: number(step.position),
        part: number(part),
    };
    if terms == Terms::WebhookOpen {
        return open_webhook(run, journal, step, place).await.map(Passage::Through);
    }
    let gate = match &terms {
        Terms::Webhook(id, limits) => take_webhook(journal, step, place, *id, *limits).await?,
        terms => reach(journal, step, place, terms).await?,
    };
    match look(&journal.db, journal.tenant, &gate, &run.services).await? {
        Look::Waits(again) => Ok(Passage::Waits(again)),
        Look::Ended => {
            let mut tx = journal.db.tenant(journal.tenant).await?;
            let gate = gate::find_gate(&mut tx, gate.gate_id, false).await?;
            let gate = gate.ok_or_else(|| Failure::error("The gate is gone"))?;
            through(&gate, step).map(Passage::Through)
        }
    }
}

/// The gate of this step, made now where it is reached for the first time.
async fn reach(journal: &StoredJournal, step: Step<'_>, place: Place, terms: &Terms) -> Outcome<Gate> {
    let mut tx = journal.db.tenant(journal.tenant).await?;
    if let Some(gate) = gate::find_gate_at(&mut tx, place).await? {
        return Ok(gate);
    }
    tx.rollback().await?;
    let gate_id = Uuid::now_v7();
    let (kind, stored, times, approvers, message) = opening(terms);
    let body = json!({"message": message, "stepId": step.id, "status": "processing",
        "gate": {"id": gate_id, "kind": kind}});
    let mut tx = journal.transaction(vec![body]).await?;
    let step_names = (step.id, step.name);
    let new = NewGate {
        gate_id,
        place,
        step: step_names,
        kind,
        terms: &stored,
        token_hash: None,
        times,
        approvers: &approvers,
    };
    gate::insert_gate(&mut tx, new).await?;
    let gate = gate::find_gate(&mut tx, gate_id, false).await?;
    tx.commit().await?;
    gate.ok_or_else(|| Failure::error("The gate is gone"))
}

/// Kind, stored terms, times, approvers and announcement of a gate that is reached.
fn opening(terms: &Terms) -> (&'static str, Value, Times, Vec<String>, String) {
    match terms {
        Terms::Approval(approval, limits) => {
            // Due at once: the first look tells the approvers.
            let remind_in = Some(Duration::ZERO);
            let times = Times { expires_in: limits.timeout, remind_in, ..Times::default() };
            let who = if approval.all { "all of" } else { "one of" };
            let message = format!("Waiting for the approval of {who} {}", approval.approvers.join(", "));
            ("approval", json!(approval), times, approval.approvers.clone(), message)
        }
        Terms::Timer(due) => {
            let times = match due {
                Due::After(length) => Times { due_in: Some(*length), ..Times::default() },
                Due::At(at) => Times { due_at: Some(*at), ..Times::default() },
            };
            let until = match due {
                Due::After(length) => format!("for {} seconds", length.as_secs_f64()),
                Due::At(at) => format!("until {at}"),
            };
            ("timer", json!({}), times, Vec::new(), format!("Waiting {until}"))
        }
        Terms::Entity(entity, limits) => {
            let times = Times { due_in: Some(Duration::ZERO), expires_in: limits.timeout, ..Times::default() };
            let what = entity.entity_ref.as_deref().or(entity.filter.as_deref()).unwrap_or_default();
            let state = if entity.absent { "be gone from" } else { "be in" };
            ("entity", json!(entity), times, Vec::new(), format!("Waiting for {what} to {state} the catalog"))
        }
        Terms::Webhook(..) | Terms::WebhookOpen => ("webhook", json!({}), Times::default(), Vec::new(), String::new()),
    }
}

/// Makes the address that opens a later gate. The token is a secret of this run: it is masked wherever the run speaks.
async fn open_webhook(run: &Run<'_>, journal: &StoredJournal, step: Step<'_>, place: Place) -> Outcome<Outputs> {
    let code = OneTimeCode::generate()?;
    let hash = Digest::of(code.reveal());
    journal.redact(code.reveal());
    let mut tx = journal.transaction(Vec::new()).await?;
    let gate_id = match gate::find_gate_at(&mut tx, place).await? {
        // An earlier attempt made it, and nobody knows its token.
        Some(gate) => {
            gate::set_token(&mut tx, gate.gate_id, hash.as_bytes()).await?;
            gate.gate_id
        }
        None => {
            let gate_id = Uuid::now_v7();
            let new = NewGate {
                gate_id,
                place,
                step: (step.id, step.name),
                kind: "webhook",
                terms: &json!({}),
                token_hash: Some(hash.as_bytes()),
                times: Times::default(),
                approvers: &[],
            };
            gate::insert_gate(&mut tx, new).await?;
            gate_id
        }
    };
    let slug = crate::store::run::find_slug(&mut tx).await?;
    tx.commit().await?;
    let url = format!("{}/api/scaffolder/v1/hooks/{}", run.services.origin_of(&slug), code.reveal());
    Ok(Outputs::from_iter([("id".to_owned(), json!(gate_id)), ("url".to_owned(), json!(url))]))
}

/// Masks the token of an address that was made in another process.
pub(super) fn keep_secret(run: &Run<'_>, step: Step<'_>, output: &Value) {
    if step.action != "gate:webhook:open" {
        return;
    }
    let urls = match &output["url"] {
        Value::Array(urls) => urls.as_slice(),
        url => std::slice::from_ref(url),
    };
    for token in urls.iter().filter_map(|url| url.as_str()?.rsplit('/').next()) {
        if let Some(journal) = run.journal.as_stored() {
            journal.redact(token);
        }
    }
}

/// The gate that an earlier step of this run opened, which this step waits at from now on.
async fn take_webhook(
    journal: &StoredJournal,
    step: Step<'_>,
    place: Place,
    id: Uuid,
    limits: Limits,
) -> Outcome<Gate> {
    let unknown = || Failure::input("id must be the output of a step of this run with gate:webhook:open");
    let mut tx = journal.db.tenant(journal.tenant).await?;
    if let Some(gate) = gate::find_gate_at(&mut tx, place).await? {
        return Ok(gate);
    }
    let known = gate::find_gate(&mut tx, id, false).await?;
    let known = known.filter(|gate| gate.task_id == place.task_id && gate.kind == "webhook").ok_or_else(unknown)?;
    tx.rollback().await?;
    let body = json!({"message": "Waiting for a call from outside", "stepId": step.id, "status": "processing",
        "gate": {"id": id, "kind": "webhook"}});
    let bodies = if known.state == "waiting" { vec![body] } else { Vec::new() };
    let mut tx = journal.transaction(bodies).await?;
    gate::move_gate(&mut tx, id, place, (step.id, step.name), limits.timeout).await?;
    let gate = gate::find_gate_at(&mut tx, place).await?;
    tx.commit().await?;
    gate.ok_or_else(unknown)
}

/// Looks whether a gate still waits, ends it where its time has come, and reminds people where that is due.
///
/// # Errors
/// Those of the database, and of the catalog for an entity.
pub(crate) async fn look(db: &Db, tenant: TenantId, gate: &Gate, services: &Services) -> Result<Look> {
    if gate.state != "waiting" {
        return Ok(Look::Ended);
    }
    let passed = |at: Option<time::OffsetDateTime>| at.is_some_and(|at| at <= gate.now);
    if passed(gate.expires_at) {
        return end(db, tenant, gate, "expired", json!({})).await;
    }
    let left = |at: Option<time::OffsetDateTime>| {
        at.map(|at| Duration::try_from(at - gate.now).unwrap_or_default().max(Duration::from_millis(10)))
    };
    let mut again = left(gate.expires_at);
    let mut sooner = |other: Option<Duration>| again = [again, other].into_iter().flatten().min();
    match gate.kind.as_str() {
        "timer" if passed(gate.due_at) => return end(db, tenant, gate, "passed", json!({})).await,
        "timer" => sooner(left(gate.due_at)),
        "entity" if passed(gate.due_at) => {
            let terms: EntityTerms = serde_json::from_value(gate.terms.0.clone()).map_err(kernel::Error::internal)?;
            let found = find_entity(services, &terms).await?;
            if found.is_some() != terms.absent {
                return end(db, tenant, gate, "passed", json!({ "entityRef": found })).await;
            }
            let every = Duration::from_secs(terms.every_seconds);
            let mut tx = db.tenant(tenant).await?;
            gate::set_times(&mut tx, gate.gate_id, Some(every), None).await?;
            tx.commit().await?;
            sooner(Some(every));
        }
        "entity" => sooner(left(gate.due_at)),
        "approval" if passed(gate.remind_at) => {
            let terms: Approval = serde_json::from_value(gate.terms.0.clone()).map_err(kernel::Error::internal)?;
            remind(db, tenant, gate, &terms, services).await?;
            let every = terms.remind_every_seconds.map(Duration::from_secs);
            let mut tx = db.tenant(tenant).await?;
            gate::set_times(&mut tx, gate.gate_id, None, every).await?;
            tx.commit().await?;
            sooner(every);
        }
        "approval" => sooner(left(gate.remind_at)),
        _ => {}
    }
    Ok(Look::Waits(again))
}

async fn end(db: &Db, tenant: TenantId, gate: &Gate, state: &'static str, outcome: Value) -> Result<Look> {
    let mut tx = db.tenant(tenant).await?;
    gate::end_gate(&mut tx, gate.gate_id, state, &outcome).await?;
    tx.commit().await?;
    Ok(Look::Ended)
}

async fn find_entity(services: &Services, terms: &EntityTerms) -> Result<Option<String>> {
    if let Some(text) = &terms.entity_ref {
        let entity_ref = EntityRef::parse(text, RefDefaults::default())?;
        return Ok(services.entity(&entity_ref).await?.map(|_| entity_ref.key()));
    }
    services.first_entity(terms.filter.as_deref().unwrap_or_default()).await
}

/// Mails those who have not decided, where this installation sends mail.
async fn remind(db: &Db, tenant: TenantId, gate: &Gate, terms: &Approval, services: &Services) -> Result<()> {
    let mut tx = db.tenant(tenant).await?;
    let decided = gate::list_decisions(&mut tx, &[gate.gate_id]).await?;
    let slug = crate::store::run::find_slug(&mut tx).await?;
    tx.rollback().await?;
    let open: Vec<String> = terms
        .approvers
        .iter()
        .filter(|approver| !decided.iter().any(|decision| decision.counts_for.contains(approver)))
        .cloned()
        .collect();
    let by = gate.created_by.as_deref().unwrap_or("a service");
    let subject = format!("Your approval is asked for: {}", gate.step_name);
    let mut text =
        format!("{by} runs {}, and its step \"{}\" waits for your approval.\n", gate.template_ref, gate.step_name);
    if let Some(message) = &terms.message {
        text += &format!("\n{message}\n");
    }
    text += &format!("\n{}/create/tasks/{}\n", services.origin_of(&slug), gate.task_id);
    let except = if terms.self_approval { None } else { gate.created_by.as_deref() };
    if let Err(error) = services.notify(&open, except, &subject, &text).await {
        // Approvers find it in the portal all the same.
        tracing::warn!(%error, gate = %gate.gate_id, "approvers could not be told");
    }
    Ok(())
}

/// What a gate that ended gives, or why the step fails.
fn through(gate: &Gate, step: Step<'_>) -> Outcome<Outputs> {
    let outcome = gate.outcome.as_ref().map_or(Value::Null, |outcome| outcome.0.clone());
    let outputs = outcome.as_object().cloned().unwrap_or_default();
    match gate.state.as_str() {
        "approved" | "passed" => Ok(outputs),
        "rejected" if gate.terms.0["continueOnReject"] == true => Ok(outputs),
        "rejected" => {
            let by = outcome["decidedBy"].as_array().and_then(|all| all.last()).and_then(Value::as_str);
            let reason = outcome["reason"].as_str().map(|reason| format!(": {reason}")).unwrap_or_default();
            let by = by.unwrap_or("an approver");
            Err(Failure::new("RejectedError", format!("Step {} was rejected by {by}{reason}", step.name)))
        }
        "expired" => {
            Err(Failure::new("TimeoutError", format!("Step {} waited in vain until its time was over", step.name)))
        }
        _ => Err(Failure::error(format!("Step {} does not wait any more", step.name))),
    }
}
