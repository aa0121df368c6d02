//! Requests that carry something out: webhooks, and objects for buckets of an organisation's own.

use super::failure::{self, Failure};
use super::{MAX_REFUSAL_BYTES, Outbound, Reply, parse};
use bytes::{Bytes, BytesMut};
use reqwest::Method;
use reqwest::header::HeaderMap;
use std::time::Duration;
use tracing::Instrument as _;

/// What to send, and where to.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// An absolute `http` or `https` URL.
    pub url: &'a str,
    /// `POST`, or `PUT`.
    pub put: bool,
    /// All headers but those of the transport.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Time for everything.
    pub deadline: Duration,
}

impl Outbound {
    /// Sends something to an address and gives back whatever it answers, the body's beginning only. A redirect is an answer
    /// too: what was signed for one address is not sent to another.
    ///
    /// # Errors
    /// A [`Failure`] when there is no answer.
    pub async fn deliver(&self, delivery: Delivery<'_>) -> Result<Reply, Failure> {
        let span = tracing::info_span!("outbound", host = tracing::field::Empty, status = tracing::field::Empty);
        let late = || Failure::TimedOut { url: delivery.url.to_owned(), after: delivery.deadline };
        let sent = tokio::time::timeout(delivery.deadline, self.send(&delivery).instrument(span)).await;
        sent.map_err(|_| late())?
    }

    async fn send(&self, delivery: &Delivery<'_>) -> Result<Reply, Failure> {
        let url = parse(delivery.url)?;
        let method = if delivery.put { Method::PUT } else { Method::POST };
        let request = self.client_for(&url)?.request(method, url.clone());
        let request = request.headers(delivery.headers.clone()).body(delivery.body.clone());
        let mut response = request.send().await.map_err(|error| failure::from_reqwest(&url, &error))?;
        let span = tracing::Span::current();
        span.record("host", url.host_str()).record("status", response.status().as_u16());
        let headers = std::mem::take(response.headers_mut());
        let status = response.status().as_u16();
        let mut bytes = BytesMut::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = MAX_REFUSAL_BYTES.saturating_sub(bytes.len());
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if bytes.len() >= MAX_REFUSAL_BYTES {
                break;
            }
        }
        Ok(Reply { status, headers, bytes: bytes.freeze(), url: url.into() })
    }
}
