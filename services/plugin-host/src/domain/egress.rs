//! The hosts that a plugin of an organisation may reach: `host`, `host:port`, `*.domain` or `*.domain:port`.

use kernel::{Error, Result};

/// Entries of one plugin's list.
pub const MOST: usize = 100;
/// Port of an entry that names none: HTTPS.
const USUAL: u16 = 443;

/// A list; the empty one allows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    host: String,
    below: bool,
    port: u16,
}

impl Rules {
    /// Reads a list as an administrator writes it.
    ///
    /// # Errors
    /// `Input` with the field `hosts`, naming the entry.
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Self> {
        let refuse = |text: String| Error::input(text.clone()).with_field("hosts", text);
        if entries.len() > MOST {
            return Err(refuse(format!("The list has {} hosts; at most {MOST} are possible.", entries.len())));
        }
        let read = |entry: &T| {
            let entry = entry.as_ref();
            Rule::parse(entry.trim()).ok_or_else(|| {
                let shown: String = entry.chars().take(100).collect();
                refuse(format!("\"{shown}\" is not a host, host:port, *.domain or *.domain:port."))
            })
        };
        entries.iter().map(read).collect::<Result<_>>().map(Self)
    }

    /// Whether the plugin may connect there. `host` is in lower case.
    #[must_use]
    pub fn allow(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|rule| rule.port == port && rule.has(host))
    }

    /// The list in its normal form.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let text = |rule: &Rule| {
            let star = if rule.below { "*." } else { "" };
            let port = if rule.port == USUAL { String::new() } else { format!(":{}", rule.port) };
            format!("{star}{}{port}", rule.host)
        };
        self.0.iter().map(text).collect()
    }
}

impl Rule {
    fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)?),
            None => (text, USUAL),
        };
        let (host, below) = host.strip_prefix("*.").map_or((host, false), |host| (host, true));
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // A star above a whole top-level domain allows too much to be meant.
        let fits = host.len() <= 253 && host.split('.').all(label) && (!below || host.contains('.'));
        fits.then_some(Self { host, below, port })
    }

    fn has(&self, host: &str) -> bool {
        if self.below {
            host.strip_suffix(&self.host).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            host == self.host
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_entry_allows_what_it_names_and_no_more() {
        let rules =
            Rules::parse(&["api.github.com", "*.example.com", "Intern.example.org:8443", "10.1.2.3:80"]).unwrap();
        for (host, port, allowed) in [
            ("api.github.com", 443, true),
            ("api.github.com", 80, false),
            ("xapi.github.com", 443, false),
            ("a.api.github.com", 443, false),
            ("github.com", 443, false),
            ("a.example.com", 443, true),
            ("a.b.example.com", 443, true),
            ("example.com", 443, false),
            ("badexample.com", 443, false),
            (".example.com", 443, false),
            ("a.example.com.evil.net", 443, false),
            ("intern.example.org", 8443, true),
            ("intern.example.org", 443, false),
            ("10.1.2.3", 80, true),
        ] {
            assert_eq!(rules.allow(host, port), allowed, "{host}:{port}");
        }
        assert!(!Rules::default().allow("api.github.com", 443), "the empty list allows nothing");
        assert_eq!(rules.texts(), ["api.github.com", "*.example.com", "intern.example.org:8443", "10.1.2.3:80"]);
    }

    #[test]
    fn mistakes_are_named() {
        for entry in
            ["", "*", "*.com", "*.", "https://a.b", "a.b/c", "a b", "a.b:0", "a.b:99999", "-a.b", "a..b", "u@a.b"]
        {
            let error = Rules::parse(&[entry]).unwrap_err();
            assert!(error.message.contains(&format!("\"{entry}\"")), "{entry}: {}", error.message);
        }
        assert!(Rules::parse(&vec!["a.b"; MOST + 1]).unwrap_err().message.contains("at most 100"));
    }
}
