//! From a Location entity to everything that its files emit: reads, and leaves judging to `domain`.

use super::reader::{PARALLEL, Reader};
use crate::domain::kinds::Kinds;
use crate::domain::location::{is_location, target_type, targets, targets_are_optional};
use crate::domain::outcome::{Content, Emitted, Problem, Processed, Run, last_wins};
use crate::domain::process::{Draft, drafts, emit, judge};
use futures::{StreamExt as _, TryStreamExt as _};
use model::entity::{ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, annotation};
use model::location::{LocationRef, resolve_url};
use model::{Envelope, placeholder};
use serde_json::Value;

/// How far a dry run follows Location entities.
const MAX_DRY_DEPTH: usize = 8;

/// Processes entities.
pub struct Pipeline<'a> {
    /// Where files come from.
    pub reader: &'a Reader,
    /// Kinds that are accepted, and those of the organisation's own.
    pub kinds: &'a Kinds,
}

impl Pipeline<'_> {
    /// Processes a Location entity and reads what it points at. All of it, or nothing.
    pub async fn run(&self, entity: Value) -> Run {
        match self.try_run(entity).await {
            Ok((own, emitted)) => Run { own: Ok(own), emitted, sources: self.reader.sources() },
            Err(problem) => Run::failed(problem),
        }
    }

    async fn try_run(&self, entity: Value) -> Result<(Processed, Vec<Emitted>), Problem> {
        let own = self.process(entity).await?;
        let emitted = self.emitted_by(&own.entity).await?;
        Ok((own, emitted))
    }

    /// Processes any one entity, without reading what a Location points at.
    async fn process(&self, entity: Value) -> Result<Processed, Problem> {
        let filled = self.fill_placeholders(entity).await?;
        judge(filled, &self.kinds.custom).map_err(|(problem, _)| problem)
    }

    /// What the files emit that this Location entity points at.
    async fn emitted_by(&self, entity: &Value) -> Result<Vec<Emitted>, Problem> {
        let location = |name: &str| {
            let text = annotation(entity, name).unwrap_or_default();
            LocationRef::parse(text).map_err(|text| Problem::new("Error", text))
        };
        let own = location(ANNOTATION_LOCATION)?;
        let origin = location(ANNOTATION_ORIGIN_LOCATION)?;
        let kind = target_type(entity, &own).to_owned();
        let mut files = Vec::new();
        for target in targets(entity) {
            if kind != "url" {
                let message = format!("Unable to read {kind}, locations of type '{kind}' cannot be read");
                return Err(Problem::new("Error", message));
            }
            let url = resolve_url(&own.target, &target).map_err(|text| Problem::new("Error", text))?;
            files.push(LocationRef::url(url));
        }
        let optional = targets_are_optional(entity);
        let origin = &origin;
        let emitted: Vec<Vec<Emitted>> = futures::stream::iter(files)
            .map(|file| async move { self.file(&file, origin, optional).await })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(last_wins(emitted.into_iter().flatten().collect()))
    }

    async fn file(&self, file: &LocationRef, origin: &LocationRef, optional: bool) -> Result<Vec<Emitted>, Problem> {
        let bytes = match self.reader.read(&file.target).await {
            Ok(bytes) => bytes,
            Err(unreadable) if unreadable.missing && optional => return Ok(Vec::new()),
            Err(unreadable) => return Err(unreadable.problem(&file.target)),
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut emitted = Vec::new();
        for draft in drafts(&text, file, origin, &self.kinds.allowed)? {
            emitted.extend(self.emit(draft, file, &text).await);
        }
        Ok(emitted)
    }

    async fn emit(&self, draft: Draft, file: &LocationRef, text: &str) -> Option<Emitted> {
        let filled = if is_location(&draft.entity) {
            Ok(Value::Null)
        } else {
            self.fill_placeholders(draft.entity.clone()).await
        };
        emit(draft, filled, file, text, &self.kinds.custom)
    }

    async fn fill_placeholders(&self, mut entity: Value) -> Result<Value, Problem> {
        let found = placeholder::find(&entity);
        if found.is_empty() {
            return Ok(entity);
        }
        let base =
            annotation(&entity, ANNOTATION_LOCATION).and_then(|text| text.strip_prefix("url:")).map(str::to_owned);
        for placeholder in found {
            let url = placeholder.url(base.as_deref().unwrap_or_default()).map_err(not_filled)?;
            let bytes = self.reader.read(&url).await.map_err(|unreadable| {
                let (key, target) = (placeholder.resolver.key(), placeholder.value.as_str().unwrap_or_default());
                let error = &unreadable.error;
                let text =
                    format!("Placeholder {key} could not read location {target}, {}: {error}", error.kind.name());
                Problem { transient: error.is_transient(), ..not_filled(text) }
            })?;
            let content = match placeholder.resolver.bundles() {
                true => self.bundled(&placeholder, &url, &bytes).await?,
                false => placeholder.content(&bytes).map_err(not_filled)?,
            };
            placeholder::replace(&mut entity, &placeholder, content);
        }
        Ok(entity)
    }

    /// Everything that a Location entity would bring, itself first, in the form before stitching.
    ///
    /// # Errors
    /// The first problem anywhere.
    pub async fn dry_run(&self, root: Value) -> Result<Vec<Value>, Problem> {
        let mut found = Vec::new();
        // Last in, first out: the order in which Backstage lists them.
        let mut stack = vec![(Content::Pending(root), 0)];
        while let Some((content, depth)) = stack.pop() {
            match content {
                Content::Done(outcome) => found.push(outcome?.entity),
                Content::Pending(_) if depth == MAX_DRY_DEPTH => {
                    return Err(Problem::new("InputError", format!("Locations nest more than {MAX_DRY_DEPTH} deep")));
                }
                Content::Pending(document) => {
                    let (own, emitted) = self.try_run(document).await?;
                    found.push(own.entity);
                    stack.extend(emitted.into_iter().map(|one| (one.content, depth + 1)));
                }
            }
        }
        Ok(found)
    }

    /// Whether this entity would be taken if `location` emitted it; for a Location, whether it can be read.
    ///
    /// # Errors
    /// Why not.
    pub async fn validate(&self, mut entity: Value, location: &LocationRef) -> Result<(), Problem> {
        model::validate::check_envelope(&entity)?;
        model::normalise::set_locations(&mut entity, location, location);
        if is_location(&entity) && Envelope::of(&entity).is_some() {
            self.try_run(entity).await.map(|_| ())
        } else {
            self.process(entity).await.map(|_| ())
        }
    }
}

/// The problem of an entity whose placeholders could not be filled in.
pub(super) fn not_filled(text: String) -> Problem {
    let what = "Processor PlaceholderProcessor threw an error while preprocessing";
    Problem::new("InputError", format!("{what}; caused by Error: {text}"))
}
