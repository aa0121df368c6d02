//! Where a step's `url` points: absolute, or relative to the template's own URL.

use super::failure::{Failure, Outcome};
use std::path::PathBuf;
use url::Url;

/// Something to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// At a URL.
    Url(String),
    /// On this machine, inside what was sent along with a dry run.
    File(PathBuf),
}

/// Resolves the `url` of a step against the template's own URL.
///
/// A relative URL has a meaning only inside a repository: the template's URL must be that of a file of a branch,
/// `<repository>/raw/<branch>/<path>` or one of the forms of the well-known hosts. A relative URL that begins with
/// `/` starts at the root of that branch.
///
/// # Errors
/// `InputError` when it is relative and there is nothing that it could be relative to.
pub fn resolve(url: &str, base: Option<&str>) -> Outcome<Source> {
    if let Ok(absolute) = Url::parse(url) {
        return match absolute.scheme() {
            "http" | "https" => Ok(Source::Url(url.to_owned())),
            // In the words of Backstage: no reader is there for such addresses.
            _ => Err(Failure::not_allowed(format!(
                "Reading from '{url}' is not allowed. You may need to configure an integration for the target host, \
                 or add it to the configured list of allowed hosts at 'backend.reading.allow'"
            ))),
        };
    }
    let Some(base) = base else {
        return Err(Failure::input(format!(
            "Failed to fetch, template location could not be determined and the fetch URL is relative, {url}"
        )));
    };
    let parsed = Url::parse(base).ok();
    let Some((parsed, root)) = parsed.and_then(|parsed| branch_root(&parsed).map(|root| (parsed, root))) else {
        return Err(Failure::input(format!("No integration found for location {base}")));
    };
    let outside = || Failure::not_allowed(format!("The relative URL {url} leads out of the repository of {base}"));
    let resolved = match url.strip_prefix('/') {
        Some(rest) => parsed.join(&format!("{root}{rest}")),
        None => parsed.join(url),
    };
    let resolved = resolved.map_err(|_| outside())?;
    if resolved.origin() == parsed.origin() && format!("{}/", resolved.path()).starts_with(&root) {
        Ok(Source::Url(resolved.to_string()))
    } else {
        Err(outside())
    }
}

/// The path of a branch's root, with a slash at its end.
fn branch_root(url: &Url) -> Option<String> {
    let segments: Vec<&str> = url.path_segments()?.collect();
    let marker = segments.iter().skip(1).position(|segment| matches!(*segment, "raw" | "blob" | "tree"))? + 1;
    // <repository>/raw/<branch>/<path>
    (segments.len() > marker + 2).then(|| format!("/{}/", segments[..marker + 2].join("/")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const BASE: &str = "http://host:7/git/o/r/raw/main/templates/a/template.yaml";

    fn url(text: &str) -> Source {
        Source::Url(text.to_owned())
    }

    #[test]
    fn a_relative_url_starts_at_the_templates_folder() {
        assert_eq!(
            resolve("./skeleton", Some(BASE)).unwrap(),
            url("http://host:7/git/o/r/raw/main/templates/a/skeleton")
        );
        assert_eq!(resolve("../b", Some(BASE)).unwrap(), url("http://host:7/git/o/r/raw/main/templates/b"));
        assert_eq!(resolve("/shared", Some(BASE)).unwrap(), url("http://host:7/git/o/r/raw/main/shared"));
        assert_eq!(resolve("https://other/x", Some(BASE)).unwrap(), url("https://other/x"));
    }

    #[test]
    fn a_relative_url_does_not_leave_the_branch() {
        for outside in ["../../../other/x", "../../..", "..\\..\\..\\x"] {
            assert!(resolve(outside, Some(BASE)).is_err(), "{outside}");
        }
    }

    #[test]
    fn without_a_repository_there_is_nothing_to_be_relative_to() {
        let refused = |base| resolve("./x", base).unwrap_err().message;
        assert_eq!(refused(Some("http://h/t.yaml")), "No integration found for location http://h/t.yaml");
        assert!(refused(None).contains("template location could not be determined"));
        assert!(resolve("file:///etc/passwd", Some(BASE)).is_err());
    }
}
