//! What modules add to the platform's own plugins, as a worker describes it, and the operations that run it.
//!
//! | request | answer |
//! |---|---|
//! | `POST /scaffolder/run`: [`Run`] as one line, then the workspace as tar | 200: [`RunLine`]s, one a line; after `done` with a workspace, that as tar. 404 for an unknown action. Dropping the request cancels the run |
//! | `POST /scaffolder/extension` [`ExtensionCall`] | 200 [`ExtensionValue`] |
//! | `POST /scaffolder/autocomplete` [`Autocomplete`] | 200 `{results}` |
//! | `POST /catalog/process` [`ProcessBatch`] | 200 [`ProcessedBatch`] |
//!
//! A run shows whoever started it as the bearer of its `Authorization`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Media type of a run's request and answer.
pub const RUN_TYPE: &str = "application/x-proscenium-run";

/// Paths below [`CONTROL_PREFIX`](crate::limits::CONTROL_PREFIX); all are `POST`.
pub mod path {
    /// One action.
    pub const RUN: &str = "/scaffolder/run";
    /// A filter or global.
    pub const EXTENSION: &str = "/scaffolder/extension";
    /// What somebody types.
    pub const AUTOCOMPLETE: &str = "/scaffolder/autocomplete";
    /// Entities through processors.
    pub const PROCESS: &str = "/catalog/process";
}

/// Everything that modules registered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extensions {
    /// Ids of the platform's plugins that they extend.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Scaffolder actions.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Filters of templates.
    #[serde(default)]
    pub filters: Vec<TemplateExtension>,
    /// Globals of templates.
    #[serde(default)]
    pub globals: Vec<TemplateExtension>,
    /// Names of the providers that complete what somebody types.
    #[serde(default)]
    pub autocomplete: Vec<String>,
    /// Names of catalog entity providers.
    #[serde(default)]
    pub providers: Vec<String>,
    /// Catalog processors.
    #[serde(default)]
    pub processors: Vec<Processor>,
    /// Types of the documents that search collators bring.
    #[serde(default)]
    pub collators: Vec<String>,
    /// What they registered and has no effect here.
    #[serde(default)]
    pub ignored: Vec<String>,
}

/// A scaffolder action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// For example `publish:github`.
    pub id: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// For people.
    #[serde(default)]
    pub examples: Value,
    /// JSON schemas `input` and `output`.
    #[serde(default)]
    pub schema: Value,
    /// Whether a dry run performs it.
    #[serde(default)]
    pub supports_dry_run: bool,
}

/// A filter or global; one without a value is a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateExtension {
    /// Its name in templates.
    pub id: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Of a global that is no function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A catalog processor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processor {
    /// Its name.
    pub name: String,
    /// Lower ones come first.
    pub priority: i64,
    /// Which of `preProcessEntity`, `validateEntityKind` and `postProcessEntity` it has.
    pub hooks: Vec<String>,
}

/// One run of one action.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The action's id.
    pub action: String,
    /// Rendered, and valid by its schema.
    pub input: Value,
    /// The run's secrets by name.
    #[serde(default)]
    pub secrets: Map<String, Value>,
    /// What an earlier attempt kept, by key.
    #[serde(default)]
    pub checkpoints: Map<String, Value>,
    /// `task`, `step`, `user`, `templateInfo`: given to the action as they are.
    #[serde(default)]
    pub context: Map<String, Value>,
    /// Whether it must change nothing outside.
    #[serde(default)]
    pub is_dry_run: bool,
}

/// A line of a run's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum RunLine {
    /// Something to show.
    Log {
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// Text of the action.
        message: String,
    },
    /// An output of the step.
    Output {
        /// Its name.
        name: String,
        /// Its value.
        value: Value,
    },
    /// To be kept for another attempt.
    Checkpoint {
        /// Its key.
        key: String,
        /// Its value.
        value: Value,
    },
    /// The action ended well. The last line.
    Done {
        /// Whether the changed workspace follows.
        workspace: bool,
    },
    /// The action failed. The last line.
    Failed {
        /// How.
        error: Failed,
    },
    /// A line of a later minor version.
    #[serde(other)]
    Unknown,
}

/// An error of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// As JavaScript names it.
    pub name: String,
    /// In the plugin's words.
    pub message: String,
}

/// Calls a filter or global.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtensionCall {
    /// `filter` or `global`.
    pub kind: String,
    /// Its name.
    pub id: String,
    /// What it is given.
    pub arguments: Vec<Value>,
}

/// What a filter or global answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtensionValue {
    /// Null also where it answered nothing.
    pub value: Value,
}

/// Completes what somebody types into a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Autocomplete {
    /// For example `github`.
    pub provider: String,
    /// For example `repositoriesWithOwner`.
    pub resource: String,
    /// The user's token at the source host.
    pub token: String,
    /// What is filled in already.
    #[serde(default)]
    pub context: Map<String, Value>,
}

/// Entities for one hook of all processors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessBatch {
    /// Which hook.
    pub stage: Stage,
    /// At most [`MAX_BATCH`](crate::limits::MAX_BATCH).
    pub items: Vec<ProcessItem>,
}

/// The hook of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// `preProcessEntity`.
    Pre,
    /// `validateEntityKind`.
    Validate,
    /// `postProcessEntity`.
    Post,
}

impl Stage {
    /// The hook's name.
    #[must_use]
    pub const fn hook(self) -> &'static str {
        match self {
            Self::Pre => "preProcessEntity",
            Self::Validate => "validateEntityKind",
            Self::Post => "postProcessEntity",
        }
    }
}

/// One entity with where it is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessItem {
    /// The document.
    pub entity: Value,
    /// The file that holds it.
    pub location: Place,
    /// The location that somebody registered.
    pub origin: Place,
}

/// A location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// For example `url`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For example an address.
    pub target: String,
}

/// What came of a batch, in its order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessedBatch {
    /// One for each item.
    pub items: Vec<ProcessedItem>,
}

/// What came of one entity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessedItem {
    /// As the processors left it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Value>,
    /// Of `validate`: whether a processor knows the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<bool>,
    /// Relations, entities, errors and refresh keys, as Backstage's processor results.
    #[serde(default)]
    pub emitted: Vec<Value>,
    /// A processor threw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ProcessorError>,
}

/// A processor's error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessorError {
    /// As JavaScript names it.
    pub name: String,
    /// In the processor's words.
    pub message: String,
    /// Whose it is.
    pub processor: String,
}
