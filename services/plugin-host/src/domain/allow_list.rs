//! The operator's list of packages that may be installed and run.
//!
//! At isolation level L0 a worker has the server's rights, so nobody but the operator decides whose code it runs. What is
//! not on the list is refused wherever a package is asked for, installed or started.

use super::package::Wanted;
use kernel::{Error, Result};
use std::collections::BTreeSet;

/// Names of packages, without versions: any version of them may be installed. The empty list allows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList(BTreeSet<String>);

impl AllowList {
    /// Reads the setting `plugins.allow`.
    ///
    /// # Errors
    /// `Input` for an entry that no package can have as its name, such as one with a version.
    pub fn new<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Result<Self> {
        let name = |text: T| {
            let text = text.as_ref();
            Wanted::new(text, None).map(|wanted| wanted.package).map_err(|_| {
                Error::input(format!(
                    "plugins.allow: \"{text}\" is not the name of a package, such as @scope/plugin-name or \
                     proscenium:name; versions are not part of it"
                ))
            })
        };
        names.into_iter().map(name).collect::<Result<_>>().map(Self)
    }

    /// Whether the package may be installed and run.
    #[must_use]
    pub fn has(&self, package: &str) -> bool {
        self.0.contains(package)
    }

    /// The packages on it, in the order of their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Refuses what is not on the list.
    ///
    /// # Errors
    /// `NotAllowed`, with the field `package`.
    pub fn check(&self, package: &str) -> Result<()> {
        if self.has(package) {
            return Ok(());
        }
        let text = refusal(package);
        Err(Error::not_allowed(text.as_str()).with_field("package", text))
    }
}

/// Why a package that is not on the list is refused, and who can change that.
#[must_use]
pub fn refusal(package: &str) -> String {
    format!(
        "{package} is not on this installation's list of plugins. At isolation level L0 a plugin runs with the server's \
         rights, so the operator names what may be installed (plugins.allow)."
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_exact_names_are_allowed() {
        let list = AllowList::new(["@a/plugin", " proscenium:radar"]).unwrap();
        assert!(list.has("@a/plugin") && list.has("proscenium:radar"));
        for other in ["@a/plugin-x", "@a/plugi", "@b/plugin", "plugin", "proscenium:rada", "@a/plugin@1.0.0", ""] {
            assert_eq!(list.check(other).unwrap_err().kind, kernel::ErrorKind::NotAllowed, "{other:?}");
        }
        assert!(!AllowList::default().has("@a/plugin"), "the empty list allows nothing");
    }

    #[test]
    fn entries_that_could_never_match_are_mistakes() {
        for text in ["@a/plugin@1.0.0", "@a/*", "*", "", "proscenium:", "A"] {
            let error = AllowList::new([text]).unwrap_err();
            assert!(error.message.contains(&format!("\"{text}\"")), "{}", error.message);
        }
    }
}
