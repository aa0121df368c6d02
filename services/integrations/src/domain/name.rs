//! Names that become folders, refs and arguments of git. Only what is listed here passes.

use std::fmt;

/// Longest path of a file in a repository, in bytes.
const MAX_PATH_BYTES: usize = 1000;

/// An owner, a repository or a branch: letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
///
/// What passes cannot leave its folder, cannot be taken for an option, and is a valid part of a git ref.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name(String);

impl Name {
    /// Checks a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let valid = (1..=100).contains(&text.len())
            && text.bytes().all(plain)
            && text.as_bytes()[0].is_ascii_alphanumeric()
            && !text.contains("..")
            && !text.ends_with('.')
            && !text.to_ascii_lowercase().ends_with(".lock")
            && !text.to_ascii_lowercase().ends_with(".git");
        valid.then(|| Self(text.to_owned()))
    }

    /// Checks the last part of a remote's address, with or without `.git`.
    #[must_use]
    pub fn repository(text: &str) -> Option<Self> {
        Self::parse(text.strip_suffix(".git").unwrap_or(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path inside a repository: relative, normal, without control characters and without `.git`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FilePath(String);

impl FilePath {
    /// Checks the path of a file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let part = |part: &str| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git");
        let valid = text.len() <= MAX_PATH_BYTES
            && !text.contains(|character: char| character.is_control() || matches!(character, '\\' | '"'))
            && text.split('/').all(part);
        valid.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_escape_or_be_options_do_not_pass() {
        for text in ["a", "shop", "my-service_2.0", "A1"] {
            assert!(Name::parse(text).is_some(), "{text:?}");
        }
        for text in [
            "",
            ".",
            "..",
            "-x",
            "--upload-pack=x",
            ".hidden",
            "a/b",
            "a\\b",
            "a b",
            "a\0",
            "a\n",
            "a..b",
            "x.lock",
            "x.git",
            "x.GIT",
            "ä",
            "a.",
            "a@{0}",
            "a:b",
            "a~1",
            "a^",
            "%2e%2e",
            "~root",
            &"a".repeat(101),
        ] {
            assert!(Name::parse(text).is_none(), "{text:?}");
        }
        assert_eq!(Name::repository("shop.git").map(|name| name.to_string()).as_deref(), Some("shop"));
        assert!(Name::repository("shop.git.git").is_none() && Name::repository(".git").is_none());
    }

    #[test]
    fn paths_stay_inside_their_repository() {
        for text in ["a", "catalog-info.yaml", "docs/ä ö.md", "a/.github/x", "...", "-x"] {
            assert!(FilePath::parse(text).is_some(), "{text:?}");
        }
        for text in [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/../b",
            "./a",
            "a/.",
            ".git/config",
            "a/.GIT/x",
            "a\\b",
            "a\nb",
            "a\0b",
            "a\"b",
            &"a".repeat(1001),
        ] {
            assert!(FilePath::parse(text).is_none(), "{text:?}");
        }
    }
}
