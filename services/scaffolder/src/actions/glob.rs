//! Patterns for files, with the meaning that Backstage's actions give them.

use crate::domain::failure::{Failure, Outcome};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::Path;

/// Patterns relative to one folder: `*` stays within a name, `**` does not, a leading `!` excludes, the plain name of
/// a folder means everything in it.
#[derive(Debug)]
pub(super) struct Patterns {
    included: GlobSet,
    excluded: GlobSet,
}

impl Patterns {
    /// Compiles patterns for files below `root`.
    ///
    /// # Errors
    /// `InputError` for a pattern that is none.
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>, root: &Path) -> Outcome<Self> {
        let (mut included, mut excluded) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let (set, pattern) = match pattern.strip_prefix('!') {
                Some(pattern) => (&mut excluded, pattern),
                None => (&mut included, pattern),
            };
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            let pattern = if root.join(pattern).is_dir() { join(pattern, "**") } else { pattern.to_owned() };
            let invalid = |error| Failure::input(format!("The pattern {pattern} cannot be used: {error}"));
            let glob = GlobBuilder::new(&pattern).literal_separator(true).build().map_err(invalid)?;
            set.add(glob);
        }
        let unusable = |error| Failure::input(format!("The patterns cannot be used: {error}"));
        Ok(Self { included: included.build().map_err(unusable)?, excluded: excluded.build().map_err(unusable)? })
    }

    /// Whether the relative path is meant.
    pub(super) fn matches(&self, path: &str) -> bool {
        self.included.is_match(path) && !self.excluded.is_match(path)
    }
}

fn join(folder: &str, rest: &str) -> String {
    if folder.is_empty() || folder == "." { rest.to_owned() } else { format!("{folder}/{rest}") }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn matches(patterns: &[&str], path: &str) -> bool {
        Patterns::new(patterns.iter().copied(), Path::new("/nonexistent")).unwrap().matches(path)
    }

    #[test]
    fn a_star_stays_within_a_name() {
        assert!(matches(&["*.txt"], "a.txt") && !matches(&["*.txt"], "d/a.txt"));
        assert!(matches(&["**/*.txt"], "d/e/a.txt") && matches(&["**"], ".dot/x"));
        assert!(matches(&["{a,b}/?.txt"], "b/1.txt"));
    }

    #[test]
    fn an_exclamation_mark_excludes() {
        assert!(!matches(&["**", "!d/**"], "d/a.txt") && matches(&["**", "!d/**"], "e/a.txt"));
    }
}
