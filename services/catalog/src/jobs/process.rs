//! From a Location entity to everything that its files emit: reads, and leaves judging to `domain`.

use super::files::{self, Targets};
use super::processors::Processors;
use super::reader::{Reader, Unreadable};
use crate::domain::files::Known;
use crate::domain::kinds::Kinds;
use crate::domain::location::{is_location, target_type, targets, targets_are_optional};
use crate::domain::outcome::{Content, Emitted, Problem, Processed, Run, Source};
use crate::domain::process::{Draft, emit, judge};
use model::entity::{ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, annotation};
use model::location::{LocationRef, resolve_url};
use model::placeholder::{self, Placeholder};
use model::{Envelope, validate};
use serde_json::Value;

/// How far a dry run follows Location entities.
const MAX_DRY_DEPTH: usize = 8;

/// Processes entities.
pub struct Pipeline<'a> {
    /// Where files come from.
    pub reader: &'a Reader,
    /// Kinds that are accepted, and those of the organisation's own.
    pub kinds: &'a Kinds,
    /// What plugins have to say.
    pub processors: &'a Processors,
}

impl Pipeline<'_> {
    /// Processes a Location entity, reads what it points at and processes what changed. All of it, or nothing.
    pub async fn run(&self, entity: Value, known: &Known) -> Run {
        let includes_files = !placeholder::find(&entity).is_empty();
        let own = match self.process(entity).await {
            Ok(own) => own,
            Err(problem) => return Run::failed(problem),
        };
        let files = match self.targets_of(&own.entity) {
            Ok(targets) => files::read(self, &targets, known).await,
            Err(problem) => return Run::failed(problem),
        };
        match files.problem() {
            None => Run { own: Ok(own), includes_files, files },
            Some(problem) => Run { own: Err(problem.clone()), includes_files, files },
        }
    }

    async fn try_run(&self, entity: Value) -> Result<(Processed, Vec<Emitted>), Problem> {
        let run = self.run(entity, &Known::default()).await;
        Ok((run.own?, run.files.emitted))
    }

    /// Processes any one entity, without reading what a Location points at.
    async fn process(&self, mut entity: Value) -> Result<Processed, Problem> {
        self.fill_placeholders(&mut entity, &mut Vec::new()).await?;
        let mut seen = Ok(entity);
        self.processors.before(std::iter::once(&mut seen)).await;
        judge(seen?, &self.kinds.custom).map_err(|(problem, _)| problem)
    }

    /// Stands for everything beside a file's bytes that decides what becomes of it.
    pub(super) fn rules(&self) -> String {
        format!("{}{}", self.kinds.rules(), self.processors.words())
    }

    /// What a Location entity points at.
    fn targets_of(&self, entity: &Value) -> Result<Targets, Problem> {
        let location = |name: &str| {
            let text = annotation(entity, name).unwrap_or_default();
            LocationRef::parse(text).map_err(|text| Problem::new("Error", text))
        };
        let own = location(ANNOTATION_LOCATION)?;
        let origin = location(ANNOTATION_ORIGIN_LOCATION)?;
        let kind = target_type(entity, &own);
        let mut urls = Vec::new();
        for target in targets(entity) {
            if kind != "url" {
                let message = format!("Unable to read {kind}, locations of type '{kind}' cannot be read");
                return Err(Problem::new("Error", message));
            }
            urls.push(resolve_url(&own.target, &target).map_err(|text| Problem::new("Error", text))?);
        }
        Ok(Targets { urls, optional: targets_are_optional(entity), origin })
    }

    /// A draft with the contents of the files that its placeholders name, and which those are.
    pub(super) async fn fill(&self, mut draft: Draft) -> (Draft, Result<(), Problem>, Vec<Source>) {
        let mut reads = Vec::new();
        // What a Location points at is read on its own, and so are its placeholders.
        let filled = if is_location(&draft.entity) {
            Ok(())
        } else {
            self.fill_placeholders(&mut draft.entity, &mut reads).await
        };
        (draft, filled, reads)
    }

    /// What the filled drafts of one file emit, with what processors have to say.
    pub(super) async fn emit(
        &self,
        drafts: Vec<(Draft, Result<(), Problem>)>,
        file: &LocationRef,
        text: &str,
    ) -> Vec<Emitted> {
        let (mut drafts, mut seen): (Vec<Draft>, Vec<Result<Value, Problem>>) =
            drafts.into_iter().map(|(draft, filled)| (draft.clone(), filled.map(|()| draft.entity))).unzip();
        self.processors.before(seen.iter_mut()).await;
        let emitted = drafts.drain(..).zip(seen).filter_map(|(draft, seen)| {
            let (draft, filled) = match seen {
                Ok(entity) => (Draft { entity, ..draft }, Ok(())),
                Err(problem) => (draft, Err(problem)),
            };
            emit(draft, filled, file, text, &self.kinds.custom)
        });
        self.processors.after(emitted.collect(), self.kinds).await
    }

    /// Puts the contents of files in. What was read, or could not be, is noted in `reads` either way.
    async fn fill_placeholders(&self, entity: &mut Value, reads: &mut Vec<Source>) -> Result<(), Problem> {
        let found = placeholder::find(entity);
        if found.is_empty() {
            return Ok(());
        }
        let base =
            annotation(entity, ANNOTATION_LOCATION).and_then(|text| text.strip_prefix("url:")).map(str::to_owned);
        for placeholder in found {
            let url = placeholder.url(base.as_deref().unwrap_or_default()).map_err(not_filled)?;
            match self.reader.read(&url).await {
                Ok(file) => {
                    reads.push(Source { url: url.clone(), etag: file.etag.clone(), sha256: Some(file.sha256.clone()) });
                    let content = if placeholder.resolver.bundles() {
                        self.bundled(&placeholder, &url, &file.bytes, reads).await?
                    } else {
                        placeholder.content(&file.bytes).map_err(not_filled)?
                    };
                    placeholder::replace(entity, &placeholder, content);
                }
                Err(unreadable) => {
                    reads.push(Source::unread(url, unreadable.missing));
                    return Err(not_read(&placeholder, &unreadable));
                }
            }
        }
        Ok(())
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
        validate::check_envelope(&entity)?;
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

fn not_read(placeholder: &Placeholder, unreadable: &Unreadable) -> Problem {
    let (key, target) = (placeholder.resolver.key(), placeholder.value.as_str().unwrap_or_default());
    let error = &unreadable.error;
    let text = format!("Placeholder {key} could not read location {target}, {}: {error}", error.kind.name());
    Problem { transient: error.is_transient(), ..not_filled(text) }
}
