//! The supervisor's socket: one for each worker, beside the worker's own, for what the worker says by itself.
//!
//! Whose worker it is follows from the socket. Nothing in a message can name another organisation or plugin, and what a
//! plugin may say depends on what it is: entities come from modules of the catalog, documents from modules of search.

use super::launch::Launching;
use crate::events;
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
use runtime::Tasks;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

/// The largest message: a full mutation of a large organisation.
const MAX_BYTES: usize = 32 << 20;
/// The longest name of a provider that the catalog takes.
const MAX_NAME: usize = 100;

/// Who speaks, and what may be said.
#[derive(Clone)]
struct Door {
    launching: Arc<Launching>,
    tenant: TenantId,
    plugin_id: Arc<str>,
    extends: Arc<BTreeSet<String>>,
}

/// Where the supervisor listens for the worker that listens at `socket`.
#[must_use]
pub fn beside(socket: &str) -> PathBuf {
    Path::new(socket).with_extension("up")
}

/// Listens for one worker until `alive` ends.
///
/// # Errors
/// When the socket cannot be made.
pub fn open(
    launching: &Arc<Launching>,
    tenant: TenantId,
    plugin_id: &str,
    boot: &plugin_protocol::Boot,
    tasks: &Tasks,
    alive: CancellationToken,
) -> std::io::Result<()> {
    let Some(socket) = boot.platform.clone() else { return Ok(()) };
    let listener = UnixListener::bind(&socket)?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))?;
    let door = Door {
        launching: launching.clone(),
        tenant,
        plugin_id: plugin_id.into(),
        extends: Arc::new(boot.plugins.iter().filter_map(|plugin| plugin.extends.clone()).collect()),
    };
    let router = Router::new()
        .route(&format!("{PREFIX}{}", path::MUTATIONS), post(mutate))
        .route(&format!("{PREFIX}{}", path::REFRESH), post(refresh))
        .route(&format!("{PREFIX}{}", path::EVENTS), post(publish))
        .route(&format!("{PREFIX}{}", path::DOCUMENTS), post(replace_documents))
        .layer(axum::middleware::from_fn(http_shell::render))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(door);
    tasks.spawn(format!("door {tenant} {plugin_id}"), async move {
        let server = axum::serve(listener, router);
        if let Some(Err(error)) = alive.run_until_cancelled(server.into_future()).await {
            tracing::warn!(%error, "a worker's way to the platform broke");
        }
        drop(std::fs::remove_file(socket));
    });
    Ok(())
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
    State(door): State<Door>,
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

async fn refresh(State(door): State<Door>, Json(Refresh { keys }): Json<Refresh>) -> Result<Response, Refused> {
    door.must_extend("catalog")?;
    // Backstage's keys say what kind of place they are; ours are addresses.
    let keys: Vec<&str> = keys.iter().map(|key| key.strip_prefix("url:").unwrap_or(key)).collect();
    let path = "/internal/catalog/v1/refresh";
    let done = door.send(ServiceName::Catalog, Method::POST, path, &json!({ "keys": keys })).await?;
    Ok(Json(done).into_response())
}

async fn publish(State(door): State<Door>, Json(event): Json<Event>) -> Result<Response, Refused> {
    events::publish(&door.launching, door.tenant, Some(&door.plugin_id), &event).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

async fn replace_documents(
    State(door): State<Door>,
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

impl Door {
    fn must_extend(&self, host: &str) -> Result<()> {
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
