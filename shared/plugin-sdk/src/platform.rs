//! What a plugin tells the platform by itself, through the supervisor's socket.

use axum::body::Body;
use http_body_util::{BodyExt as _, Limited};
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use plugin_protocol::Boot;
use plugin_protocol::control::Event;
use plugin_protocol::platform::{Mutation, PREFIX, path};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use tokio::net::UnixStream;

/// The longest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// The way to the platform. Clones are the same.
#[derive(Debug, Clone)]
pub struct Platform(Option<Arc<str>>);

impl Platform {
    /// The way that the boot document names.
    #[must_use]
    pub fn of(boot: &Boot) -> Self {
        Self(boot.platform.as_deref().map(Into::into))
    }

    /// Tells the organisation's other plugins of an event.
    ///
    /// # Errors
    /// Why the platform did not take it.
    pub async fn publish(&self, event: &Event) -> Result<(), String> {
        self.post(path::EVENTS, event).await
    }

    /// Changes what a provider provides: `{type: "full", entities}` or `{type: "delta", added, removed}`.
    ///
    /// # Errors
    /// Why the catalog did not take it.
    pub async fn mutate(&self, provider: &str, mutation: Value) -> Result<(), String> {
        self.post(path::MUTATIONS, &Mutation { provider: provider.to_owned(), mutation }).await
    }

    async fn post(&self, path: &str, message: &impl Serialize) -> Result<(), String> {
        let socket = self.0.as_deref().ok_or("the supervisor of this worker takes no messages")?;
        let body = serde_json::to_vec(message).map_err(|error| error.to_string())?;
        let request = Request::post(format!("{PREFIX}{path}"))
            .header(header::HOST, "platform")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(|error| error.to_string())?;
        let broken = |error: &dyn std::fmt::Display| format!("the platform is not reached: {error}");
        let stream = UnixStream::connect(socket).await.map_err(|error| broken(&error))?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        let exchange = async {
            let answer = sender.send_request(request).await.map_err(|error| broken(&error))?;
            let status = answer.status();
            let text = Limited::new(answer.into_body(), MAX_ANSWER).collect().await.map_err(|error| broken(&error))?;
            if status.is_success() {
                return Ok(());
            }
            let body: Value = serde_json::from_slice(&text.to_bytes()).unwrap_or_default();
            let said = body.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason was given");
            Err(format!("the platform refused {path}: {status} {said}"))
        };
        tokio::pin!(exchange);
        tokio::select! {
            done = &mut exchange => done,
            // The connection ends with the answer; what is left of it has been read.
            _ = connection => exchange.await,
        }
    }
}
