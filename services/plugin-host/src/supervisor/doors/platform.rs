//! The supervisor's own socket in a worker's folder, for what the worker says by itself.
//!
//! Whose worker it is follows from the socket. Nothing in a message can name another organisation or plugin, and what a
//! plugin may say depends on what it is: entities come from modules of the catalog, documents from modules of search.

use crate::events;
use crate::supervisor::launch::{Launching, Spec};
use axum::extract::{DefaultBodyLimit, State};
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use http::{Method, Request, StatusCode, header};
use http_shell::{Caller, ServiceName, read_json};
use kernel::{Error, Result, TenantId};
use plugin_protocol::control::Event;
use plugin_protocol::platform::{Documents, Mutation, PREFIX, Refresh, path};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::net::UnixListener;

/// The largest message: a full mutation of a large organisation.
const MAX_BYTES: usize = 32 << 20;
/// The longest name of a provider that the catalog takes.
const MAX_NAME: usize = 100;

/// Who speaks, and what may be said.
#[derive(Clone)]
pub struct Platform {
    launching: Arc<Launching>,
    tenant: TenantId,
    plugin_id: Arc<str>,
    extends: Arc<BTreeSet<String>>,
    preview: bool,
}

impl Platform {
    /// Of one worker.
    #[must_use]
    pub fn of(launching: &Arc<Launching>, spec: &Spec) -> Self {
        Self {
            launching: launching.clone(),
            tenant: spec.tenant,
            plugin_id: spec.plugin_id.as_str().into(),
            preview: spec.preview,
            extends: Arc::new(spec.boot.plugins.iter().filter_map(|plugin| plugin.extends.clone()).collect()),
        }
    }

    /// Serves one worker.
    pub(super) async fn serve(self, listener: UnixListener) {
        let router = Router::new()
            .route(&format!("{PREFIX}{}", path::MUTATIONS), post(mutate))
            .route(&format!("{PREFIX}{}", path::REFRESH), post(refresh))
            .route(&format!("{PREFIX}{}", path::EVENTS), post(publish))
            .route(&format!("{PREFIX}{}", path::DOCUMENTS), post(replace_documents))
            .layer(axum::middleware::from_fn(http_shell::render))
            .layer(DefaultBodyLimit::max(MAX_BYTES))
            .with_state(self);
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "a worker's way to the platform broke");
        }
    }
}

/// An answer in Backstage's shape.
struct Refused(Error);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> Response {
        http_shell::ApiError(self.0).into_response()
    }
}

async fn mutate(
    State(door): State<Platform>,
    Json(Mutation { provider, mutation }): Json<Mutation>,
) -> Result<Response, Refused> {
    door.must_extend("catalog")?;
    let name = format!("{}:{provider}", door.plugin_id);
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._:@/-".contains(c) { c } else { '-' };
    let name: String = name.chars().map(plain).take(MAX_NAME).collect();
    let path = format!("/api/catalog/v1/providers/{}/mutations", name.replace('/', "%2F"));
    let done = door.send(ServiceName::Catalog, Method::POST, &path, &mutation).await?;
    Ok(Json(done).into_response())
}

async fn refresh(State(door): State<Platform>, Json(Refresh { keys }): Json<Refresh>) -> Result<Response, Refused> {
    door.must_extend("catalog")?;
    // Backstage's keys say what kind of place they are; ours are addresses.
    let keys: Vec<&str> = keys.iter().map(|key| key.strip_prefix("url:").unwrap_or(key)).collect();
    let path = "/internal/catalog/v1/refresh";
    let done = door.send(ServiceName::Catalog, Method::POST, path, &json!({ "keys": keys })).await?;
    Ok(Json(done).into_response())
}

async fn publish(State(door): State<Platform>, Json(event): Json<Event>) -> Result<Response, Refused> {
    // Others meet the published version alone, and hear of it alone.
    if door.preview {
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    events::publish(&door.launching, door.tenant, Some(&door.plugin_id), &event).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

async fn replace_documents(
    State(door): State<Platform>,
    Json(Documents { kind, documents }): Json<Documents>,
) -> Result<Response, Refused> {
    door.must_extend("search")?;
    if !kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err(Error::input(format!("\"{kind}\" is not a type of documents")).into());
    }
    // Whoever may read the entity may find the document, so one without an entity is found by nobody.
    let (found, stray): (Vec<Value>, Vec<Value>) =
        documents.into_iter().partition(|one| one.pointer("/authorization/resourceRef").is_some_and(Value::is_string));
    let path = format!("/internal/search/v1/documents/{kind}");
    let mut done = door.send(ServiceName::Catalog, Method::PUT, &path, &json!({ "documents": found })).await?;
    done["withoutEntity"] = json!(stray.len());
    Ok(Json(done).into_response())
}

impl Platform {
    fn must_extend(&self, host: &str) -> Result<()> {
        if self.preview {
            return Err(Error::not_allowed("A preview changes nothing that others see."));
        }
        if self.extends.contains(host) {
            return Ok(());
        }
        Err(Error::not_allowed(format!("The plugin \"{}\" is no module of {host}", self.plugin_id)))
    }

    async fn send(&self, service: ServiceName, method: Method, path: &str, body: &Value) -> Result<Value> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string().into())
            .map_err(Error::internal)?;
        let caller = Caller::service(self.tenant, "plugin-host");
        read_json(self.launching.client().call(service, &caller, request).await?).await
    }
}
