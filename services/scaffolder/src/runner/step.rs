//! One step: condition, repetition, input, the action, its output.

use super::each::{self, Iteration};
use super::engine::blocking;
use super::journal::{StepEnd, journalled_output};
use super::log::StepLog;
use super::run::Run;
use crate::actions::recorded::unrecorded_action;
use crate::actions::{self, Action, ActionContext};
use crate::domain::engine::{ContextId, Engine};
use crate::domain::example::example_output;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::redaction::tainted;
use crate::domain::spec::{Step, is_truthy};
use kernel::Redaction;
use serde_json::{Map, Value, json};

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

/// Runs a step and journals how it ended.
///
/// # Errors
/// The step's failure, without secrets in its words.
pub(super) async fn execute(run: &Run<'_>, scope: &mut Scope, step: Step<'_>) -> Outcome<()> {
    run.journal.begin(step).await?;
    if run.cancelled.is_cancelled() {
        return Err(run.cancellation(step));
    }
    let mut redaction = Redaction::default();
    redaction.extend(run.secrets.values().filter_map(Value::as_str));
    let log = StepLog::new(run.journal, step.id, redaction);
    match attempt(run, scope, step, &log).await {
        Ok(()) => Ok(()),
        Err(failure) => {
            let failure = log.clean(failure);
            run.journal.end(step, StepEnd::Failed, &failure.to_string(), None).await?;
            Err(failure)
        }
    }
}

async fn attempt(run: &Run<'_>, scope: &mut Scope, step: Step<'_>, log: &StepLog<'_>) -> Outcome<()> {
    if is_excluded(run, scope, step).await? {
        let message = format!("Skipping step {} because its if condition was false", step.id);
        return run.journal.end(step, StepEnd::Skipped, &message, None).await;
    }
    let action = match run.services.recording() {
        None => actions::find(step.action)?,
        // A test of a template: its own answers first.
        Some(recorded) => match recorded.action(step.action) {
            Some(action) => action,
            None => actions::find(step.action).map_err(|_| unrecorded_action(step.action))?,
        },
    };
    if run.dry_run {
        announce_dry_run(run, scope, step, action, log).await?;
        if !action.supports_dry_run {
            let message = format!("Skipping because {} does not support dry-run", action.id);
            run.journal.end(step, StepEnd::Skipped, &message, None).await?;
            let output = action.output_schema().map_or_else(|| json!({}), example_output);
            return remember(run, scope, step, output).await;
        }
    }
    let input_scope = open_input_scope(run, scope).await?;
    let iterations = each::iterations(run, step, action, input_scope, log).await?;
    for iteration in &iterations {
        check_input(run, step, action, input_scope, iteration, log).await?;
    }
    let mut outputs = Map::new();
    for iteration in iterations {
        perform(run, step, action, iteration, log, &mut outputs).await?;
    }
    run.engine.with(move |engine| engine.release(&[input_scope.full, input_scope.plain])).await?;
    if run.cancelled.is_cancelled() {
        return Err(run.cancellation(step));
    }
    let output = Value::Object(outputs);
    remember(run, scope, step, output.clone()).await?;
    let kept = journalled_output(&output, &log.redaction());
    run.journal.end(step, StepEnd::Completed, &format!("Finished step {}", step.name), Some(&kept)).await
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
    iteration: Iteration,
    log: &StepLog<'_>,
    outputs: &mut Map<String, Value>,
) -> Outcome<()> {
    if let Some(line) = iteration.announcement() {
        log.info(line).await?;
    }
    if !iteration.runs {
        return Ok(());
    }
    let repeated = iteration.key.is_some();
    let context = ActionContext { run, step_id: step.id, log, input: iteration.input };
    let produced = tokio::select! {
        produced = action.perform(&context) => produced?,
        () = run.cancelled.cancelled() => return Err(run.cancellation(step)),
    };
    blocking(run.workspace.limits_check()).await?;
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
    Ok(())
}

/// Lets the following steps see the output.
async fn remember(run: &Run<'_>, scope: &mut Scope, step: Step<'_>, output: Value) -> Outcome<()> {
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
