//! Actions of plugins: unmodified npm modules, run by their worker.
//!
//! The workspace goes to the worker and comes back if the action changed it, both as tar, so the worker needs no folder of
//! ours and may be on another machine. What an action says is taken line by line while it runs.

use super::{Action, ActionContext, Outputs, archive};
use crate::domain::failure::{Failure, Outcome};
use crate::domain::spec::Step;
use crate::runner::blocking;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use plugin_protocol::extensions::{Run, RunLine};
use plugin_protocol::limits::{MAX_CONTROL_BODY_BYTES, MAX_WORKSPACE_BYTES};
use serde_json::{Map, Value, json};
use std::io;
use tokio::fs::File;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::{ReaderStream, StreamReader};

/// Runs an action in the worker of `plugin_id`. Dropping the future cancels it there.
pub(super) async fn perform(context: &ActionContext<'_>, plugin_id: &str, action: &Action) -> Outcome<Outputs> {
    let root = context.run.workspace.root().to_path_buf();
    let workspace = blocking(move || archive::pack(&root)).await?;
    let mut line = serde_json::to_vec(&order(context, action))
        .map_err(|error| Failure::error(format!("The run cannot be written: {error}")))?;
    line.push(b'\n');
    if line.len() > MAX_CONTROL_BODY_BYTES {
        return Err(Failure::input(format!("The input of {} is too large for a plugin", action.id)));
    }
    let first = stream::once(async move { Ok::<_, io::Error>(Bytes::from(line)) });
    let body = Body::from_stream(first.chain(ReaderStream::new(File::from_std(workspace))));
    let answer = context.run.services.run_plugin_action(plugin_id, body).await?;
    take(context, answer).await
}

fn order(context: &ActionContext<'_>, action: &Action) -> Run {
    let run = context.run;
    let name = Step::all(run.spec).find(|step| step.id == context.step_id).map(|step| step.name);
    let about = [
        ("task", json!({ "id": run.name })),
        ("step", json!({ "id": context.step_id, "name": name })),
        ("user", run.spec["user"].clone()),
        ("templateInfo", run.spec["templateInfo"].clone()),
    ];
    Run {
        action: action.id.clone(),
        input: context.input.clone(),
        secrets: run.secrets.clone(),
        checkpoints: Map::new(),
        context: about
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        is_dry_run: run.dry_run,
    }
}

/// Takes lines to the last, and then the workspace.
async fn take(context: &ActionContext<'_>, answer: Response) -> Outcome<Outputs> {
    let stream = answer.into_body().into_data_stream().map_err(io::Error::other);
    let mut reader = StreamReader::new(stream);
    let mut outputs = Outputs::new();
    loop {
        match read_line(&mut reader).await? {
            RunLine::Log { level, message } if level == "error" => context.log.error(message).await?,
            RunLine::Log { message, .. } => context.log.info(message).await?,
            RunLine::Output { name, value } => {
                outputs.insert(name, value);
            }
            RunLine::Done { workspace: false } => return Ok(outputs),
            RunLine::Done { workspace: true } => {
                take_workspace(context, reader).await?;
                return Ok(outputs);
            }
            RunLine::Failed { error } => return Err(Failure::new(error.name, error.message)),
            RunLine::Checkpoint { .. } | RunLine::Unknown => {}
        }
    }
}

async fn read_line(reader: &mut (impl AsyncBufRead + Unpin)) -> Outcome<RunLine> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_CONTROL_BODY_BYTES).unwrap_or(u64::MAX);
    reader.take(limit).read_until(b'\n', &mut line).await.map_err(|error| broken(&error))?;
    if line.is_empty() {
        return Err(Failure::new(
            "ServiceUnavailableError",
            "The plugin's worker stopped in the middle of the action.",
        ));
    }
    serde_json::from_slice(&line).map_err(|error| broken(&error))
}

async fn take_workspace(context: &ActionContext<'_>, reader: impl AsyncBufRead + Unpin) -> Outcome<()> {
    let unnamed = tempfile::tempfile().map_err(|error| broken(&error))?;
    let mut file = File::from_std(unnamed);
    // A tar archive is a little larger than what it holds.
    let limit = MAX_WORKSPACE_BYTES + MAX_WORKSPACE_BYTES / 8;
    let copied = tokio::io::copy(&mut reader.take(limit), &mut file).await.map_err(|error| broken(&error))?;
    if copied == limit {
        return Err(Failure::input("The plugin's workspace is too large"));
    }
    file.rewind().await.map_err(|error| broken(&error))?;
    let (root, archive) = (context.run.workspace.root().to_path_buf(), file.into_std().await);
    let fresh = context.run.workspace.temporary(context.step_id)?;
    blocking(move || archive::replace(&root, archive, fresh.path())).await
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::new("ServiceUnavailableError", format!("The plugin's worker broke off: {error}"))
}

/// What plugins add for templates.
#[derive(Debug, Default)]
pub struct Added {
    /// Actions, with the plugin that each is of.
    pub actions: Vec<Action>,
    /// Filters by name: their plugin and description.
    pub filters: Vec<(String, Value)>,
    /// Functions by name.
    pub functions: Vec<(String, Value)>,
    /// Values by name.
    pub values: Vec<(String, Value)>,
    /// Names of the providers that complete what somebody types, with their plugins.
    pub autocomplete: Vec<(String, String)>,
}

impl Added {
    /// Puts together what `GET /internal/plugins/v1/extensions` answers. The first plugin that has a name keeps it.
    #[must_use]
    pub fn of(plugins: Vec<super::services::PluginExtensions>) -> Self {
        let mut added = Self::default();
        for plugin in plugins {
            let (id, found) = (plugin.plugin_id, plugin.extensions);
            for action in found.actions {
                if added.actions.iter().all(|known| known.id != action.id) {
                    added.actions.push(Action::of_plugin(&id, action));
                }
            }
            let described = |one: &plugin_protocol::extensions::TemplateExtension| {
                let mut shown = Map::new();
                shown.extend(one.description.clone().map(|text| ("description".to_owned(), Value::String(text))));
                shown.extend(one.value.clone().map(|value| ("value".to_owned(), value)));
                (one.id.clone(), Value::Object(shown))
            };
            added.filters.extend(found.filters.iter().map(described));
            let (values, functions): (Vec<_>, Vec<_>) = found.globals.iter().partition(|one| one.value.is_some());
            added.values.extend(values.into_iter().map(described));
            added.functions.extend(functions.into_iter().map(described));
            added.autocomplete.extend(found.autocomplete.into_iter().map(|name| (name, id.clone())));
        }
        added
    }
}
