//! A whole run: steps in order, failures, the output.

use super::durable::{Durable, Past, Resumed};
use super::engine::EngineHandle;
use super::gate;
use super::journal::{Ending, Journal, StepEnd};
use super::step::{self, Progress, Scope};
use crate::actions::Services;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::spec::{Step, drop_conditional_items};
use crate::workspace::Workspace;
use serde_json::{Map, Value, json};
use std::time::Duration;
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
    /// Its past and its limits; none of a dry run.
    pub durable: Durable,
}

/// How a run leaves this process.
#[derive(Debug)]
pub enum Conclusion {
    /// It ended, with this output.
    Ended(Value),
    /// It waits at a gate, to be looked at again after so long, or when somebody says so.
    Waits(Option<Duration>),
    /// It was asked to stop between two steps, and goes on elsewhere.
    Stopped,
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

/// Runs all steps of a dry run and renders the output.
///
/// # Errors
/// The failure of the first step that failed.
pub async fn execute(run: &Run<'_>) -> Outcome<Value> {
    match pursue(run).await? {
        Conclusion::Ended(output) => Ok(output),
        Conclusion::Waits(_) | Conclusion::Stopped => Err(Failure::error("A dry run does not wait")),
    }
}

/// Runs all steps that have not ended yet and renders the output, unless the run must wait or stop.
///
/// # Errors
/// The failure of the first step that failed.
pub async fn pursue(run: &Run<'_>) -> Outcome<Conclusion> {
    let steps: Vec<Step<'_>> = Step::all(run.spec).collect();
    announce(run, steps.len()).await?;
    let mut scope = open_scope(run).await?;
    let mut first_failure: Option<Failure> = None;
    for step in steps {
        let past = run.durable.history.step(step.position);
        match &past {
            Past::Completed(output) => {
                gate::keep_secret(run, step, output);
                step::remember(run, &mut scope, step, output.clone()).await?;
                continue;
            }
            Past::Skipped => continue,
            Past::Failed(failure) => {
                first_failure.get_or_insert_with(|| failure.clone());
                run.engine.with(|engine| engine.set_failed(true)).await?;
                continue;
            }
            Past::Open(_) | Past::Unknown => {}
        }
        if run.durable.stopping.is_cancelled() {
            run.journal.flush().await?;
            return Ok(Conclusion::Stopped);
        }
        if first_failure.is_some() && !asks_for_failures(run, &scope, step).await? {
            let message = format!("Skipping step {} because a previous step failed", step.id);
            run.journal.end(step, Ending::plain(StepEnd::Skipped, &message)).await?;
            continue;
        }
        let failure = match step::execute(run, &mut scope, step, &past).await {
            Ok(Progress::Ended) => continue,
            Ok(Progress::Waits(again)) => return Ok(Conclusion::Waits(again)),
            Err(failure) => failure,
        };
        if first_failure.is_some() {
            let message = format!("Additional error occurred: {}\n{failure}", failure.message);
            let ending = Ending { failure: Some(&failure), ..Ending::plain(StepEnd::Failed, &message) };
            run.journal.end(step, ending).await?;
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
    Ok(Conclusion::Ended(output))
}

/// Says that the run begins, or goes on after its process stopped.
async fn announce(run: &Run<'_>, steps: usize) -> Outcome<()> {
    match run.durable.resumed {
        Resumed::AfterWaiting => Ok(()),
        Resumed::AfterLoss => run.journal.say("Resuming the task: the process that ran it stopped").await,
        Resumed::No => {
            // A dry run counts the hidden step by which Backstage collects the files.
            let count = steps + usize::from(run.dry_run);
            run.journal.say(&format!("Starting up task with {count} steps")).await
        }
    }
}

async fn open_scope(run: &Run<'_>) -> Outcome<Scope> {
    let values = json!({
        "parameters": run.spec["parameters"],
        "environment": {"parameters": {}, "secrets": {}},
        "steps": {},
        "user": run.spec["user"],
        "context": {"task": {"id": run.name}},
    });
    let context = run.engine.with(move |engine| engine.open(&values)).await?;
    Ok(Scope { context })
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
