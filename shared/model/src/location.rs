//! Location references (`url:https://host/file`) and targets that are relative to a location.

use std::fmt;
use url::Url;

/// `<type>:<target>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocationRef {
    /// `url` for everything that is read over the network.
    pub kind: String,
    /// For type `url`, an absolute URL.
    pub target: String,
}

impl LocationRef {
    /// A location of type `url`.
    #[must_use]
    pub fn url(target: impl Into<String>) -> Self {
        Self { kind: "url".to_owned(), target: target.into() }
    }

    /// Reads `<type>:<target>`.
    ///
    /// # Errors
    /// Backstage's text (a `TypeError` there): no colon, an empty part, a bare web address, a script address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let malformed = || {
            format!("Unable to parse location ref '{text}', expected '<type>:<target>', e.g. 'url:https://host/path'")
        };
        let (kind, target) = text.split_once(':').ok_or_else(malformed)?;
        let (kind, target) = (kind.trim(), target.trim());
        if kind.is_empty() || target.is_empty() {
            return Err(malformed());
        }
        if kind == "http" || kind == "https" {
            return Err(format!("Invalid location ref '{text}', please prefix it with 'url:', e.g. 'url:{text}'"));
        }
        if is_script_url(target) {
            return Err(format!("Invalid location ref '{text}', target is a javascript: URL"));
        }
        Ok(Self { kind: kind.to_owned(), target: target.to_owned() })
    }
}

impl fmt::Display for LocationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.target)
    }
}

/// Makes a target absolute against the URL of the file that names it, keeping the file's query.
///
/// # Errors
/// A sentence: `base` is no URL, or the target begins with `/` (the root of a repository, which a plain web address does
/// not tell).
pub fn resolve_url(base: &str, target: &str) -> Result<String, String> {
    if Url::parse(target).is_ok() {
        return Ok(target.to_owned());
    }
    let parsed = Url::parse(base).map_err(|_| format!("'{base}' is not a URL"))?;
    if target.starts_with('/') {
        return Err(format!(
            "'{target}' is relative to the root of a repository, and the root of '{base}' is not known"
        ));
    }
    let mut resolved = parsed.join(target).map_err(|_| format!("'{target}' is not a relative path"))?;
    resolved.set_query(parsed.query());
    Ok(resolved.into())
}

/// Whether a browser would run the text as a script: `javascript:` with the control characters that browsers skip.
#[must_use]
pub fn is_script_url(text: &str) -> bool {
    let mut rest = text.trim_start_matches(|character: char| character <= ' ');
    for expected in "javascript:".chars() {
        rest = rest.trim_start_matches(['\r', '\n', '\t']);
        let mut characters = rest.chars();
        match characters.next() {
            Some(found) if found.eq_ignore_ascii_case(&expected) => rest = characters.as_str(),
            _ => return false,
        }
    }
    true
}

/// A text with its `%XX` resolved; what is no such escape stays.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let decoded = digits.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn location_references_round_trip_and_bad_ones_say_why() {
        let location = LocationRef::parse("url: https://host/x.yaml ").unwrap();
        assert_eq!(location.to_string(), "url:https://host/x.yaml");
        for (text, part) in [
            ("x", "expected '<type>:<target>'"),
            ("", "Unable"),
            ("url:", "Unable"),
            (":x", "Unable"),
            ("https://host/x", "please prefix it with 'url:'"),
            ("url:javascript:alert(1)", "javascript: URL"),
        ] {
            assert!(LocationRef::parse(text).unwrap_err().contains(part), "{text:?}");
        }
    }

    #[test]
    fn relative_targets_resolve_against_their_file() {
        let base = "http://localhost:18099/odd/values.yaml?ref=main";
        assert_eq!(resolve_url(base, "../parts/a.json").unwrap(), "http://localhost:18099/parts/a.json?ref=main");
        assert_eq!(resolve_url(base, "./x.yaml").unwrap(), "http://localhost:18099/odd/x.yaml?ref=main");
        assert_eq!(resolve_url(base, "https://other/x").unwrap(), "https://other/x");
        assert!(resolve_url(base, "/x.yaml").is_err());
        assert!(resolve_url("nothing", "x").is_err());
    }

    #[test]
    fn script_addresses_are_seen_through_their_disguises() {
        for text in ["javascript:a", " \u{1}JavaScript:a", "java\nscript:a", "j\ta\rv\na\tscript\t:a"] {
            assert!(is_script_url(text), "{text:?}");
        }
        for text in ["https://x/javascript:", "java script:a", "javascrip:a", "", "é"] {
            assert!(!is_script_url(text), "{text:?}");
        }
    }
}
