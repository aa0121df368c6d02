//! The one client for requests that leave the platform for addresses that tenants choose.
//!
//! Every address that a host name resolves to is checked before a connection is made, and the connection goes to a
//! checked address: the check sits in the client's own resolver, so there is no second look-up to win a race against.
//! Redirects are followed by hand with the same checks. A credential belongs to one origin and goes nowhere else. Never
//! here: the proxy of the environment, credentials in URLs, answers without a size limit or a deadline.

mod address;
mod allow;
mod deliver;
mod exchange;
mod failure;
mod names;
mod places;

pub use address::forbidden;
pub use allow::Allow;
pub use deliver::Delivery;
pub use exchange::Exchange;
pub use failure::Failure;
pub use names::{Names, SystemNames};
pub use places::Places;

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, AsHeaderName, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, Method, Response, StatusCode};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument as _;
use url::{Host, Origin, Url};

/// Redirects that are followed before we give up.
const MAX_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How much of a refusal is read.
const MAX_REFUSAL_BYTES: usize = 16_000;
/// Marks a validator that is a date and no entity tag.
const MODIFIED: &str = "modified:";

/// Makes guarded requests. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    guarded: Client,
    /// For the operator's exceptions only; resolves without a check.
    exempt: Client,
    allow: Arc<Allow>,
    names: Arc<dyn Names>,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound").field("allow", &self.allow).finish_non_exhaustive()
    }
}

/// What to read, and within which limits.
#[derive(Debug, Clone, Copy)]
pub struct Get<'a> {
    /// An absolute `http` or `https` URL.
    pub url: &'a str,
    /// What [`Content::validator`] was the last time, to be told when nothing has changed.
    pub validator: Option<&'a str>,
    /// The largest content that is taken, after decompression.
    pub max_bytes: usize,
    /// Time for everything, redirects included.
    pub deadline: Duration,
    /// Where it may lead, redirects included; anywhere without.
    pub only: Option<&'a Places>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The content is the one that the validator stands for.
    NotModified,
    /// The content.
    Content(Content),
}

/// A file of the outside world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The bytes.
    pub bytes: Bytes,
    /// The entity tag, else `modified:` and the date of the last change; opaque to callers.
    pub validator: Option<String>,
    /// What the host says that it is.
    pub content_type: Option<String>,
    /// The address that answered, after redirects.
    pub url: String,
}

/// A request to the API of a host.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// An absolute `http` or `https` URL.
    pub url: &'a str,
    /// Asks for the headers alone.
    pub head: bool,
    /// What the answer shall be.
    pub accept: &'a str,
    /// In lower case; sent with every request, also after redirects: nothing secret.
    pub headers: &'a [(&'static str, &'static str)],
    /// Who asks.
    pub credential: Option<&'a Credential>,
    /// An entity tag, to be told when nothing has changed.
    pub validator: Option<&'a str>,
    /// The largest answer that is taken, after decompression.
    pub max_bytes: usize,
    /// Time for everything, redirects included.
    pub deadline: Duration,
    /// Where it may lead, redirects included; anywhere without.
    pub only: Option<&'a Places>,
}

impl<'a> Call<'a> {
    /// A plain request within limits that suit most.
    #[must_use]
    pub const fn get(url: &'a str) -> Self {
        Self {
            url,
            head: false,
            accept: "*/*",
            headers: &[],
            credential: None,
            validator: None,
            max_bytes: 1_000_000,
            deadline: Duration::from_secs(20),
            only: None,
        }
    }

    fn method(&self) -> Method {
        if self.head { Method::HEAD } else { Method::GET }
    }

    fn headers_for(&self, url: &Url) -> HeaderMap {
        let mut headers = conditions(self.accept, self.validator);
        for (name, value) in self.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if let Some(credential) = self.credential.filter(|credential| credential.origin == url.origin()) {
            headers.insert(AUTHORIZATION, credential.header.clone());
        }
        headers
    }
}

/// A token for one origin. Nobody else gets it, wherever that origin redirects to; it is never shown.
#[derive(Clone)]
pub struct Credential {
    origin: Origin,
    header: HeaderValue,
}

impl Credential {
    /// A bearer token for scheme, host and port of this address; none when it cannot be a header.
    #[must_use]
    pub fn bearer(base: &Url, token: &str) -> Option<Self> {
        let mut header = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        header.set_sensitive(true);
        Some(Self { origin: base.origin(), header })
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(…)")
    }
}

/// What a host answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Success, 304 or a refusal; never a redirect.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// The body; of a refusal only the beginning.
    pub bytes: Bytes,
    /// The address that answered, after redirects.
    pub url: String,
}

impl Reply {
    /// A header that is text.
    #[must_use]
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The seconds after which the host wants to be asked again.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        self.header(RETRY_AFTER)?.trim().parse().ok()
    }

    /// What asks for changes only: the entity tag, else `modified:` and the date of the last change.
    #[must_use]
    pub fn validator(&self) -> Option<String> {
        let date = || self.header(LAST_MODIFIED).map(|date| format!("{MODIFIED}{date}"));
        self.header(ETAG).map(str::to_owned).or_else(date)
    }
}

/// An address that may be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The address.
    pub url: Url,
    /// What its host name stands for; empty where the host is an IP address itself.
    pub addresses: Vec<IpAddr>,
}

impl Outbound {
    /// A client with the operator's exceptions.
    ///
    /// # Errors
    /// The TLS set-up of this machine does not work.
    pub fn new(allow: Allow) -> anyhow::Result<Self> {
        Self::with_names(allow, Arc::new(SystemNames))
    }

    /// As [`new`](Self::new), with another source of addresses, for tests of the guard.
    ///
    /// # Errors
    /// The TLS set-up of this machine does not work.
    pub fn with_names(allow: Allow, names: Arc<dyn Names>) -> anyhow::Result<Self> {
        let guarded = client(names::Resolver { names: names.clone(), check: true })?;
        let exempt = client(names::Resolver { names: names.clone(), check: false })?;
        Ok(Self { guarded, exempt, allow: Arc::new(allow), names })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A [`Failure`] whose text names the address and the remedy.
    pub async fn get(&self, get: Get<'_>) -> Result<Answer, Failure> {
        let Get { url, validator, max_bytes, deadline, only } = get;
        let reply = self.call(Call { validator, max_bytes, deadline, only, ..Call::get(url) }).await?;
        match reply.status {
            304 if validator.is_some() => Ok(Answer::NotModified),
            200..=299 => Ok(Answer::Content(Content {
                validator: reply.validator(),
                content_type: reply.header(&CONTENT_TYPE).map(str::to_owned),
                bytes: reply.bytes,
                url: reply.url,
            })),
            status => Err(Failure::from_status(&reply.url, status, reply.retry_after())),
        }
    }

    /// Asks a host's API and gives back whatever it answers, refusals included.
    ///
    /// # Errors
    /// A [`Failure`] when there is no answer, or one that is larger than was asked for.
    pub async fn call(&self, call: Call<'_>) -> Result<Reply, Failure> {
        let span = tracing::info_span!("outbound", host = tracing::field::Empty, status = tracing::field::Empty);
        match tokio::time::timeout(call.deadline, self.follow(call).instrument(span)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::TimedOut { url: call.url.to_owned(), after: call.deadline }),
        }
    }

    /// Whether the operator has made an exception for this address.
    #[must_use]
    pub fn is_exempt(&self, url: &Url) -> bool {
        self.allow.allows(url)
    }

    async fn follow(&self, call: Call<'_>) -> Result<Reply, Failure> {
        let mut url = parse(call.url)?;
        for _ in 0..=MAX_REDIRECTS {
            if call.only.is_some_and(|places| !places.hold(&url)) {
                return Err(Failure::not_listed(&url));
            }
            let client = self.client_for(&url)?;
            let request = client.request(call.method(), url.clone()).headers(call.headers_for(&url));
            let response = request.send().await.map_err(|error| failure::from_reqwest(&url, &error))?;
            let (status, span) = (response.status(), tracing::Span::current());
            span.record("host", url.host_str()).record("status", status.as_u16());
            if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
                url = next(&url, &response)?;
            } else {
                return read(url, response, call.max_bytes).await;
            }
        }
        Err(Failure::TooManyRedirects { url: call.url.to_owned() })
    }

    /// Checks an address for a program that connects by itself (git), which must then be held to what comes back.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn check(&self, url: &str) -> Result<Checked, Failure> {
        let url = parse(url)?;
        self.client_for(&url)?;
        let addresses = match url.host() {
            Some(Host::Domain(name)) => {
                let resolver = names::Resolver { names: self.names.clone(), check: !self.allow.allows(&url) };
                let found = tokio::time::timeout(CONNECT_TIMEOUT, resolver.addresses(name.to_owned())).await;
                found
                    .map_err(|_| Failure::TimedOut { url: url.to_string(), after: CONNECT_TIMEOUT })?
                    .map_err(|error| failure::from_look_up(&url, error))?
            }
            _ => Vec::new(),
        };
        Ok(Checked { url, addresses })
    }

    /// Chooses the client, and checks addresses that need no look-up.
    fn client_for(&self, url: &Url) -> Result<&Client, Failure> {
        if self.allow.allows(url) {
            return Ok(&self.exempt);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            _ => None,
        };
        match literal.and_then(|address| forbidden(address).map(|why| (address, why))) {
            Some((address, why)) => Err(Failure::refused(url, address, why)),
            None => Ok(&self.guarded),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the client that everybody else must use")]
fn client(resolver: names::Resolver) -> anyhow::Result<Client> {
    let client = Client::builder()
        .user_agent("Proscenium")
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(4)
        .pool_idle_timeout(Duration::from_secs(30))
        .no_proxy()
        .dns_resolver(Arc::new(resolver))
        .build()?;
    Ok(client)
}

/// Checks the form of a URL: web addresses only, with a host, without credentials.
fn parse(text: &str) -> Result<Url, Failure> {
    let refuse = |why: &str| Err(Failure::NotAUrl { url: text.to_owned(), why: why.to_owned() });
    let Ok(url) = Url::parse(text) else {
        return refuse("it is not a complete web address such as https://host/path");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("only http and https addresses can be read");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("an address must not hold a user name or password");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return refuse("it names no host");
    }
    Ok(url)
}

/// The headers that ask for an answer only when something has changed.
fn conditions(accept: &str, validator: Option<&str>) -> HeaderMap {
    let accept = HeaderValue::from_str(accept).unwrap_or(HeaderValue::from_static("*/*"));
    let mut headers = HeaderMap::from_iter([(ACCEPT, accept)]);
    let condition: Option<(HeaderName, &str)> = validator.map(|validator| match validator.strip_prefix(MODIFIED) {
        Some(date) => (IF_MODIFIED_SINCE, date),
        None => (IF_NONE_MATCH, validator),
    });
    // A validator that is no header value is none of ours; then the content is simply read again.
    if let Some((name, text)) = condition
        && let Ok(value) = HeaderValue::from_str(text)
    {
        headers.insert(name, value);
    }
    headers
}

fn next(url: &Url, response: &Response) -> Result<Url, Failure> {
    let target = response.headers().get(LOCATION).and_then(|target| target.to_str().ok());
    let target = target.and_then(|target| url.join(target).ok());
    match target {
        Some(target) => parse(target.as_str()),
        None => Err(Failure::from_status(url.as_str(), response.status().as_u16(), None)),
    }
}

async fn read(url: Url, mut response: Response, max_bytes: usize) -> Result<Reply, Failure> {
    let status = response.status();
    let too_large = || Failure::TooLarge { url: url.to_string(), max_bytes };
    if status.is_success() && response.content_length().is_some_and(|length| length > max_bytes as u64) {
        return Err(too_large());
    }
    let limit = if status.is_success() { max_bytes } else { MAX_REFUSAL_BYTES };
    let headers = std::mem::take(response.headers_mut());
    let mut bytes = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() <= limit => bytes.extend_from_slice(&chunk),
            Ok(Some(_)) if status.is_success() => return Err(too_large()),
            Err(error) if status.is_success() => return Err(failure::from_reqwest(&url, &error)),
            // Of a refusal the status says enough.
            _ => break,
        }
    }
    Ok(Reply { status: status.as_u16(), headers, bytes: bytes.freeze(), url: url.into() })
}

#[cfg(test)]
mod tests;
