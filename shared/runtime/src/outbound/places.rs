//! Places of the outside world that an administrator lists: hosts, with or without a port and a path.

use url::Url;

/// Hosts that may be read. Unlike the operator's [`Allow`](super::Allow) it opens nothing: the guard's rules hold as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(Vec<Place>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// Without the `*.` of a place that stands for all hosts below a name.
    host: String,
    below: bool,
    port: Option<u16>,
    /// Begins and ends with a slash; paths below it are meant.
    path: String,
}

impl Places {
    /// Reads `host`, `*.host`, `host:port` and `host/path/`.
    ///
    /// # Errors
    /// The first entry that is none of these.
    pub fn parse<I: AsRef<str>>(entries: impl IntoIterator<Item = I>) -> Result<Self, String> {
        entries.into_iter().map(|entry| Place::parse(entry.as_ref().trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an address lies in one of the places.
    #[must_use]
    pub fn hold(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        let port = url.port_or_known_default();
        // A path that is encoded twice or holds a backslash may mean another one to the host than to us.
        let plain = !url.path().contains("%2f") && !url.path().contains("%2F") && !url.path().contains("%5");
        self.0.iter().any(|place| {
            place.is_host(host)
                && place.port.map_or_else(|| url.port().is_none(), |wanted| Some(wanted) == port)
                && (place.path == "/" || plain && url.path().starts_with(&place.path))
        })
    }

    /// The places as they are written, one each.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(Place::text).collect()
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, String> {
        let malformed = || {
            format!(
                "\"{text}\" is not a host such as example.com, *.example.com, example.com:8443 or example.com/path/"
            )
        };
        let (below, rest) = text.strip_prefix("*.").map_or((false, text), |rest| (true, rest));
        if rest.is_empty() || rest.len() > 1_000 || rest.contains(['@', '?', '#', '\\', '*']) || rest.contains("://") {
            return Err(malformed());
        }
        // Reading it as a URL gives the host the same normal form as the addresses that are compared with it.
        let url = Url::parse(&format!("http://{rest}")).map_err(|_| malformed())?;
        let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
        let port = match authority.rsplit_once(':') {
            Some((_, port)) if !authority.ends_with(']') => Some(port.parse().map_err(|_| malformed())?),
            _ => None,
        };
        let host = url.host_str().ok_or_else(malformed)?.trim_end_matches('.').to_owned();
        let is_name = matches!(url.host(), Some(url::Host::Domain(name)) if !name.trim_matches('.').is_empty());
        if host.is_empty() || below && !is_name {
            return Err(malformed());
        }
        let mut path = url.path().to_owned();
        if !path.ends_with('/') {
            path.push('/');
        }
        Ok(Self { host, below, port, path })
    }

    fn is_host(&self, host: &str) -> bool {
        match host.strip_suffix(&self.host) {
            Some("") => !self.below,
            Some(front) => self.below && front.ends_with('.'),
            None => false,
        }
    }

    fn text(&self) -> String {
        let below = if self.below { "*." } else { "" };
        let port = self.port.map_or_else(String::new, |port| format!(":{port}"));
        let path = if self.path == "/" { "" } else { &self.path };
        format!("{below}{}{port}{path}", self.host)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn hold(entry: &str, url: &str) -> bool {
        Places::parse([entry]).unwrap().hold(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_place_is_a_host_a_port_and_a_path() {
        for (entry, url) in [
            ("Example.com", "https://example.com/a.yaml"),
            ("example.com", "http://EXAMPLE.com./a.yaml"),
            ("example.com/specs", "https://example.com/specs/a.yaml"),
            ("example.com:8443", "https://example.com:8443/a.yaml"),
            ("example.com:443", "https://example.com/a.yaml"),
            ("*.example.com", "https://raw.git.example.com/a.yaml"),
            ("bücher.example", "https://xn--bcher-kva.example/"),
            ("[2001:db8::1]:8080", "http://[2001:db8::1]:8080/"),
        ] {
            assert!(hold(entry, url), "{entry} {url}");
        }
        for (entry, url) in [
            ("example.com", "https://example.com.evil.example/"),
            ("example.com", "https://raw.example.com/"),
            ("example.com", "https://example.com:8443/"),
            ("*.example.com", "https://example.com/"),
            ("*.example.com", "https://notexample.com/"),
            ("example.com/specs", "https://example.com/specs-of-others/a.yaml"),
            ("example.com/specs/", "https://example.com/specs/../secrets/a.yaml"),
            ("example.com/specs/", "https://example.com/specs/..%2fsecrets/a.yaml"),
            ("example.com/specs/", "https://example.com/specs/..%5Csecrets/a.yaml"),
            ("example.com:8443", "https://example.com/"),
        ] {
            assert!(!hold(entry, url), "{entry} {url}");
        }
    }

    #[test]
    fn what_is_no_place_is_named() {
        for entry in
            ["", "*", "*.", "https://example.com", "a@example.com", "example.com:port", "*.1.2.3.4", "ex*.com", "a b"]
        {
            assert!(Places::parse([entry]).is_err(), "{entry}");
        }
        let texts = Places::parse(["Example.com/a", "*.Example.com:1"]).unwrap().texts();
        assert_eq!(texts, ["example.com/a/", "*.example.com:1"]);
    }
}
