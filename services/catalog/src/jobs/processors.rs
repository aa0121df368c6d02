//! Processors of plugins: unmodified npm modules, which the plugin host runs in their workers.
//!
//! They are asked in batches, and only for hooks that they have. Our own rules stay: whatever a processor makes of an entity
//! is judged like everything else, and a processor that cannot be asked leaves the entity as it was.

use crate::State;
use crate::domain::kinds::Kinds;
use crate::domain::outcome::{Content, Emitted, Problem, Processed};
use crate::domain::process::judge;
use crate::domain::processed::{self, Emission};
use axum::body::Body;
use http::{Method, Request, header};
use http_shell::{Caller, ServiceClient, ServiceName, read_json};
use kernel::{Error, Result, TenantId};
use model::entity::{ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, annotation};
use model::location::LocationRef;
use plugin_protocol::extensions::path::PROCESS;
use plugin_protocol::extensions::{Extensions, Place, ProcessBatch, ProcessItem, ProcessedBatch, Stage};
use plugin_protocol::limits::MAX_BATCH;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long it is remembered which processors an organisation has.
const FRESH: Duration = Duration::from_secs(5);

/// The processors of one organisation, in the order in which they are asked.
#[derive(Debug, Clone, Default)]
pub struct Processors {
    with: Option<(ServiceClient, TenantId)>,
    plugins: Arc<Vec<Plugin>>,
}

/// A plugin with processors.
#[derive(Debug)]
struct Plugin {
    id: String,
    priority: i64,
    hooks: Vec<String>,
    /// Changes when its processors do.
    words: String,
}

/// Which processors organisations have, for a moment.
#[derive(Debug, Default)]
pub struct Known(Mutex<HashMap<TenantId, (Instant, Arc<Vec<Plugin>>)>>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PluginExtensions {
    plugin_id: String,
    extensions: Extensions,
}

impl Processors {
    /// The processors of an organisation.
    ///
    /// # Errors
    /// `Unavailable` when the plugin host cannot be asked. Where there is none, there are no processors.
    pub async fn of(state: &State, tenant: TenantId) -> Result<Self> {
        if !state.client.knows(ServiceName::PluginHost) {
            return Ok(Self::default());
        }
        let known = state.processors.0.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        let plugins = match known.filter(|(since, _)| since.elapsed() < FRESH) {
            Some((_, plugins)) => plugins,
            None => Self::ask(state, tenant).await?,
        };
        Ok(Self { with: Some((state.client.clone(), tenant)), plugins })
    }

    async fn ask(state: &State, tenant: TenantId) -> Result<Arc<Vec<Plugin>>> {
        let request = Request::get("/internal/plugins/v1/extensions").body(Body::empty()).map_err(Error::internal)?;
        let caller = Caller::service(tenant, "catalog");
        let answer = state.client.call(ServiceName::PluginHost, &caller, request).await?;
        let found: Vec<PluginExtensions> = read_json(answer).await?;
        let mut plugins: Vec<Plugin> = found.into_iter().filter_map(Plugin::of).collect();
        plugins.sort_by(|a, b| (a.priority, &a.id).cmp(&(b.priority, &b.id)));
        let plugins = Arc::new(plugins);
        let mut known = state.processors.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (since, _)| since.elapsed() < FRESH);
        known.insert(tenant, (Instant::now(), plugins.clone()));
        Ok(plugins)
    }

    /// What changes when there are other processors: files are processed again then. Empty without any.
    #[must_use]
    pub fn words(&self) -> String {
        self.plugins.iter().map(|plugin| plugin.words.as_str()).collect()
    }

    /// Lets processors see entities before they are judged. Each stays, changes, or gets a problem.
    pub async fn before<'e>(&self, entities: impl Iterator<Item = &'e mut Result<Value, Problem>>) {
        let mut taken: Vec<&mut Result<Value, Problem>> = entities.filter(|one| one.is_ok()).collect();
        for plugin in self.having(Stage::Pre) {
            taken.retain(|one| one.is_ok());
            for batch in taken.chunks_mut(MAX_BATCH) {
                let documents = batch.iter().map(|one| one.as_ref().cloned().unwrap_or_default()).collect();
                let done = self.run(plugin, Stage::Pre, documents).await;
                for (one, done) in batch.iter_mut().zip(done) {
                    **one = done.map(|done| done.entity);
                }
            }
        }
    }

    /// Lets processors see judged entities. What they change is judged again; what they emit is added.
    pub async fn after(&self, emitted: Vec<Emitted>, kinds: &Kinds) -> Vec<Emitted> {
        let mut emitted = emitted;
        for plugin in self.having(Stage::Post) {
            let mut more = Vec::new();
            let mut judged: Vec<&mut Emitted> =
                emitted.iter_mut().filter(|one| matches!(one.content, Content::Done(Ok(_)))).collect();
            for batch in judged.chunks_mut(MAX_BATCH) {
                let documents = batch.iter().filter_map(|one| match &one.content {
                    Content::Done(Ok(processed)) => Some(processed.entity.clone()),
                    _ => None,
                });
                let done = self.run(plugin, Stage::Post, documents.collect()).await;
                for (one, done) in batch.iter_mut().zip(done) {
                    take(one, done, kinds, &mut more);
                }
            }
            emitted.extend(more);
        }
        emitted
    }

    fn having(&self, stage: Stage) -> impl Iterator<Item = &Plugin> {
        self.plugins.iter().filter(move |plugin| plugin.hooks.iter().any(|hook| hook == stage.hook()))
    }

    async fn run(&self, plugin: &Plugin, stage: Stage, documents: Vec<Value>) -> Vec<Result<Emission, Problem>> {
        let count = documents.len();
        match self.send(plugin, stage, documents).await {
            Ok(done) if done.items.len() == count => done.items.into_iter().map(processed::read).collect(),
            Ok(_) => vec![Err(unasked(plugin, "it answered for other entities")); count],
            Err(error) => vec![Err(unasked(plugin, &error.message)); count],
        }
    }

    async fn send(&self, plugin: &Plugin, stage: Stage, documents: Vec<Value>) -> Result<ProcessedBatch> {
        let Some((client, tenant)) = &self.with else { return Ok(ProcessedBatch { items: Vec::new() }) };
        let items = documents.into_iter().map(|entity| ProcessItem {
            location: place(&entity, ANNOTATION_LOCATION),
            origin: place(&entity, ANNOTATION_ORIGIN_LOCATION),
            entity,
        });
        let batch = ProcessBatch { stage, items: items.collect() };
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/internal/plugins/v1/workers/{}{PROCESS}", plugin.id))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json!(batch).to_string()))
            .map_err(Error::internal)?;
        read_json(client.call(ServiceName::PluginHost, &Caller::service(*tenant, "catalog"), request).await?).await
    }
}

impl Plugin {
    fn of(given: PluginExtensions) -> Option<Self> {
        let processors = given.extensions.processors;
        let priority = processors.iter().map(|one| one.priority).min()?;
        let mut words = format!(" {}", given.plugin_id);
        for one in &processors {
            // Writing into a text never fails.
            write!(words, " {} {} {}", one.name, one.priority, one.hooks.join("+")).unwrap_or_default();
        }
        let hooks = processors.into_iter().flat_map(|one| one.hooks).collect();
        Some(Self { id: given.plugin_id, priority, hooks, words })
    }
}

fn take(one: &mut Emitted, done: Result<Emission, Problem>, kinds: &Kinds, more: &mut Vec<Emitted>) {
    let Content::Done(Ok(before)) = &one.content else { return };
    let emission = match done {
        Ok(emission) => emission,
        Err(problem) => {
            one.content = Content::Done(Err(problem));
            return;
        }
    };
    let mut relations = before.relations.clone();
    let entity = if emission.entity == before.entity {
        Ok(before.entity.clone())
    } else {
        judge(emission.entity, &kinds.custom).map(|judged| {
            relations = judged.relations;
            judged.entity
        })
    };
    for relation in emission.relations {
        if !relations.contains(&relation) {
            relations.push(relation);
        }
    }
    one.content = Content::Done(match entity {
        Ok(entity) => Ok(Processed::new(entity, relations)),
        Err((problem, _)) => Err(problem),
    });
    more.extend(
        emission.entities.into_iter().filter_map(|entity| processed::emitted(entity, &one.location_key, kinds)),
    );
}

fn unasked(plugin: &Plugin, why: &str) -> Problem {
    let text = format!("The processors of the plugin {} could not be asked: {why}", plugin.id);
    Problem { transient: true, ..Problem::new("ServiceUnavailableError", text) }
}

/// Where an entity is from, as processors are told.
fn place(entity: &Value, name: &str) -> Place {
    let location = annotation(entity, name).and_then(|text| LocationRef::parse(text).ok());
    match location {
        Some(LocationRef { kind, target }) => Place { kind, target },
        None => Place { kind: "unknown".to_owned(), target: "unknown".to_owned() },
    }
}
