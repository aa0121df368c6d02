//! Reads the files of one unit and processes those that changed.
//!
//! Three steps: look at every file with a conditional request; process what changed; find unchanged files that emit the
//! same entities as changed ones, since of several documents with one name the last one wins.

use super::process::Pipeline;
use super::reader::{Fetched, Look, PARALLEL, Search};
use crate::domain::files::{FileOutcome, FileRun, Files, Known, KnownFile, entangled, is_pattern, vanished};
use crate::domain::outcome::{Emitted, Problem, Source, last_wins};
use crate::domain::process::{Draft, drafts};
use futures::StreamExt as _;
use model::location::LocationRef;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a unit points at.
#[derive(Debug)]
pub struct Targets {
    /// Absolute addresses of files and patterns, in the order of the document.
    pub urls: Vec<String>,
    /// Whether a missing one is no error.
    pub optional: bool,
    /// The registered location that all of it goes back to.
    pub origin: LocationRef,
}

/// Reads what a unit points at. When any file fails, nothing is to be taken over.
pub async fn read(pipeline: &Pipeline<'_>, targets: &Targets, known: &Known) -> Files {
    let reading = Reading { pipeline, targets, known, rules: pipeline.rules() };
    let looked = reading.look_at_all().await;
    if looked.iter().any(|one| matches!(one.found, Found::Failed(_))) {
        let files = looked.into_iter().map(Looked::untaken).collect();
        return Files { files, ..Files::default() };
    }
    reading.process_changed(looked).await
}

/// A file that was looked at.
struct Looked {
    url: String,
    glob: Option<String>,
    found: Found,
}

enum Found {
    /// What it was.
    Same(Option<String>),
    /// A file to process; none where there is no such file, which is no error.
    Changed(Option<Arc<Fetched>>),
    /// A pattern that finds something else, or that is new, with its validator.
    Pattern(Option<String>),
    Failed(Problem),
}

impl Looked {
    fn untaken(self) -> FileRun {
        let outcome = match self.found {
            Found::Same(etag) => FileOutcome::Unchanged { etag },
            Found::Changed(_) | Found::Pattern(_) => FileOutcome::Read,
            Found::Failed(problem) => FileOutcome::Failed(problem),
        };
        FileRun { url: self.url, glob: self.glob, outcome }
    }
}

struct Reading<'a> {
    pipeline: &'a Pipeline<'a>,
    targets: &'a Targets,
    known: &'a Known,
    rules: String,
}

impl Reading<'_> {
    async fn look_at_all(&self) -> Vec<Looked> {
        let looked: Vec<Vec<Looked>> = futures::stream::iter(self.targets.urls.clone())
            .map(|url| async move {
                if is_pattern(&url) {
                    return self.look_for(&url).await;
                }
                let found = self.look_at(&url).await;
                vec![Looked { url, glob: None, found }]
            })
            .buffered(PARALLEL)
            .collect()
            .await;
        // A file that is named twice counts where it is named last.
        let mut seen = BTreeSet::new();
        let mut all: Vec<Looked> = looked.into_iter().flatten().collect();
        all.reverse();
        all.retain(|one| seen.insert(one.url.clone()));
        all.reverse();
        all
    }

    async fn look_at(&self, url: &str) -> Found {
        let current = self.known.current(url, &self.rules);
        match self.pipeline.reader.look(url, current.and_then(|file| file.etag.as_deref())).await {
            Ok(Look::Same) => {
                let etag = current.and_then(|file| file.etag.clone());
                if self.reads_are_same(current).await { Found::Same(etag) } else { self.fetch(url).await }
            }
            Ok(Look::File(file)) => self.compare(current, file).await,
            Err(unreadable) if unreadable.missing && self.targets.optional => match current {
                Some(file) if file.sha256.is_none() => Found::Same(None),
                _ => Found::Changed(None),
            },
            Err(unreadable) => Found::Failed(unreadable.problem(url)),
        }
    }

    async fn compare(&self, current: Option<&KnownFile>, file: Arc<Fetched>) -> Found {
        let same = current.is_some_and(|current| current.sha256.as_ref() == Some(&file.sha256));
        if same && self.reads_are_same(current).await {
            return Found::Same(file.etag.clone());
        }
        Found::Changed(Some(file))
    }

    async fn reads_are_same(&self, file: Option<&KnownFile>) -> bool {
        let reads = file.map(|file| file.reads.clone()).unwrap_or_default();
        let mut checks = futures::stream::iter(reads)
            .map(|source| async move { self.pipeline.reader.is_same(&source).await })
            .buffer_unordered(PARALLEL);
        while let Some(same) = checks.next().await {
            if !same {
                return false;
            }
        }
        true
    }

    async fn fetch(&self, url: &str) -> Found {
        match self.pipeline.reader.read(url).await {
            Ok(file) => Found::Changed(Some(file)),
            Err(unreadable) => Found::Failed(unreadable.problem(url)),
        }
    }

    /// The files that a pattern finds, by address, and the pattern itself.
    async fn look_for(&self, pattern: &str) -> Vec<Looked> {
        let own = |found| Looked { url: pattern.to_owned(), glob: Some(pattern.to_owned()), found };
        let current = self.known.current(pattern, &self.rules);
        let (etag, found) =
            match self.pipeline.reader.search(pattern, current.and_then(|row| row.etag.as_deref())).await {
                Ok(Search::Same) => (current.and_then(|row| row.etag.clone()), None),
                Ok(Search::Found { files, .. }) if files.is_empty() && !self.targets.optional => {
                    let text = format!("Unable to read url, no matching files found for {pattern}");
                    return vec![own(Found::Failed(Problem::new("NotFoundError", text).at(pattern, None)))];
                }
                Ok(Search::Found { etag, files }) => (etag, Some(files)),
                Err(unreadable) => return vec![own(Found::Failed(unreadable.problem(pattern)))],
            };
        let mut looked = match found {
            None => self.look_again(pattern).await,
            Some(files) => self.compare_all(pattern, files).await,
        };
        let same = current.is_some_and(|row| row.etag == etag && etag.is_some());
        looked.push(own(if same { Found::Same(etag) } else { Found::Pattern(etag) }));
        looked
    }

    /// The files of a pattern whose answer is what it was.
    async fn look_again(&self, pattern: &str) -> Vec<Looked> {
        let mut looked = Vec::new();
        for file in self.known.found_by(pattern) {
            let found = match self.known.current(&file.url, &self.rules) {
                Some(current) if self.reads_are_same(Some(current)).await => Found::Same(current.etag.clone()),
                _ => self.fetch(&file.url).await,
            };
            looked.push(Looked { url: file.url.clone(), glob: Some(pattern.to_owned()), found });
        }
        looked
    }

    async fn compare_all(&self, pattern: &str, files: BTreeMap<String, Arc<Fetched>>) -> Vec<Looked> {
        let mut looked = Vec::new();
        for (url, file) in files {
            let found = self.compare(self.known.current(&url, &self.rules), file).await;
            looked.push(Looked { url, glob: Some(pattern.to_owned()), found });
        }
        looked
    }

    async fn process_changed(&self, looked: Vec<Looked>) -> Files {
        let mut all = Files::default();
        let mut emitted: BTreeMap<String, Vec<Emitted>> = BTreeMap::new();
        for Looked { url, glob, found } in looked {
            let outcome = match found {
                Found::Same(etag) => FileOutcome::Unchanged { etag },
                Found::Pattern(etag) => FileOutcome::Processed(self.remember(&url, glob.as_deref(), etag)),
                Found::Changed(None) => FileOutcome::Processed(self.remember(&url, glob.as_deref(), None)),
                Found::Changed(Some(file)) => match self.process(&url, glob.as_deref(), &file).await {
                    Ok((known, ones)) => {
                        all.commit = all.commit.or_else(|| file.commit.clone());
                        emitted.insert(url.clone(), ones);
                        FileOutcome::Processed(known)
                    }
                    Err(problem) => FileOutcome::Failed(problem),
                },
                Found::Failed(problem) => FileOutcome::Failed(problem),
            };
            all.files.push(FileRun { url, glob, outcome });
        }
        all.vanished = vanished(self.known, &all.files).into_iter().map(|file| file.url.clone()).collect();
        self.settle(all, emitted).await
    }

    /// Decides who emits what, with the unchanged files that have a say in it.
    async fn settle(&self, mut all: Files, mut emitted: BTreeMap<String, Vec<Emitted>>) -> Files {
        let is_unchanged = |file: &&FileRun| matches!(file.outcome, FileOutcome::Unchanged { .. });
        let unchanged: BTreeSet<&str> = all.files.iter().filter(is_unchanged).map(|file| file.url.as_str()).collect();
        let before = self.known.files.values().filter(|file| !unchanged.contains(file.url.as_str()));
        let contested: BTreeSet<&str> = before
            .flat_map(|file| file.emitted.iter().map(String::as_str))
            .chain(emitted.values().flatten().map(|one| one.entity_ref.as_str()))
            .collect();
        let mut more: Vec<(String, Vec<Emitted>)> = Vec::new();
        let mut failed: Option<(String, Problem)> = None;
        for file in entangled(self.known, &unchanged, &contested) {
            let read = match self.pipeline.reader.read(&file.url).await {
                Ok(fetched) => self.process(&file.url, file.glob.as_deref(), &fetched).await,
                Err(unreadable) => Err(unreadable.problem(&file.url)),
            };
            match read {
                Ok((_, mut ones)) => {
                    ones.retain(|one| contested.contains(one.entity_ref.as_str()));
                    more.push((file.url.clone(), ones));
                }
                Err(problem) => failed = Some((file.url.clone(), problem)),
            }
        }
        let kept = self.known.files.values().filter(|file| unchanged.contains(file.url.as_str()));
        all.kept = kept.flat_map(|file| file.emitted.iter().cloned()).collect();
        emitted.extend(more);
        let in_order = all.files.iter().filter_map(|file| emitted.remove(&file.url)).flatten().collect();
        all.emitted = last_wins(in_order);
        if let Some((url, problem)) = failed
            && let Some(file) = all.files.iter_mut().find(|file| file.url == url)
        {
            file.outcome = FileOutcome::Failed(problem);
        }
        all
    }

    fn remember(&self, url: &str, glob: Option<&str>, etag: Option<String>) -> KnownFile {
        let (url, glob) = (url.to_owned(), glob.map(str::to_owned));
        KnownFile { url, glob, etag, rules: self.rules.clone(), ..KnownFile::default() }
    }

    async fn process(
        &self,
        url: &str,
        glob: Option<&str>,
        file: &Fetched,
    ) -> Result<(KnownFile, Vec<Emitted>), Problem> {
        let location = LocationRef::url(url);
        let text = &*String::from_utf8_lossy(&file.bytes);
        let drafts = drafts(text, &location, &self.targets.origin, &self.pipeline.kinds.allowed)?;
        let filled: Vec<(Draft, Result<(), Problem>, Vec<Source>)> = futures::stream::iter(drafts)
            .map(|draft| async move { self.pipeline.fill(draft).await })
            .buffered(PARALLEL)
            .collect()
            .await;
        let mut known = self.remember(url, glob, file.etag.clone());
        known.sha256 = Some(file.sha256.clone());
        let mut reads: BTreeMap<String, Source> = BTreeMap::new();
        let mut drafts = Vec::with_capacity(filled.len());
        for (draft, filled, sources) in filled {
            reads.extend(sources.into_iter().map(|source| (source.url.clone(), source)));
            drafts.push((draft, filled));
        }
        let emitted = last_wins(self.pipeline.emit(drafts, &location, text).await);
        known.reads = reads.into_values().collect();
        known.emitted = emitted.iter().map(|one| one.entity_ref.clone()).collect();
        Ok((known, emitted))
    }
}
