//! What a plugin's author writes.

use crate::actions::ActionRun;
use axum::Router;
use futures::future::BoxFuture;
use plugin_protocol::control::{Event, Subscription, Task};
use plugin_protocol::extensions::{Action, Extensions, Failed, Processor, Stage};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// How something of a plugin fails: a name as JavaScript has it, and words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For example `InputError`.
    pub name: String,
    /// Plain words.
    pub message: String,
}

/// What something of a plugin comes to.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// The input cannot be right.
    pub fn input(message: impl Into<String>) -> Self {
        Self { name: "InputError".to_owned(), message: message.into() }
    }

    pub(crate) fn into_failed(self) -> Failed {
        Failed { name: self.name, message: self.message }
    }
}

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { name: "Error".to_owned(), message: error.to_string() }
    }
}

/// When a task runs. The platform keeps the time and wakes the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// From start to start.
    Every(Duration),
    /// Five or six fields, in UTC.
    Cron(String),
    /// When somebody asks for it.
    Manual,
}

pub(crate) type ActionFn = Arc<dyn Fn(ActionRun) -> BoxFuture<'static, Outcome<Map<String, Value>>> + Send + Sync>;
pub(crate) type TaskFn = Arc<dyn Fn() -> BoxFuture<'static, Outcome<()>> + Send + Sync>;
pub(crate) type EventFn = Arc<dyn Fn(Event) -> BoxFuture<'static, Outcome<()>> + Send + Sync>;
pub(crate) type ProcessFn = Arc<dyn Fn(Value) -> Outcome<Value> + Send + Sync>;

/// A plugin.
#[derive(Default)]
pub struct Plugin {
    pub(crate) id: String,
    pub(crate) routes: Router,
    pub(crate) extensions: Extensions,
    pub(crate) actions: BTreeMap<String, ActionFn>,
    pub(crate) tasks: BTreeMap<String, (Task, TaskFn)>,
    pub(crate) subscriptions: Vec<(Subscription, EventFn)>,
    pub(crate) processors: Vec<(Stage, ProcessFn)>,
}

impl Plugin {
    /// A plugin that does nothing yet. `id` is its id on the platform.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Routes below `/api/<id>`. Each request has a valid user or service token by the time it gets there.
    #[must_use]
    pub fn routes(mut self, routes: Router) -> Self {
        self.routes = routes;
        self
    }

    /// A scaffolder action. `input` is the JSON schema of its input; what it gives becomes the step's output.
    #[must_use]
    pub fn action<F>(
        mut self,
        id: &str,
        description: &str,
        input: Value,
        act: impl Fn(ActionRun) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Outcome<Map<String, Value>>> + Send + 'static,
    {
        self.extensions.actions.push(Action {
            id: id.to_owned(),
            description: description.to_owned(),
            examples: Value::Array(Vec::new()),
            schema: serde_json::json!({ "input": input }),
            supports_dry_run: false,
        });
        self.actions.insert(id.to_owned(), Arc::new(move |run| Box::pin(act(run))));
        self
    }

    /// A scheduled task, stopped after `timeout`.
    #[must_use]
    pub fn task<F>(
        mut self,
        id: &str,
        schedule: Schedule,
        timeout: Duration,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Outcome<()>> + Send + 'static,
    {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let (cron, every_ms, manual) = match schedule {
            Schedule::Every(every) => (None, Some(millis(every)), None),
            Schedule::Cron(cron) => (Some(cron), None, None),
            Schedule::Manual => (None, None, Some(true)),
        };
        let task = Task {
            plugin: self.id.clone(),
            id: id.to_owned(),
            cron,
            every_ms,
            manual,
            timeout_ms: millis(timeout),
            initial_delay_ms: 0,
            scope: "global".to_owned(),
        };
        self.tasks.insert(id.to_owned(), (task, Arc::new(move || Box::pin(run()))));
        self
    }

    /// Hears of events of a topic.
    #[must_use]
    pub fn on<F>(mut self, topic: &str, hear: impl Fn(Event) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome<()>> + Send + 'static,
    {
        let id = format!("{}-{}", self.id, self.subscriptions.len() + 1);
        let subscription = Subscription { plugin: self.id.clone(), id, topics: vec![topic.to_owned()] };
        self.subscriptions.push((subscription, Arc::new(move |event| Box::pin(hear(event)))));
        self
    }

    /// Changes entities of the catalog before they are judged.
    #[must_use]
    pub fn processor(mut self, name: &str, change: impl Fn(Value) -> Outcome<Value> + Send + Sync + 'static) -> Self {
        let hooks = vec![Stage::Pre.hook().to_owned()];
        self.extensions.processors.push(Processor { name: name.to_owned(), priority: 20, hooks });
        self.processors.push((Stage::Pre, Arc::new(change)));
        self
    }

    /// Says that [`crate::Platform::mutate`] will be called for this provider.
    #[must_use]
    pub fn provider(mut self, name: &str) -> Self {
        self.extensions.providers.push(name.to_owned());
        self
    }
}
