//! Which files of a repository are wanted.

use super::glob::Glob;

/// Files below a folder, all or those that a pattern meets. Paths begin at the root of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    base: String,
    glob: Option<Glob>,
}

impl Want {
    /// Everything below a folder; the whole repository when the folder is empty.
    #[must_use]
    pub fn folder(path: &str) -> Self {
        Self { base: path.trim_matches('/').to_owned(), glob: None }
    }

    /// What a pattern meets.
    #[must_use]
    pub fn matching(pattern: &str) -> Self {
        Self { base: Glob::base(pattern), glob: Some(Glob::new(pattern)) }
    }

    /// The folder below which everything that is wanted lies.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether this file is wanted.
    #[must_use]
    pub fn wants(&self, path: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.matches(path),
            None => self.below(path).is_some(),
        }
    }

    /// Whether something in this folder could be wanted.
    #[must_use]
    pub fn may_hold(&self, folder: &str) -> bool {
        let on_the_way = folder.is_empty() || self.base == folder || is_below(&self.base, folder).is_some();
        match &self.glob {
            Some(glob) => glob.may_hold(folder),
            None => on_the_way || self.below(folder).is_some(),
        }
    }

    /// The path as seen from the folder.
    #[must_use]
    pub fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.base.is_empty() { Some(path) } else { is_below(path, &self.base) }
    }
}

fn is_below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_what_is_below_it_and_nothing_beside_it() {
        let want = Want::folder("a/b/");
        assert!(want.wants("a/b/c") && want.wants("a/b/c/d") && !want.wants("a/bc/d") && !want.wants("a/b"));
        assert!(want.may_hold("") && want.may_hold("a") && want.may_hold("a/b") && want.may_hold("a/b/c"));
        assert!(!want.may_hold("b") && !want.may_hold("a/bc"));
        assert!(Want::folder("").wants("x") && Want::folder("").may_hold("y"));
        let glob = Want::matching("a/*/c.yaml");
        assert_eq!(glob.base(), "a");
        assert!(glob.wants("a/x/c.yaml") && !glob.wants("a/c.yaml") && !glob.may_hold("b"));
    }
}
