//! What an administrator may say about a source host.

use super::budget::Dialect;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// What runs on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// github.com or GitHub Enterprise.
    #[serde(rename = "github")]
    GitHub,
    /// gitlab.com or one's own GitLab.
    #[serde(rename = "gitlab")]
    GitLab,
}

impl Kind {
    /// As it is stored and spelled in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::GitHub, Self::GitLab].into_iter().find(|kind| kind.word() == word)
    }

    /// How it speaks of its limits.
    #[must_use]
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::GitHub => Dialect::GitHub,
            Self::GitLab => Dialect::GitLab,
        }
    }

    /// Where the API of a host is, unless an administrator says otherwise.
    #[must_use]
    pub fn api_base(self, host: &str) -> String {
        match self {
            Self::GitHub if host == "github.com" => "https://api.github.com".to_owned(),
            // GitHub's own hosting with data residency.
            Self::GitHub if host.ends_with(".ghe.com") => format!("https://api.{host}"),
            Self::GitHub => format!("https://{host}/api/v3"),
            Self::GitLab => format!("https://{host}/api/v4"),
        }
    }
}

/// The host of web addresses in its normal form, such as `github.com` or `git.example.com:8443`.
///
/// # Errors
/// What is wrong, for the person who typed it.
pub fn host(text: &str) -> Result<String, String> {
    let text = text.trim();
    let wrong =
        || format!("'{text}' is not the name of a host. Give it as it stands in addresses, such as github.com.");
    if text.is_empty() {
        return Err("Give the host as it stands in addresses, such as github.com.".to_owned());
    }
    let url = Url::parse(&format!("https://{text}/")).map_err(|_| wrong())?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !plain || url.password().is_some() || text.contains(['/', '\\']) || text.len() > 255 {
        return Err(wrong());
    }
    let host = authority(&url).ok_or_else(wrong)?;
    Ok(host.strip_prefix("www.").map_or(host.clone(), str::to_owned))
}

/// Host and port as they stand in an address; the port only where it is not the usual one.
#[must_use]
pub fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Reads the address of an API.
///
/// # Errors
/// What is wrong, for the person who typed it.
pub fn api_base(text: &str) -> Result<Url, String> {
    let text = text.trim().trim_end_matches('/');
    let wrong = |why: &str| Err(format!("{why} Give an address such as https://HOST/api/v4."));
    let Ok(url) = Url::parse(text) else { return wrong("This is not a web address.") };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return wrong("This is not a web address.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("The address must not hold a user name or password.");
    }
    if url.query().is_some() || url.fragment().is_some() || text.len() > 1_000 {
        return wrong("The address must end with its path.");
    }
    Ok(url)
}

/// What is wrong with a token, if anything.
#[must_use]
pub fn token_problem(token: &str) -> Option<&'static str> {
    let plain = !token.is_empty() && token.len() <= 4_000 && token.bytes().all(|byte| byte.is_ascii_graphic());
    (!plain).then_some("This is not a token: it must be one word of letters, digits and signs.")
}

/// The end of a token, by which a person recognises it; nothing of a short one.
#[must_use]
pub fn token_hint(token: &str) -> Option<String> {
    let start = token.len().checked_sub(4).filter(|start| *start >= 12)?;
    Some(format!("…{}", token.get(start..)?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn hosts_are_names_with_perhaps_a_port() {
        for (text, expected) in [
            ("github.com", "github.com"),
            (" GitHub.com ", "github.com"),
            ("www.github.com", "github.com"),
            ("git.example.com:8443", "git.example.com:8443"),
            ("git.example.com:443", "git.example.com"),
            ("localhost:3000", "localhost:3000"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(host(text).unwrap(), expected, "{text}");
        }
        for text in [
            "",
            "https://github.com",
            "github.com/x",
            "a b",
            "u@host",
            "u:p@host",
            "host?x",
            "host#x",
            "host:99999",
            "a\\b",
        ] {
            assert!(host(text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_kind_knows_where_its_api_is() {
        assert_eq!(Kind::GitHub.api_base("github.com"), "https://api.github.com");
        assert_eq!(Kind::GitHub.api_base("acme.ghe.com"), "https://api.acme.ghe.com");
        assert_eq!(Kind::GitHub.api_base("git.acme.com"), "https://git.acme.com/api/v3");
        assert_eq!(Kind::GitLab.api_base("gitlab.com"), "https://gitlab.com/api/v4");
        for text in ["x", "ftp://host/x", "https://u:p@host/x", "https://host/x?y", "https://host/x#y"] {
            assert!(api_base(text).is_err(), "{text}");
        }
        assert_eq!(api_base("https://host/gitlab/api/v4/").unwrap().as_str(), "https://host/gitlab/api/v4");
    }

    #[test]
    fn of_a_token_only_the_end_is_told() {
        assert_eq!(token_hint("ghp_0123456789abcdef").as_deref(), Some("…cdef"));
        assert_eq!(token_hint("short"), None);
        assert!(token_problem("glpat-x_1").is_none());
        assert!(token_problem("").is_some() && token_problem("a b").is_some() && token_problem("a\n").is_some());
    }
}
