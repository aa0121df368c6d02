//! Names: packages as they are asked for, plugin ids, and what may not be installed.

use kernel::{Error, Result};
use utoipa::ToSchema;

/// Prefix of packages that are native workers of the platform.
const NATIVE: &str = "proscenium:";
/// Longest package name that npm takes.
const LONGEST_NAME: usize = 214;

/// First path segments below `/api` that belong to the platform.
const OWN_APIS: [&str; 13] = [
    "app",
    "auth",
    "catalog",
    "docs",
    "events",
    "integrations",
    "openapi",
    "permission",
    "plugins",
    "proxy",
    "scaffolder",
    "search",
    "tenant-admin",
];

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Source {
    /// The npm registry.
    Npm,
    /// A worker that comes with the platform.
    Native,
    /// The organisation's own upload.
    Upload,
}

impl Source {
    /// The word in rows and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Native => "native",
            Self::Upload => "upload",
        }
    }
}

/// What is in the names of back-end modules.
const MODULE: &str = "-backend-module-";
/// The longest id of a module: it is part of its schema's name.
const LONGEST_MODULE_ID: usize = 28;

/// The platform's own plugins that packages can extend.
const HOSTED: [&str; 5] = ["catalog", "events", "permission", "scaffolder", "search"];

/// What somebody wants to be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The full name, `proscenium:` included.
    pub package: String,
    /// A version or range of npm; `None` is the newest.
    pub version: Option<String>,
    /// Where it comes from.
    pub source: Source,
}

impl Wanted {
    /// Checks a package's name and, if given, its version.
    ///
    /// # Errors
    /// `Input` with the field `package` or `version`.
    pub fn new(package: &str, version: Option<&str>) -> Result<Self> {
        let package = package.trim();
        let version = version.map(str::trim).filter(|version| !version.is_empty());
        if let Some(name) = package.strip_prefix(NATIVE) {
            if version.is_some() {
                return Err(wrong("version", "A native plugin comes with the platform and has no other version."));
            }
            if !is_plugin_id(name) {
                return Err(wrong("package", "A native plugin's name has lower-case letters, digits and dashes."));
            }
            return Ok(Self { package: package.to_owned(), version: None, source: Source::Native });
        }
        if !is_npm_name(package) {
            return Err(wrong("package", "This is not the name of an npm package, such as @scope/plugin-name."));
        }
        if version.is_some_and(|version| !is_npm_version(version)) {
            return Err(wrong("version", "This is not a version, such as 1.2.3 or ^1.2.0."));
        }
        Ok(Self { package: package.to_owned(), version: version.map(str::to_owned), source: Source::Npm })
    }

    /// Reads `PACKAGE[@VERSION]` as a command line has it.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn parse(text: &str) -> Result<Self> {
        let at = text.char_indices().skip(1).find(|(_, c)| *c == '@').map(|(at, _)| at);
        match at {
            Some(at) => Self::new(&text[..at], text.get(at + 1..)),
            None => Self::new(text, None),
        }
    }

    /// The name behind `proscenium:`.
    #[must_use]
    pub fn native_name(&self) -> Option<&str> {
        self.package.strip_prefix(NATIVE)
    }

    /// What npm is asked for.
    #[must_use]
    pub fn npm_spec(&self) -> String {
        format!("{}@{}", self.package, self.version.as_deref().unwrap_or("latest"))
    }

    /// The plugin id that the name suggests, until the package itself says it: `@x/plugin-badges-backend` → `badges`.
    #[must_use]
    pub fn guessed_plugin_id(&self) -> String {
        if self.native_name().is_none() && self.package.contains(MODULE) {
            return module_id(&self.package);
        }
        let name = self.native_name().unwrap_or_else(|| self.package.rsplit('/').next().unwrap_or_default());
        let name = name.strip_prefix("backstage-").unwrap_or(name);
        let name = name.strip_prefix("plugin-").unwrap_or(name);
        let guess = name.strip_suffix("-backend").unwrap_or(name).replace(['.', '_', '~'], "-");
        if guess.is_empty() { name.to_owned() } else { guess.chars().take(64).collect() }
    }
}

fn wrong(field: &str, text: &str) -> Error {
    Error::input(text).with_field(field, text)
}

/// Whether npm takes this as a package's name.
#[must_use]
pub fn is_npm_name(package: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._~".contains(c))
    };
    package.len() <= LONGEST_NAME
        && match package.strip_prefix('@') {
            Some(scoped) => scoped.split_once('/').is_some_and(|(scope, name)| part(scope) && part(name)),
            None => part(package),
        }
}

/// Versions, ranges and tags; no blanks, so that it stays one argument, and no leading dash.
fn is_npm_version(version: &str) -> bool {
    version.len() <= 64
        && !version.starts_with('-')
        && version.chars().all(|c| c.is_ascii_alphanumeric() || "-.+^~<>=*".contains(c))
}

/// Whether this can be a plugin's id.
#[must_use]
pub fn is_plugin_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether modules of this plugin find their extension points here, though the plugin itself is the platform's.
#[must_use]
pub fn is_hosted(id: &str) -> bool {
    HOSTED.contains(&id)
}

/// Under which id a module of the platform's own plugins is installed: each has a worker, a configuration and a life of
/// its own. `@backstage/plugin-scaffolder-backend-module-github` → `scaffolder-github`.
#[must_use]
pub fn module_id(package: &str) -> String {
    let name = package.rsplit('/').next().unwrap_or_default();
    let name = name.strip_prefix("backstage-").unwrap_or(name);
    let name = name.strip_prefix("plugin-").unwrap_or(name);
    let id = name.replace(MODULE, "-").replace(['.', '_', '~'], "-");
    if id.len() <= LONGEST_MODULE_ID {
        return id;
    }
    // FNV-1a: two long names that begin alike stay apart.
    let hash = package.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{}-{:04x}", id[..LONGEST_MODULE_ID - 5].trim_end_matches('-'), hash & 0xffff)
}

/// Whether `/api/<id>` is the platform's own, so that no back end can take it.
#[must_use]
pub fn is_own_api(id: &str) -> bool {
    OWN_APIS.contains(&id)
}

/// A plugin's title for people, from its id: `tech-radar` → `Tech radar`.
#[must_use]
pub fn title(plugin_id: &str) -> String {
    let words = plugin_id.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_command_line_names_package_and_version() {
        let wanted = Wanted::parse("@backstage-community/plugin-badges-backend@0.11.1").unwrap();
        assert_eq!(wanted.npm_spec(), "@backstage-community/plugin-badges-backend@0.11.1");
        assert_eq!(wanted.guessed_plugin_id(), "badges");
        assert_eq!(Wanted::parse("backstage-plugin-todo").unwrap().npm_spec(), "backstage-plugin-todo@latest");
        let native = Wanted::parse("proscenium:tech-radar").unwrap();
        assert_eq!((native.source, native.native_name()), (Source::Native, Some("tech-radar")));
        assert_eq!(native.guessed_plugin_id(), "tech-radar");
    }

    #[test]
    fn each_module_has_an_id_of_its_own_that_fits_a_schema() {
        for (package, id) in [
            ("@backstage/plugin-scaffolder-backend-module-github", "scaffolder-github"),
            ("@roadiehq/scaffolder-backend-module-utils", "scaffolder-utils"),
            ("@backstage/plugin-catalog-backend-module-github", "catalog-github"),
        ] {
            assert_eq!(Wanted::parse(package).unwrap().guessed_plugin_id(), id);
        }
        let long = "@backstage-community/plugin-catalog-backend-module-scaffolder-relation-processor";
        let id = module_id(long);
        assert!(id.starts_with("catalog-scaffolder-rel") && id.len() <= LONGEST_MODULE_ID && is_plugin_id(&id), "{id}");
        assert_ne!(id, module_id(&long.replace("processor", "provider")));
    }

    #[test]
    fn what_could_mean_something_else_to_npm_or_to_a_path_is_refused() {
        for text in [
            "",
            "@",
            "@a",
            "@a/",
            "a/b",
            "../a",
            "file:x",
            "git+https://x",
            "https://x/y.tgz",
            "A",
            "a b",
            "-g",
            "a@-g",
            "a@1 2",
            "a@file:x",
            "a@/etc",
            "proscenium:",
            "proscenium:../x",
            "proscenium:a@1",
            "proscenium:A",
        ] {
            assert!(Wanted::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn titles_are_for_people() {
        assert_eq!(title("tech-radar"), "Tech radar");
    }
}
