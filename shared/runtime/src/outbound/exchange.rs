//! One request and its answer: what protocols need that are not about files. Nothing is followed.

use super::{Failure, Outbound, Reply, failure, parse, read};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder};
use std::time::Duration;
use tracing::Instrument as _;

/// A request to one address. Its credentials go there and nowhere else, since a redirect is an answer like any other.
#[derive(Clone)]
pub struct Exchange<'a> {
    /// An absolute `http` or `https` URL.
    pub url: &'a str,
    /// Sent as a form by POST; without one the request is a GET.
    pub form: Option<&'a [(String, String)]>,
    /// What the answer shall be.
    pub accept: &'a str,
    /// The value of the `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The largest answer that is taken, after decompression.
    pub max_bytes: usize,
    /// Time for everything.
    pub deadline: Duration,
}

impl std::fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Outbound {
    /// Sends one request and gives back whatever is answered, redirects and refusals included.
    ///
    /// # Errors
    /// A [`Failure`] when there is no answer, or one that is larger than was asked for.
    pub async fn exchange(&self, exchange: Exchange<'_>) -> Result<Reply, Failure> {
        let (url, span) = (parse(exchange.url)?, tracing::info_span!("outbound", host = tracing::field::Empty));
        span.record("host", url.host_str());
        let method = if exchange.form.is_some() { Method::POST } else { Method::GET };
        let request = self.client_for(&url)?.request(method, url.clone()).headers(exchange.headers());
        let request = exchange.with_body(request);
        let answered = async {
            let response = request.send().await.map_err(|error| failure::from_reqwest(&url, &error))?;
            read(url.clone(), response, exchange.max_bytes).await
        };
        let answered = tokio::time::timeout(exchange.deadline, answered.instrument(span)).await;
        answered.unwrap_or_else(|_| Err(Failure::TimedOut { url: url.to_string(), after: exchange.deadline }))
    }
}

impl Exchange<'_> {
    fn headers(&self) -> HeaderMap {
        let accept = HeaderValue::from_str(self.accept).unwrap_or(HeaderValue::from_static("*/*"));
        let mut headers = HeaderMap::from_iter([(ACCEPT, accept)]);
        if let Some(mut value) = self.authorization.and_then(|text| HeaderValue::from_str(text).ok()) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        headers
    }

    fn with_body(&self, request: RequestBuilder) -> RequestBuilder {
        let Some(form) = self.form else { return request };
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    }
}
