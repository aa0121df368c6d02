//! The operator's exceptions from the guard.

use url::Url;

/// Hosts, with or without a port and a path, that may resolve to addresses which are refused otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    host: String,
    port: Option<u16>,
    /// Begins and ends with a slash; paths below it are allowed.
    path: String,
}

impl Allow {
    /// Reads `host`, `host:port` or `host:port/path/`. An IPv6 address stands in brackets.
    ///
    /// # Errors
    /// The first entry that is none of these.
    pub fn parse<I: AsRef<str>>(entries: impl IntoIterator<Item = I>) -> Result<Self, String> {
        entries.into_iter().map(|entry| Entry::parse(entry.as_ref().trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Adds one entry.
    ///
    /// # Errors
    /// The entry is not of one of the forms that [`parse`](Self::parse) reads.
    pub fn add(&mut self, entry: &str) -> Result<(), String> {
        self.0.push(Entry::parse(entry)?);
        Ok(())
    }

    pub(super) fn allows(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        self.0.iter().any(|entry| {
            entry.host == host
                && entry.port.is_none_or(|port| Some(port) == url.port_or_known_default())
                && url.path().starts_with(&entry.path)
        })
    }
}

impl Entry {
    fn parse(text: &str) -> Result<Self, String> {
        let malformed = || format!("\"{text}\" is not a host, a host:port or a host:port/path/");
        if text.is_empty() || text.contains(['@', '?', '#', '\\']) || text.contains("://") {
            return Err(malformed());
        }
        // Reading it as a URL gives the host the same normal form as the addresses that are compared with it.
        let url = Url::parse(&format!("http://{text}")).map_err(|_| malformed())?;
        let authority = text.split_once('/').map_or(text, |(authority, _)| authority);
        let port = authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let mut path = url.path().to_owned();
        if !path.ends_with('/') {
            path.push('/');
        }
        Ok(Self { host: url.host_str().ok_or_else(malformed)?.trim_end_matches('.').to_owned(), port, path })
    }
}
