//! What answers the pages that are rendered: a socket in the render tool's folder, its only way out.
//!
//! Whose pages they are follows from the socket. No session, no token of a person and nothing that the gateway accepts is
//! given to the browser: this process asks in the name of a viewer who does not exist, for what
//! [`domain::render_door`](crate::domain::render_door) lets through, and reads alone.

use crate::State;
use crate::domain::render_door::{Target, target};
use crate::http::remote_file;
use crate::supervisor::Staged;
use crate::supervisor::launch::Signer;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use http_shell::{ApiError, Caller, ServiceName};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kernel::{Error, Grants, Principal, Result, SignedInBy, TenantId, User};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::net::UnixListener;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Requests at once.
const IN_FLIGHT: usize = 16;
/// Requests of one run.
const MOST: u32 = 10_000;
/// Largest body of a request.
const BODY: usize = 1 << 20;
/// What one answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(15);
/// Says which version asks.
const VERSION: &str = "x-proscenium-version";
/// Headers of a request that go on.
const PASSED_ON: [header::HeaderName; 2] = [header::ACCEPT, header::CONTENT_TYPE];

/// Answers one organisation's pages.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    state: State,
    tenant: TenantId,
    signer: Signer,
    plugin_id: String,
    /// The new version's back end, where it runs beside the former.
    staged: Option<Weak<Staged>>,
    portal: Client<HttpConnector, Body>,
    permits: Semaphore,
    asked: AtomicU32,
}

/// Somebody who may read the catalog and use plugins, and does not exist.
fn viewer() -> Principal {
    let entity_ref = "user:proscenium/render".to_owned();
    Principal::User(User {
        id: Uuid::nil(),
        ownership_refs: vec![entity_ref.clone()],
        entity_ref,
        role: authz::Role::VIEWER.name().to_owned(),
        grants: Grants::default(),
        via: SignedInBy::ServiceToken,
        // Whoever is looked through changes nothing: `http_shell` sees to that.
        viewed_by: Some("service:plugin-host".to_owned()),
        scopes: Some(vec![authz::Permission::CATALOG_ENTITY_READ.name().to_owned()]),
    })
}

impl Door {
    /// For one plugin of one organisation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn new(state: &State, tenant: TenantId, plugin_id: &str, staged: Option<&Arc<Staged>>) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            state: state.clone(),
            tenant,
            signer: state.launching.signer(tenant).await?,
            plugin_id: plugin_id.to_owned(),
            staged: staged.map(Arc::downgrade),
            portal: Client::builder(TokioExecutor::new()).build_http(),
            permits: Semaphore::new(IN_FLIGHT),
            asked: AtomicU32::new(0),
        })))
    }

    /// Serves the socket until it is dropped.
    pub async fn serve(self, listener: UnixListener) {
        let router = Router::new()
            .fallback(move |request| {
                let door = self.clone();
                async move { door.answer(request).await }
            })
            .layer(DefaultBodyLimit::max(BODY));
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "pages that are rendered have no way out");
        }
    }

    async fn answer(&self, request: Request) -> Response {
        let Ok(_permit) = self.0.permits.acquire().await else {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        };
        if self.0.asked.fetch_add(1, Ordering::Relaxed) >= MOST {
            return StatusCode::TOO_MANY_REQUESTS.into_response();
        }
        match tokio::time::timeout(PATIENCE, self.dispatch(request)).await {
            Ok(answered) => answered.unwrap_or_else(|error| ApiError(error).into_response()),
            Err(_) => ApiError(Error::unavailable("No answer in time")).into_response(),
        }
    }

    async fn dispatch(&self, request: Request) -> Result<Response> {
        let (parts, body) = request.into_parts();
        let next = parts.headers.get(VERSION).is_some_and(|version| version == "next");
        let path = parts.uri.path().to_owned();
        let onward = onward(&parts.method, &parts.uri, &parts.headers, body)?;
        match target(&parts.method, &path) {
            Target::Portal => self.ask_portal(onward).await,
            Target::Remote(digest, file) => remote_file(&self.0.state, self.0.tenant, digest, file).await,
            Target::Branding => self.ask(ServiceName::TenantAdmin, onward).await,
            Target::Catalog => self.ask(ServiceName::Catalog, onward).await,
            Target::Plugin(plugin_id) => self.ask_plugin(plugin_id, next, onward).await,
            Target::Refused => {
                Err(Error::not_allowed("Pages that are rendered before an upgrade read, and this is more"))
            }
        }
    }

    async fn ask(&self, service: ServiceName, request: Request) -> Result<Response> {
        let caller = Caller { tenant: self.0.tenant, principal: viewer() };
        self.0.state.launching.client().call(service, &caller, request).await
    }

    /// The portal as it is served to anybody at the organisation's address.
    async fn ask_portal(&self, mut request: Request) -> Result<Response> {
        let base = self.0.state.config.gateway_url.trim_end_matches('/');
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = format!("{base}{path}").parse().map_err(|_| Error::input("This address is malformed"))?;
        let host = HeaderValue::from_str(&self.0.signer.host).map_err(Error::internal)?;
        request.headers_mut().insert(header::HOST, host);
        let answered = self.0.portal.request(request).await;
        answered
            .map(|answer| answer.map(Body::new))
            .map_err(|error| Error::unavailable("The gateway does not answer").with_source(error))
    }

    /// The new version's pages meet its own back end where that runs, else the one that answers everybody.
    async fn ask_plugin(&self, plugin_id: &str, next: bool, request: Request) -> Result<Response> {
        let Inner { state, tenant, signer, .. } = &*self.0;
        let staged = self.0.staged.as_ref().filter(|_| next && plugin_id == self.0.plugin_id).and_then(Weak::upgrade);
        let lease = match staged {
            Some(staged) => staged.lease().await?,
            None => match state.target(*tenant, plugin_id).await? {
                Some(crate::state::Target::Backend(revision)) => {
                    state.supervisor.lease(*tenant, plugin_id, revision).await?
                }
                _ => return Ok(StatusCode::NOT_FOUND.into_response()),
            },
        };
        let token = state.launching.token(signer, plugin_id, &viewer())?;
        lease.send(request, &signer.host, token.as_deref(), PATIENCE).await
    }
}

/// The request without anything that the browser says of itself.
fn onward(method: &http::Method, uri: &Uri, headers: &HeaderMap, body: Body) -> Result<Request> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder().method(method).uri(path).body(body).map_err(Error::internal)?;
    for name in PASSED_ON {
        if let Some(value) = headers.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    Ok(request)
}
