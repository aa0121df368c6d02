//! Plugins that organisations upload themselves: whether the operator permits it, and which names they may have.
//!
//! An uploaded package belongs to one organisation. Its name must never be one that others know: whatever is on the
//! operator's list, or has a scope that the platform's own parts are published under, is refused.

use super::allow_list::AllowList;
use kernel::{Error, Result};

/// Versions that one organisation keeps.
pub const MOST_VERSIONS: usize = 50;
/// Bytes of all its archives together.
pub const MOST_BYTES: u64 = 512 << 20;
/// A version that nobody uses is kept for so many days.
pub const KEPT_DAYS: i64 = 90;
/// Members with whom one preview is shared.
pub const MOST_MEMBERS: usize = 50;

/// Scopes that no upload has: the framework and the platform find their own parts by them.
const RESERVED: [&str; 3] = ["@backstage/", "@backstage-community/", "@proscenium/"];

/// What the operator decides about uploads (`plugins.uploads`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Uploads {
    /// Nobody uploads, and nothing that was uploaded runs.
    Off,
    /// Where workers are separated from the machine as far as level L2.
    #[default]
    Isolated,
    /// At every level.
    On,
}

impl Uploads {
    /// Reads the setting.
    ///
    /// # Errors
    /// `Input` for any other word.
    pub fn parse(word: &str) -> Result<Self> {
        match word {
            "off" => Ok(Self::Off),
            "isolated" => Ok(Self::Isolated),
            "on" => Ok(Self::On),
            other => Err(Error::input(format!("plugins.uploads: \"{other}\" is none of off, isolated and on"))),
        }
    }

    /// Why uploads are not possible where workers reach this level of isolation, whose name is given; `None`: they are.
    #[must_use]
    pub fn refusal(self, reaches_l2: bool, level: &str) -> Option<String> {
        match self {
            Self::Off => Some("Whoever operates this installation permits no uploads (plugins.uploads).".to_owned()),
            Self::Isolated if !reaches_l2 => Some(format!(
                "Plugins of your own run only where they are separated from the machine at level L2 or above; this \
                 installation reaches {level}. Whoever operates it can change that (plugins.uploads)."
            )),
            Self::Isolated | Self::On => None,
        }
    }
}

/// Refuses a name that means something to others.
///
/// # Errors
/// `Input` with the field `name`.
pub fn check_name(package: &str, allow: &AllowList) -> Result<()> {
    let refused = |text: String| Err(Error::input(text.as_str()).with_field("name", text));
    if allow.has(package) {
        return refused(format!(
            "{package} is a package of this installation's list of plugins, which everybody gets from npm. Give yours \
             another name."
        ));
    }
    if let Some(scope) = RESERVED.iter().find(|scope| package.starts_with(**scope)) {
        return refused(format!("Names that begin with {scope} are not yours to give. Use a scope of your own."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn uploads_depend_on_the_setting_and_on_isolation() {
        for (word, at_l2, below) in [("off", false, false), ("isolated", true, false), ("on", true, true)] {
            let setting = Uploads::parse(word).unwrap();
            assert_eq!(setting.refusal(true, "L3").is_none(), at_l2, "{word} at L3");
            assert_eq!(setting.refusal(false, "L0").is_none(), below, "{word} at L0");
        }
        assert!(Uploads::parse("yes").unwrap_err().message.contains("\"yes\""));
        assert!(Uploads::default().refusal(false, "L1").unwrap().contains("L1"));
    }

    #[test]
    fn names_that_others_know_are_refused() {
        let allow = AllowList::new(["@roadiehq/backstage-plugin-buildkite"]).unwrap();
        for name in ["@roadiehq/backstage-plugin-buildkite", "@backstage/backend-app-api", "@proscenium/x"] {
            let error = check_name(name, &allow).unwrap_err();
            assert!(error.fields.contains_key("name") && error.message.contains(name.split('/').next().unwrap()));
        }
        for name in ["@acme/plugin-notes", "@backstage-fans/x", "plugin-notes", "@roadiehq/mine"] {
            check_name(name, &allow).unwrap();
        }
    }
}
