//! Repository locations as the repository picker of the stock front end writes them: `host?owner=o&repo=r`.

use serde_json::{Map, Value, json};
use url::Url;

/// Parts of a repository location, in the order in which Backstage names them.
const PARTS: [&str; 5] = ["owner", "repo", "organization", "workspace", "project"];

/// The kinds of source host that are known without configuration.
fn known_hosts(host: &str) -> Option<&'static str> {
    Some(match host {
        "github.com" => "github",
        "gitlab.com" => "gitlab",
        "bitbucket.org" => "bitbucketCloud",
        "dev.azure.com" => "azure",
        _ => return None,
    })
}

/// Reads a repository location; the answer is an object with `host` and the parts that are given.
///
/// # Errors
/// A sentence when it is no URL, the host is not known, or a part that this kind of host needs is missing.
pub fn parse(text: &str) -> Result<Value, String> {
    let url = Url::parse(&format!("https://{text}"))
        .map_err(|_| format!("Invalid repo URL passed to publisher, got {text}, TypeError: Invalid URL"))?;
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return Err(format!("Invalid repo URL passed to publisher, got {text}")),
    };
    let kind = known_hosts(&host).ok_or_else(|| {
        format!("No matching integration configuration for host {host}, please check your integrations config")
    })?;
    let mut spec = Map::from_iter([("host".to_owned(), json!(host))]);
    for part in PARTS {
        if let Some((_, value)) = url.query_pairs().find(|(key, _)| key == part) {
            spec.insert(part.to_owned(), json!(value.trim_matches('/')));
        }
    }
    let given = |part: &str| spec.get(part).and_then(Value::as_str).is_some_and(|value| !value.is_empty());
    let needed: &[&str] = match kind {
        "bitbucketCloud" => &["workspace", "project", "repo"],
        "azure" => &["project", "repo"],
        "gitlab" if given("project") => &[],
        "gitlab" => &["owner", "repo"],
        _ => &["repo", "owner"],
    };
    if let Some(missing) = needed.iter().find(|part| !given(part)) {
        return Err(format!("Invalid repo URL passed to publisher: {url}, missing {missing}"));
    }
    Ok(Value::Object(spec))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_picked_repository_is_taken_apart() {
        assert_eq!(
            parse("github.com?owner=acme&repo=pay").unwrap(),
            json!({"owner": "acme", "repo": "pay", "host": "github.com"})
        );
        assert_eq!(parse("gitlab.com?owner=group%2Fsub&repo=r").unwrap()["owner"], "group/sub");
    }

    #[test]
    fn a_missing_part_or_an_unknown_host_is_said() {
        assert!(parse("github.com?owner=acme").unwrap_err().ends_with("missing repo"));
        assert!(parse("git.example?owner=a&repo=b").unwrap_err().starts_with("No matching integration"));
    }
}
