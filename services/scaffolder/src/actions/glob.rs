//! Patterns for files, matched by the npm package that Backstage's actions match with.

use crate::domain::engine::Engine;
use crate::domain::failure::Outcome;
use crate::workspace::Entry;
use std::collections::HashSet;
use std::path::Path;

/// Stands for the folder itself, so that a pattern's first character means what it means below a folder.
const FOLDER: &str = "w/";

/// Patterns relative to one folder: `*` stays within a name, `**` does not, a leading `!` takes out of what the
/// patterns before it mean, the plain name of a folder means everything in it.
#[derive(Debug)]
pub(super) struct Patterns {
    /// Text, and whether it takes out.
    patterns: Vec<(String, bool)>,
    /// What stands before each path when it is matched.
    prefix: &'static str,
}

impl Patterns {
    /// Patterns for entries below `root`.
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>, root: &Path) -> Self {
        let patterns = patterns.into_iter().filter_map(|pattern| {
            let (pattern, negative) = match pattern.strip_prefix('!') {
                Some(pattern) => (pattern, true),
                None => (pattern, false),
            };
            let pattern = if !negative && is_folder(root, pattern) {
                // Joined as a path: without dots and doubled slashes.
                let parts = pattern.split('/').filter(|part| !part.is_empty() && *part != ".");
                parts.chain(["**"]).collect::<Vec<_>>().join("/")
            } else {
                pattern.to_owned()
            };
            // What is found for such patterns is named differently from what is listed, so they meet nothing.
            let foreign = pattern.starts_with("./") || pattern.starts_with('/') || pattern.starts_with("../");
            (!foreign).then_some((pattern, negative))
        });
        Self { patterns: patterns.collect(), prefix: "" }
    }

    /// One pattern below `root` in which nothing at the beginning is special.
    pub(super) fn literal_start(pattern: &str, root: &Path) -> Self {
        let pattern = if is_folder(root, pattern) {
            if pattern.is_empty() { "**".to_owned() } else { format!("{pattern}/**") }
        } else {
            pattern.to_owned()
        };
        Self { patterns: vec![(format!("{FOLDER}{pattern}"), false)], prefix: FOLDER }
    }

    /// Places of the entries that are meant.
    ///
    /// # Errors
    /// When matching exceeds the engine's limits.
    pub(super) fn select(&self, engine: &Engine, entries: &[Entry]) -> Outcome<HashSet<usize>> {
        if self.patterns.is_empty() {
            return Ok(HashSet::new());
        }
        let prefix = self.prefix;
        let entries: Vec<_> = entries.iter().map(|entry| (format!("{prefix}{}", entry.path), entry.is_dir)).collect();
        Ok(engine.match_patterns(&self.patterns, &entries)?.into_iter().collect())
    }
}

fn is_folder(root: &Path, pattern: &str) -> bool {
    !pattern.starts_with('/') && !pattern.split('/').any(|part| part == "..") && root.join(pattern).is_dir()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::engine::Limits;

    const PATHS: [(&str, bool); 7] = [
        ("a.txt", false),
        ("b.md", false),
        ("d", true),
        (".dot", false),
        ("d/a.txt", false),
        ("d/e", true),
        ("d/e/c.txt", false),
    ];

    fn selected(patterns: &Patterns) -> Vec<&'static str> {
        let engine = Engine::new(Limits::default()).unwrap();
        let entries: Vec<_> = PATHS.map(|(path, is_dir)| Entry { path: path.to_owned(), is_dir }).into();
        let found = patterns.select(&engine, &entries).unwrap();
        PATHS.iter().enumerate().filter(|(at, _)| found.contains(at)).map(|(_, (path, _))| *path).collect()
    }

    fn meant(patterns: &[&str]) -> Vec<&'static str> {
        selected(&Patterns::new(patterns.iter().copied(), Path::new("/nonexistent")))
    }

    #[test]
    fn a_star_stays_within_a_name() {
        assert_eq!(meant(&["*.txt"]), ["a.txt"]);
        assert_eq!(meant(&["**/*.txt"]), ["a.txt", "d/a.txt", "d/e/c.txt"]);
        assert_eq!(meant(&["**"]).len(), PATHS.len());
        assert_eq!(meant(&["{a,b}.{txt,md}", "?dot"]), ["a.txt", "b.md", ".dot"]);
        assert_eq!(meant(&["+(a|x).txt"]), ["a.txt"]);
        assert_eq!(meant(&["{a..c}.txt"]), ["a.txt"]);
    }

    #[test]
    fn an_exclamation_mark_takes_out_of_what_stands_before_it() {
        assert_eq!(meant(&["**", "!d"]), ["a.txt", "b.md", ".dot"]);
        assert_eq!(meant(&["!d", "d/**"]), ["d/a.txt", "d/e", "d/e/c.txt"]);
        assert!(meant(&["./*.txt"]).is_empty() && meant(&["/a.txt"]).is_empty());
    }

    #[test]
    fn the_name_of_a_folder_means_what_is_in_it() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("d/e")).unwrap();
        assert_eq!(selected(&Patterns::new(["./d/"], root.path())), ["d/a.txt", "d/e", "d/e/c.txt"]);
        assert_eq!(selected(&Patterns::literal_start("d/e", root.path())), ["d/e/c.txt"]);
        assert_eq!(selected(&Patterns::literal_start("!(a).txt", root.path())), Vec::<&str>::new());
    }
}
