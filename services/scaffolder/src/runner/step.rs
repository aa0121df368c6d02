//! One step: condition, repetition, input, the action, its output.

use super::attempt::Attempt;
use super::durable::{MAX_TRIES, Past};
use super::each::{self, Iteration};
use super::engine::blocking;
use super::gate::{self, Passage};
use super::journal::{Ending, StepEnd};
use super::log::StepLog;
use super::run::Run;
use crate::actions::{self, Action, ActionContext};
use crate::domain::engine::{ContextId, Engine};
use crate::domain::example::example_output;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::redaction::{masked, tainted};
use crate::domain::spec::{Step, is_truthy};
use crate::store::step::Kept;
use kernel::Redaction;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What expressions of the following steps see.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// Without secrets.
    pub context: ContextId,
}

/// The contexts of one step's input.
#[derive(Debug, Clone, Copy)]
pub(super) struct InputScope {
    /// With secrets.
    pub(super) full: ContextId,
    /// The same with empty secrets, to find out where secrets got to.
    pub(super) plain: ContextId,
}

/// How far a step got.
#[derive(Debug)]
pub(super) enum Progress {
    /// To its end.
    Ended,
    /// It waits, to be looked at again after so long.
    Waits(Option<Duration>),
}

/// Runs a step and journals how it ended.
///
/// # Errors
/// The step's failure, without secrets in its words.
pub(super) async fn execute(run: &Run<'_>, scope: &mut Scope, step: Step<'_>, past: &Past) -> Outcome<Progress> {
    let tried = if let Past::Open(tried) = past { *tried } else { 0 };
    // A gate that was reached before is not begun again: it is looked at.
    if tried == 0 || !gate::is_gate(step.action) {
        run.journal.begin(step, tried + 1).await?;
    }
    let mut redaction = Redaction::default();
    redaction.extend(run.secrets.values().filter_map(Value::as_str));
    let log = StepLog::new(run.journal, step.id, redaction);
    if run.cancelled.is_cancelled() {
        return Err(run.cancellation(step));
    }
    match attempt(run, scope, step, tried, &log).await {
        Ok(progress) => Ok(progress),
        Err(failure) => {
            let failure = run.journal.clean(log.clean(failure));
            let snapshot = run.durable.snapshot(&run.workspace).await.unwrap_or_default();
            let message = failure.to_string();
            let ending = Ending {
                failure: Some(&failure),
                snapshot: snapshot.as_deref(),
                ..Ending::plain(StepEnd::Failed, &message)
            };
            run.journal.end(step, ending).await?;
            Err(failure)
        }
    }
}

async fn attempt(run: &Run<'_>, scope: &mut Scope, step: Step<'_>, tried: i32, log: &StepLog<'_>) -> Outcome<Progress> {
    if is_excluded(run, scope, step).await? {
        let message = format!("Skipping step {} because its if condition was false", step.id);
        run.journal.end(step, Ending::plain(StepEnd::Skipped, &message)).await?;
        return Ok(Progress::Ended);
    }
    let action = actions::find(step.action, &run.services).await?;
    let action = &*action;
    if run.dry_run {
        announce_dry_run(run, scope, step, action, log).await?;
        if !action.supports_dry_run {
            let message = format!("Skipping because {} does not support dry-run", action.id);
            run.journal.end(step, Ending::plain(StepEnd::Skipped, &message)).await?;
            let output = action.output_schema().map_or_else(|| json!({}), example_output);
            remember(run, scope, step, output).await?;
            return Ok(Progress::Ended);
        }
    }
    let input_scope = open_input_scope(run, scope).await?;
    let iterations = each::iterations(run, step, action, input_scope, log).await?;
    for iteration in &iterations {
        check_input(run, step, action, input_scope, iteration, log).await?;
    }
    let mut outputs = Map::new();
    for (index, iteration) in iterations.into_iter().enumerate() {
        if let Some(waits) = repeat(run, step, action, (index, iteration, tried), log, &mut outputs).await? {
            return Ok(waits);
        }
    }
    run.engine.with(move |engine| engine.release(&[input_scope.full, input_scope.plain])).await?;
    if run.cancelled.is_cancelled() {
        return Err(run.cancellation(step));
    }
    let output = Value::Object(outputs);
    remember(run, scope, step, output.clone()).await?;
    let kept = run.journal.mask(&masked(&output, &log.redaction()));
    let snapshot = run.durable.snapshot(&run.workspace).await?;
    let message = format!("Finished step {}", step.name);
    let ending = Ending {
        output: Some(Kept { whole: &output, masked: &kept }),
        snapshot: snapshot.as_deref(),
        ..Ending::plain(StepEnd::Completed, &message)
    };
    run.journal.end(step, ending).await?;
    Ok(Progress::Ended)
}

/// One repetition, unless it ended before; a step without `each` has exactly one, and its row says how it ended.
async fn repeat(
    run: &Run<'_>,
    step: Step<'_>,
    action: &Action,
    (index, iteration, tried): (usize, Iteration, i32),
    log: &StepLog<'_>,
    outputs: &mut Map<String, Value>,
) -> Outcome<Option<Progress>> {
    let repeated = iteration.key.is_some();
    if repeated && let Some(done) = run.durable.history.part(step.position, index) {
        merge(outputs, done.as_object().cloned().unwrap_or_default(), true);
        return Ok(None);
    }
    let runs = iteration.runs;
    let produced = match perform(run, step, action, (index, iteration, tried), log).await? {
        Passage::Waits(again) => return Ok(Some(Progress::Waits(again))),
        Passage::Through(produced) => produced,
    };
    if repeated && runs {
        let whole = Value::Object(produced.clone());
        let kept = run.journal.mask(&masked(&whole, &log.redaction()));
        let snapshot = run.durable.snapshot(&run.workspace).await?;
        run.journal.part(step, index, Kept { whole: &whole, masked: &kept }, snapshot.as_deref()).await?;
    }
    merge(outputs, produced, repeated);
    Ok(None)
}

/// Refuses what must not be done again because its process stopped.
fn check_retry(run: &Run<'_>, step: Step<'_>, action: &Action, tried: i32) -> Outcome<()> {
    if tried == 0 || run.dry_run {
        return Ok(());
    }
    if action.at_most_once || step.at_most_once {
        return Err(Failure::new(
            "InterruptedError",
            format!(
                "Step {} was interrupted: the process that ran it stopped. Its action {} runs at most once, so it is not \
                 run again by itself. Look at what it did; then start the task again, or do the rest by hand.",
                step.name, action.id
            ),
        ));
    }
    if tried >= MAX_TRIES {
        return Err(Failure::new(
            "InterruptedError",
            format!("Step {} was begun {tried} times, and its process stopped each time", step.name),
        ));
    }
    Ok(())
}

/// Whether the step's `if` leaves it out. With `each`, the condition is asked anew for each item.
async fn is_excluded(run: &Run<'_>, scope: &Scope, step: Step<'_>) -> Outcome<bool> {
    match step.condition {
        Some(Value::Bool(false)) => Ok(true),
        Some(condition @ Value::String(_)) if step.each.is_none() => {
            let rendered = render(run, condition, scope.context).await?;
            Ok(!is_truthy(rendered.as_ref()))
        }
        _ => Ok(false),
    }
}

async fn announce_dry_run(
    run: &Run<'_>,
    scope: &Scope,
    step: Step<'_>,
    action: &Action,
    log: &StepLog<'_>,
) -> Outcome<()> {
    let masked: Map<String, Value> = run.secrets.keys().map(|name| (name.clone(), json!("***"))).collect();
    let masked = Value::Object(masked);
    let (base, input) = (scope.context, step.input.cloned());
    let shown = run
        .engine
        .with(move |engine| {
            let context = engine.with_value(base, &["secrets"], &masked)?;
            let shown = input.map(|input| engine.render(&input, context)).transpose()?.flatten();
            engine.release(&[context])?;
            Ok(shown.unwrap_or_else(|| json!({})))
        })
        .await?;
    log.info(format!("Running {} in dry-run mode with inputs (secrets redacted): {}", action.id, pretty(&shown))).await
}

async fn open_input_scope(run: &Run<'_>, scope: &Scope) -> Outcome<InputScope> {
    let (base, secrets) = (scope.context, Value::Object(run.secrets.clone()));
    run.engine
        .with(move |engine: &Engine| {
            Ok(InputScope {
                full: engine.with_value(base, &["secrets"], &secrets)?,
                plain: engine.with_value(base, &["secrets"], &json!({}))?,
            })
        })
        .await
}

/// Validates the input of one repetition, and finds the text that secrets got into.
async fn check_input(
    run: &Run<'_>,
    step: Step<'_>,
    action: &Action,
    input_scope: InputScope,
    iteration: &Iteration,
    log: &StepLog<'_>,
) -> Outcome<()> {
    if !iteration.runs {
        return Ok(());
    }
    if let (Some(input), false) = (step.input, run.secrets.is_empty()) {
        let context = iteration.plain.unwrap_or(input_scope.plain);
        let without = render(run, input, context).await?;
        log.redact(tainted(&iteration.input, without.as_ref()).iter().map(String::as_str));
    }
    let Some(schema) = action.input_schema().cloned() else { return Ok(()) };
    let input = iteration.input.clone();
    let findings = run.engine.with(move |engine| engine.check(&input, &schema)).await?;
    if findings.errors.is_empty() {
        return Ok(());
    }
    let which = iteration.key.as_ref().map(|key| format!("[{key}]")).unwrap_or_default();
    let reasons = findings.texts.join(", ");
    Err(Failure::input(format!("Invalid input passed to action {}{which}, {reasons}", action.id)))
}

async fn perform(
    run: &Run<'_>,
    step: Step<'_>,
    action: &Action,
    (index, iteration, tried): (usize, Iteration, i32),
    log: &StepLog<'_>,
) -> Outcome<Passage> {
    let gate = gate::is_gate(&action.id);
    if !gate {
        check_retry(run, step, action, tried)?;
    }
    if let Some(line) = iteration.announcement().filter(|_| !(gate && tried > 0)) {
        log.info(line).await?;
    }
    if !iteration.runs {
        return Ok(Passage::Through(Map::new()));
    }
    if gate {
        return gate::pass(run, step, index, &action.id, &iteration.input, log).await;
    }
    let part = iteration.key.as_deref().map(|key| (index, key));
    let attempt = Attempt::new(run, (step.position, step.id), part, tried + 1);
    let context = ActionContext { run, step_id: step.id, log, input: iteration.input, attempt };
    let produced = tokio::select! {
        produced = action.perform(&context) => produced?,
        () = run.cancelled.cancelled() => return Err(run.cancellation(step)),
        failure = run.durable.overtime(step.name) => return Err(failure),
    };
    blocking(run.workspace.limits_check()).await?;
    Ok(Passage::Through(produced))
}

/// Adds what one repetition gave: with `each`, every output is a list.
fn merge(outputs: &mut Map<String, Value>, produced: Map<String, Value>, repeated: bool) {
    for (name, value) in produced {
        match outputs.get_mut(&name) {
            Some(Value::Array(items)) if repeated => items.push(value),
            _ if repeated => {
                outputs.insert(name, json!([value]));
            }
            _ => {
                outputs.insert(name, value);
            }
        }
    }
}

/// Lets the following steps see the output.
pub(super) async fn remember(run: &Run<'_>, scope: &mut Scope, step: Step<'_>, output: Value) -> Outcome<()> {
    let (base, id) = (scope.context, step.id.to_owned());
    scope.context = run
        .engine
        .with(move |engine| {
            let next = engine.with_value(base, &["steps", &id], &json!({ "output": output }))?;
            engine.release(&[base])?;
            Ok(next)
        })
        .await?;
    Ok(())
}

pub(super) async fn render(run: &Run<'_>, input: &Value, context: ContextId) -> Outcome<Option<Value>> {
    let input = input.clone();
    run.engine.with(move |engine| engine.render(&input, context)).await
}

/// JSON with two blanks of indentation, as `JSON.stringify(value, null, 2)` writes it.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
