//! What a unit reads, file by file: what is remembered of a file, and what a run made of it.

use super::location::targets;
use super::outcome::{Emitted, Problem, Source};
use model::entity::{ANNOTATION_LOCATION, annotation};
use model::location::resolve_url;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered of a file, or of a pattern that files are found by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownFile {
    /// Absolute address; for a pattern, the pattern.
    pub url: String,
    /// The pattern that found the file; a pattern names itself.
    pub glob: Option<String>,
    /// The host's validator.
    pub etag: Option<String>,
    /// Digest of the bytes; none where there was no such file, and for patterns.
    pub sha256: Option<String>,
    /// What the file was judged under. Under other rules it is processed anew.
    pub rules: String,
    /// Files that its documents' placeholders name.
    pub reads: Vec<Source>,
    /// Keys of all entities that it emits, also of those that another file keeps from it.
    pub emitted: Vec<String>,
}

impl KnownFile {
    /// Whether it stands for a pattern rather than a file.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.glob.as_deref() == Some(&self.url)
    }
}

/// What is remembered of a unit.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// By address.
    pub files: BTreeMap<String, KnownFile>,
    /// Whether all is to be processed anew, changed or not.
    pub read_all: bool,
}

impl Known {
    /// The file of this address, if it need not be processed anew for other reasons than its bytes.
    #[must_use]
    pub fn current(&self, url: &str, rules: &str) -> Option<&KnownFile> {
        self.files.get(url).filter(|file| !self.read_all && file.rules == rules)
    }

    /// What the files of a pattern were when it was asked for last.
    pub fn found_by<'k>(&'k self, pattern: &'k str) -> impl Iterator<Item = &'k KnownFile> {
        self.files.values().filter(move |file| file.glob.as_deref() == Some(pattern) && !file.is_pattern())
    }
}

/// One file, or one pattern, in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRun {
    /// Its address.
    pub url: String,
    /// The pattern that found it.
    pub glob: Option<String>,
    /// What came of it.
    pub outcome: FileOutcome,
}

/// What came of one file.
#[derive(Debug, Clone, PartialEq)]
pub enum FileOutcome {
    /// It is what it was, and so is what it emits.
    Unchanged {
        /// The validator now.
        etag: Option<String>,
    },
    /// It was processed anew; this is to be remembered.
    Processed(KnownFile),
    /// It was read, and not taken over since others failed.
    Read,
    /// It could not be read or understood.
    Failed(Problem),
}

impl FileRun {
    /// Whether there is anything to remember.
    #[must_use]
    pub fn is_news(&self, known: &Known) -> bool {
        match &self.outcome {
            FileOutcome::Unchanged { etag } => known.files.get(&self.url).is_none_or(|file| file.etag != *etag),
            _ => true,
        }
    }
}

/// What the files of a unit came to.
#[derive(Debug, Default)]
pub struct Files {
    /// Every file, in the order in which the last one wins.
    pub files: Vec<FileRun>,
    /// What was processed anew.
    pub emitted: Vec<Emitted>,
    /// Keys that unchanged files emit.
    pub kept: BTreeSet<String>,
    /// Files that are named no longer.
    pub vanished: Vec<String>,
    /// The commit that was read, where the host says.
    pub commit: Option<String>,
}

impl Files {
    /// The first file, in order, that failed.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.files.iter().find_map(|file| match &file.outcome {
            FileOutcome::Failed(problem) => Some(problem),
            _ => None,
        })
    }
}

/// Files that a unit named before and names no longer.
#[must_use]
pub fn vanished<'k>(known: &'k Known, files: &[FileRun]) -> Vec<&'k KnownFile> {
    let present: BTreeSet<&str> = files.iter().map(|file| file.url.as_str()).collect();
    known.files.values().filter(|file| !present.contains(file.url.as_str())).collect()
}

/// Of the files that did not change, those that emit an entity which may now be theirs, or theirs no longer: one that a
/// changed or vanished file emits or emitted.
#[must_use]
pub fn entangled<'k>(known: &'k Known, unchanged: &BTreeSet<&str>, contested: &BTreeSet<&str>) -> Vec<&'k KnownFile> {
    let touches = |file: &KnownFile| file.emitted.iter().any(|key| contested.contains(key.as_str()));
    known.files.values().filter(|file| unchanged.contains(file.url.as_str()) && touches(file)).collect()
}

/// Whether the path of an address is a pattern.
#[must_use]
pub fn is_pattern(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| url.path().contains(['*', '?']))
}

/// The hosts that a unit reads from, as far as they are known before it is read.
#[must_use]
pub fn hosts_of(entity: &Value, known: &Known) -> BTreeSet<String> {
    let base = annotation(entity, ANNOTATION_LOCATION).and_then(|text| text.strip_prefix("url:")).unwrap_or_default();
    let named = targets(entity).into_iter().filter_map(|target| resolve_url(base, &target).ok());
    let read = known.files.values().flat_map(|file| &file.reads).map(|read| read.url.clone());
    named.chain(read).filter_map(|url| host_of(&url)).collect()
}

/// The host, with its port where the address names one; what is left alone after failures.
#[must_use]
pub fn host_of(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(url: &str, emitted: &[&str]) -> (String, KnownFile) {
        let emitted = emitted.iter().map(|key| (*key).to_owned()).collect();
        (url.to_owned(), KnownFile { url: url.to_owned(), emitted, ..KnownFile::default() })
    }

    #[test]
    fn an_unchanged_file_is_looked_at_again_when_it_shares_an_entity_with_a_changed_one() {
        let files = BTreeMap::from([file("a", &["x", "y"]), file("b", &["y", "z"]), file("c", &["z"])]);
        let known = Known { files, read_all: false };
        let contested = BTreeSet::from(["x", "y"]);
        let unchanged = BTreeSet::from(["b", "c"]);
        let found: Vec<_> =
            entangled(&known, &unchanged, &contested).into_iter().map(|file| file.url.as_str()).collect();
        assert_eq!(found, ["b"]);
    }

    #[test]
    fn only_a_path_is_a_pattern_and_a_port_belongs_to_the_host() {
        assert!(is_pattern("https://host/o/r/blob/main/*/catalog-info.yaml"));
        assert!(is_pattern("https://host/**/a.yaml?x=1"));
        assert!(!is_pattern("https://host/a.yaml?x=*"));
        assert!(!is_pattern("nothing *"));
        assert_eq!(host_of("http://localhost:80/a").as_deref(), Some("localhost"));
        assert_eq!(host_of("http://localhost:81/a").as_deref(), Some("localhost:81"));
    }
}
