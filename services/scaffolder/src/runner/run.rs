//! A whole run: steps in order, failures, the output.

use super::engine::EngineHandle;
use super::journal::{Journal, StepEnd};
use super::step::{self, Scope};
use crate::actions::Services;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::spec::{Step, drop_conditional_items};
use crate::workspace::Workspace;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

/// Where relative URLs of a template start.
#[derive(Debug, Clone)]
pub enum Base {
    /// At a URL.
    Url(String),
    /// At a file in a directory that was sent along with a dry run.
    Directory(std::path::PathBuf),
    /// Nowhere: the template does not say where it came from.
    Unknown,
}

/// Everything that one run works with.
#[derive(Debug)]
pub struct Run<'a> {
    /// See `domain::spec`.
    pub spec: &'a Value,
    /// By name; visible to the inputs of steps only.
    pub secrets: &'a Map<String, Value>,
    /// `context.task.id`, and the name of the workspace.
    pub name: &'a str,
    /// Where it writes what happens.
    pub journal: &'a Journal,
    /// Renders expressions and files.
    pub engine: EngineHandle,
    /// Where its files live.
    pub workspace: Workspace,
    /// Other services, on behalf of whoever started it.
    pub services: Services,
    /// Where relative URLs start.
    pub base: Base,
    /// Actions that change the world are left out.
    pub dry_run: bool,
    /// Says that somebody cancelled it.
    pub cancelled: CancellationToken,
}

impl Run<'_> {
    /// The failure of a step that was cancelled.
    pub(super) fn cancellation(&self, step: Step<'_>) -> Failure {
        Failure::error(format!("Step {} ({}) of task {} has been cancelled.", step.id, step.name, self.name))
    }

    /// The reference of the template that is run.
    #[must_use]
    pub fn template_ref(&self) -> Option<&str> {
        self.spec["templateInfo"]["entityRef"].as_str()
    }
}

/// Runs all steps and renders the output.
///
/// # Errors
/// The failure of the first step that failed.
pub async fn execute(run: &Run<'_>) -> Outcome<Value> {
    let steps: Vec<Step<'_>> = Step::all(run.spec).collect();
    // A dry run counts the hidden step by which Backstage collects the files.
    let count = steps.len() + usize::from(run.dry_run);
    run.journal.say(&format!("Starting up task with {count} steps")).await?;
    let values = json!({
        "parameters": run.spec["parameters"],
        "environment": {"parameters": {}, "secrets": {}},
        "steps": {},
        "user": run.spec["user"],
        "context": {"task": {"id": run.name}},
    });
    let context = run.engine.with(move |engine| engine.open(&values)).await?;
    let mut scope = Scope { context };
    let mut first_failure: Option<Failure> = None;
    for step in steps {
        if first_failure.is_some() && !asks_for_failures(run, &scope, step).await? {
            let message = format!("Skipping step {} because a previous step failed", step.id);
            run.journal.end(step, StepEnd::Skipped, &message, None).await?;
            continue;
        }
        let Err(failure) = step::execute(run, &mut scope, step).await else { continue };
        if first_failure.is_some() {
            let message = format!("Additional error occurred: {}\n{failure}", failure.message);
            run.journal.end(step, StepEnd::Failed, &message, None).await?;
        }
        first_failure.get_or_insert(failure);
        run.engine.with(|engine| engine.set_failed(true)).await?;
    }
    run.journal.flush().await?;
    if let Some(failure) = first_failure {
        return Err(failure);
    }
    let output = run.spec["output"].clone();
    let rendered = run.engine.with(move |engine| engine.render(&output, scope.context)).await?;
    let mut output = rendered.unwrap_or_else(|| json!({}));
    drop_conditional_items(&mut output);
    Ok(output)
}

/// Whether the step's condition calls `always()` or `failure()`: only such steps are considered after a failure.
async fn asks_for_failures(run: &Run<'_>, scope: &Scope, step: Step<'_>) -> Outcome<bool> {
    let Some(condition @ Value::String(_)) = step.condition else { return Ok(false) };
    let (condition, context) = (condition.clone(), scope.context);
    run.engine
        .with(move |engine| {
            engine.take_asked()?;
            engine.render(&condition, context)?;
            engine.take_asked()
        })
        .await
}
