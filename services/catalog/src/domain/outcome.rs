//! What processing an entity came to.

use super::files::{FileOutcome, FileRun, Files};
use super::stitch;
use super::terms::{self, Term};
use super::text::sha256_hex;
use model::{Refusal, Relation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// Part of every digest: raising it makes every file be processed again after an upgrade.
pub const ENGINE: &str = "1";

/// Why an entity, or a whole file, could not be processed. Shown to people, so it says where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The class of the error, as Backstage names it.
    pub name: String,
    /// What is wrong.
    pub message: String,
    /// The file that is at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The line in it, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Whether the same may well succeed a little later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub transient: bool,
    /// How often in a row it has failed.
    #[serde(default)]
    pub failures: i32,
}

impl Problem {
    /// A problem without a place.
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { name: name.into(), message: message.into(), url: None, line: None, transient: false, failures: 0 }
    }

    /// In this file, at this line if known.
    #[must_use]
    pub fn at(mut self, url: &str, line: Option<usize>) -> Self {
        self.url = Some(url.to_owned());
        self.line = line;
        self
    }

    /// The item that the entity's `status` shows.
    #[must_use]
    pub fn status(&self) -> Value {
        stitch::problem(&self.name, &self.message)
    }

    /// Whether it says the same, however often it happened.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let what = |one: &Self| (one.name.clone(), one.message.clone(), one.url.clone(), one.line);
        what(self) == what(other)
    }

    /// One sentence for people: class, message, place.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}: {}", self.name, self.message)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.name(), refusal.message())
    }
}

/// An entity that passed, with what is worked out from its content once.
#[derive(Debug, Clone, PartialEq)]
pub struct Processed {
    /// Without uid, etag, relations and status.
    pub entity: Value,
    /// Both directions of what it says about itself and others.
    pub relations: Vec<Relation>,
    /// Why it cannot be searched; such an entity says its relations, yet is not shown.
    pub unsearchable: Option<Problem>,
    /// Of the content.
    pub digest: String,
    /// Of the content: without uid and relations.
    pub terms: Vec<Term>,
}

impl Processed {
    /// Takes an entity that was validated.
    #[must_use]
    pub fn new(entity: Value, relations: Vec<Relation>) -> Self {
        let digest = stitch::digest(&entity);
        let (terms, unsearchable) = match terms::of_content(&entity) {
            Ok(terms) => (terms, None),
            Err(text) => (Vec::new(), Some(Problem::new("InputError", text))),
        };
        Self { entity, relations, unsearchable, digest, terms }
    }
}

/// One entity that a file emitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Emitted {
    /// Its key.
    pub entity_ref: String,
    /// The file that claims it, `url:https://…`.
    pub location_key: String,
    /// What there is to it so far.
    pub content: Content,
}

/// What is known about an emitted entity.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// It was processed with the file it came in.
    Done(Result<Processed, Problem>),
    /// It points at further files and is processed on its own.
    Pending(Value),
}

impl Emitted {
    /// Changes when processing came to something else.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut text = ENGINE.to_owned();
        match &self.content {
            Content::Done(Ok(processed)) => {
                text.push_str(" done ");
                text.push_str(&processed.digest);
                // They follow from more than the content: from the rules of its kind.
                for relation in &processed.relations {
                    text.extend([" ", &relation.source, " ", &relation.kind, " ", &relation.target]);
                }
            }
            Content::Done(Err(problem)) => text.extend([" failed ", &problem.name, " ", &problem.message]),
            Content::Pending(document) => text.extend([" pending ", &document.to_string()]),
        }
        sha256_hex(text.as_bytes())
    }
}

/// Keeps the last of several entities with the same key, in the order of first mention.
#[must_use]
pub fn last_wins(emitted: Vec<Emitted>) -> Vec<Emitted> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Emitted> = Vec::with_capacity(emitted.len());
    for one in emitted {
        match places.get(&one.entity_ref) {
            Some(place) => kept[*place] = one,
            None => {
                places.insert(one.entity_ref.clone(), kept.len());
                kept.push(one);
            }
        }
    }
    kept
}

/// What was read for it, to ask again cheaply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Absolute address.
    pub url: String,
    /// The server's validator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Digest of the bytes; none when there was no such file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Source {
    /// A file that could not be read: not there, or nobody knows; the latter is asked for again each time.
    #[must_use]
    pub fn unread(url: String, missing: bool) -> Self {
        Self { url, etag: None, sha256: (!missing).then(|| "unknown".to_owned()) }
    }
}

/// The result of processing a Location entity and reading what it points at.
#[derive(Debug)]
pub struct Run {
    /// The Location entity itself; a failure means that nothing it points at was taken.
    pub own: Result<Processed, Problem>,
    /// Whether the Location entity itself includes files.
    pub includes_files: bool,
    /// What it points at.
    pub files: Files,
}

impl Run {
    /// A run that failed before any file was read.
    #[must_use]
    pub fn failed(problem: Problem) -> Self {
        Self { own: Err(problem), includes_files: false, files: Files::default() }
    }

    /// Whether everything is as it was.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let unchanged = |file: &FileRun| matches!(file.outcome, FileOutcome::Unchanged { .. });
        self.own.is_ok()
            && !self.includes_files
            && self.files.vanished.is_empty()
            && self.files.files.iter().all(unchanged)
    }

    /// Whether it failed, as a whole or for one entity, in a way that may pass by itself.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let failed = |one: &Emitted| matches!(&one.content, Content::Done(Err(problem)) if problem.transient);
        match &self.own {
            Err(problem) => problem.transient,
            Ok(_) => self.files.emitted.iter().any(failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn emitted(entity_ref: &str, description: &str) -> Emitted {
        let entity = json!({"metadata": {"description": description}});
        let content = Content::Done(Ok(Processed::new(entity, vec![])));
        Emitted { entity_ref: entity_ref.into(), location_key: "url:x".into(), content }
    }

    #[test]
    fn of_two_documents_with_the_same_name_the_last_one_wins() {
        let kept = last_wins(vec![emitted("a", "first"), emitted("b", "other"), emitted("a", "second")]);
        assert_eq!(kept, [emitted("a", "second"), emitted("b", "other")]);
    }

    #[test]
    fn the_digest_changes_with_the_content_and_with_success() {
        assert_ne!(emitted("a", "1").hash(), emitted("a", "2").hash());
        assert_eq!(emitted("a", "1").hash(), emitted("b", "1").hash());
    }
}
