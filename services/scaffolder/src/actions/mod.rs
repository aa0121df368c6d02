//! The actions: those that run inside this process, and those of plugins.
//!
//! Owns the catalogue of built-in actions (id, schemas, examples: `catalogue.json`, as the stock front end shows
//! them) and what each does. An action touches files only through its run's workspace and other systems only through
//! [`Services`], on behalf of whoever started the run.

mod archive;
mod catalog;
mod debug;
mod fetch;
mod files;
mod git;
mod glob;
mod plugin;
pub mod recorded;
mod services;
mod template;

use crate::domain::failure::{Failure, Outcome};
use crate::runner::{Attempt, Run, StepLog};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::LazyLock;

pub use plugin::Added;
pub use services::{Folder, Services, Site, TreeFile};

/// An action as the catalogue describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// For example `fetch:template`.
    pub id: String,
    /// What it does, for people.
    pub description: String,
    /// How it is used, for people.
    pub examples: Value,
    /// JSON schemas of its input and output.
    pub schema: Schemas,
    /// Whether a dry run performs it.
    #[serde(rename = "supportsDryRun")]
    pub supports_dry_run: bool,
    /// Whether it must not be run again by itself when its process stopped in the middle of it.
    #[serde(default)]
    pub at_most_once: bool,
    /// The plugin whose worker runs it; `None`: it is one of ours.
    #[serde(skip)]
    pub plugin: Option<String>,
    /// A test of a template records its answers, and it is not performed.
    #[serde(skip)]
    pub recorded: bool,
}

/// JSON schemas of an action.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize)]
pub struct Schemas {
    /// Of its input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// Of its output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
}

/// What an action is given.
#[derive(Debug)]
pub struct ActionContext<'a> {
    /// The run that it is part of.
    pub run: &'a Run<'a>,
    /// The step that it is.
    pub step_id: &'a str,
    /// Where it says what it does.
    pub log: &'a StepLog<'a>,
    /// Rendered and valid.
    pub input: Value,
    /// Whether it was tried before, and what it remembers.
    pub attempt: Attempt,
}

/// What an action gives to the following steps.
pub type Outputs = Map<String, Value>;

static CATALOGUE: LazyLock<Vec<Action>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("catalogue.json")).unwrap_or_else(|error| {
        tracing::error!(%error, "the catalogue of actions cannot be read");
        Vec::new()
    })
});

/// All actions, by id.
#[must_use]
pub fn all() -> &'static [Action] {
    &CATALOGUE
}

/// The action with this id: one of ours, else one of a plugin that the organisation has installed.
///
/// # Errors
/// `NotFoundError`, worded as Backstage words it; those of the plugin host.
pub async fn find(id: &str, services: &Services) -> Outcome<Cow<'static, Action>> {
    if let Some(action) = all().iter().find(|action| action.id == id) {
        return Ok(Cow::Borrowed(action));
    }
    let added = services.added().await?;
    added.actions.into_iter().find(|action| action.id == id).map(Cow::Owned).ok_or_else(|| {
        Failure::not_found(format!(
            "Template action with ID '{id}' is not registered. See \
             https://backstage.io/docs/features/software-templates/builtin-actions/ on how to add a new action module."
        ))
    })
}

impl Action {
    /// The schema of its input.
    #[must_use]
    pub fn input_schema(&self) -> Option<&Value> {
        self.schema.input.as_ref()
    }

    /// The schema of its output.
    #[must_use]
    pub fn output_schema(&self) -> Option<&Value> {
        self.schema.output.as_ref()
    }

    /// An action as a plugin's worker describes it.
    fn of_plugin(plugin_id: &str, action: plugin_protocol::extensions::Action) -> Self {
        Self {
            id: action.id,
            description: action.description,
            examples: action.examples,
            schema: serde_json::from_value(action.schema).unwrap_or_default(),
            supports_dry_run: action.supports_dry_run,
            at_most_once: false,
            plugin: Some(plugin_id.to_owned()),
            recorded: false,
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// Whatever goes wrong, in words for the person who started the run.
    pub async fn perform(&self, context: &ActionContext<'_>) -> Outcome<Outputs> {
        if let (true, Some(recorded)) = (self.recorded, context.run.services.recording()) {
            return recorded.replay(&self.id, &context.input);
        }
        if let Some(plugin_id) = &self.plugin {
            return plugin::perform(context, plugin_id, self).await;
        }
        match self.id.as_str() {
            "debug:log" => debug::log(context).await,
            "debug:wait" => debug::wait(context).await,
            "fetch:plain" => fetch::plain(context).await,
            "fetch:plain:file" => fetch::plain_file(context).await,
            "fetch:template" => template::fetch(context).await,
            "fetch:template:file" => template::fetch_file(context).await,
            "workspace:template" => template::workspace(context).await,
            "workspace:template:file" => template::workspace_file(context).await,
            "fs:delete" => files::delete(context).await,
            "fs:rename" => files::rename(context).await,
            "fs:readdir" => files::readdir(context).await,
            "catalog:fetch" => catalog::fetch(context).await,
            "catalog:register" => catalog::register(context).await,
            "catalog:write" => catalog::write(context).await,
            "proscenium:git:push" => git::push(context).await,
            other => Err(Failure::error(format!("The action {other} is listed and cannot be performed"))),
        }
    }
}

impl ActionContext<'_> {
    /// A text of the input.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }

    /// A text of the input that its schema asks for.
    ///
    /// # Errors
    /// `InputError` when it is not there.
    pub fn needed(&self, name: &str) -> Outcome<&str> {
        self.text(name).ok_or_else(|| Failure::input(format!("The input {name} is missing")))
    }

    /// A switch of the input; off when it is not there.
    #[must_use]
    pub fn switch(&self, name: &str) -> bool {
        self.input.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

/// A value as Backstage's logger appends it to a line: JSON with its keys in order.
fn appended(value: Option<&Value>) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Object(entries.into_iter().collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    let value = value.filter(|value| !value.as_object().is_some_and(Map::is_empty));
    value.map(|value| format!(" {}", sorted(value))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_readable_and_in_order() {
        let ids: Vec<_> = all().iter().map(|action| action.id.as_str()).collect();
        assert!(ids.is_sorted() && ids.contains(&"fetch:template") && ids.contains(&"proscenium:git:push"), "{ids:?}");
    }
}
