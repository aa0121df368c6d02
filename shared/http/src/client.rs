//! How services call each other: in memory in the all-in-one process, over HTTP otherwise, by the same code path.

use crate::{Caller, InternalKey, TOKEN_HEADER};
use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kernel::{Error, ErrorKind, Principal, Result, TenantId};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tower::ServiceExt as _;

/// The services that answer calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceName {
    /// Entities, locations, search.
    Catalog,
    /// Templates and tasks.
    Scaffolder,
    /// Reading the outside world.
    Integrations,
    /// Organisations, members, tokens.
    TenantAdmin,
    /// Plugins and their workers.
    PluginHost,
}

impl ServiceName {
    /// Every service.
    pub const ALL: [Self; 5] =
        [Self::Catalog, Self::Scaffolder, Self::Integrations, Self::TenantAdmin, Self::PluginHost];

    /// The role's name on the command line and in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Scaffolder => "scaffolder",
            Self::Integrations => "integrations",
            Self::TenantAdmin => "tenant-admin",
            Self::PluginHost => "plugin-host",
        }
    }
}

#[derive(Clone)]
enum Target {
    Local(Router),
    Remote(Vec<Uri>),
}

/// Calls services on behalf of a caller. Cheap to clone; clones share their targets.
#[derive(Clone)]
pub struct ServiceClient {
    targets: Arc<RwLock<HashMap<ServiceName, Target>>>,
    key: InternalKey,
    http: Client<HttpConnector, Body>,
    turn: Arc<std::sync::atomic::AtomicUsize>,
}

impl std::fmt::Debug for ServiceClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServiceClient")
    }
}

/// The largest JSON answer that [`read_json`] takes.
const MAX_JSON_BYTES: usize = 64 << 20;

impl ServiceClient {
    /// A client without targets; [`attach`](Self::attach) or [`point_to`](Self::point_to) adds them.
    #[must_use]
    pub fn new(key: InternalKey) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(Duration::from_secs(3)));
        connector.set_nodelay(true);
        Self {
            targets: Arc::default(),
            key,
            http: Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(connector),
            turn: Arc::default(),
        }
    }

    /// Answers calls to `service` from a router in this process.
    pub fn attach(&self, service: ServiceName, router: Router) {
        self.targets.write().unwrap_or_else(PoisonError::into_inner).insert(service, Target::Local(router));
    }

    /// Sends calls to `service` to these base URLs in turn.
    ///
    /// # Errors
    /// `Input` when a URL is not one.
    pub fn point_to(&self, service: ServiceName, urls: &[String]) -> Result<()> {
        let uris: Vec<Uri> = urls
            .iter()
            .map(|url| url.parse().map_err(|_| Error::input(format!("\"{url}\" is not a URL for {}", service.word()))))
            .collect::<Result<_>>()?;
        self.targets.write().unwrap_or_else(PoisonError::into_inner).insert(service, Target::Remote(uris));
        Ok(())
    }

    /// Whether it was told where this service is.
    #[must_use]
    pub fn knows(&self, service: ServiceName) -> bool {
        self.targets.read().unwrap_or_else(PoisonError::into_inner).contains_key(&service)
    }

    /// Sends a request for a tenant. The body may stream in both directions.
    ///
    /// # Errors
    /// `Unavailable` when the service is not reached. Error statuses are answers, not errors: see [`read_json`].
    pub async fn call(&self, service: ServiceName, caller: &Caller, request: Request<Body>) -> Result<Response<Body>> {
        self.forward(service, Some(caller.tenant), &caller.principal, request).await
    }

    /// As [`call`](Self::call), also for callers that have no tenant yet.
    ///
    /// # Errors
    /// `Unavailable` when the service is not reached.
    pub async fn forward(
        &self,
        service: ServiceName,
        tenant: Option<TenantId>,
        principal: &Principal,
        mut request: Request<Body>,
    ) -> Result<Response<Body>> {
        let token = self.key.issue(tenant, principal)?;
        request.headers_mut().insert(TOKEN_HEADER, HeaderValue::from_str(&token).map_err(Error::internal)?);
        crate::origin::pass_on(request.headers_mut());
        let target = self.targets.read().unwrap_or_else(PoisonError::into_inner).get(&service).cloned();
        match target {
            Some(Target::Local(router)) => match router.oneshot(request).await {
                Ok(response) => Ok(response),
                Err(never) => match never {},
            },
            Some(Target::Remote(uris)) => self.send(service, &uris, request).await,
            None => Err(Error::unavailable(format!("The service {} is not configured", service.word()))),
        }
    }

    async fn send(&self, service: ServiceName, uris: &[Uri], mut request: Request<Body>) -> Result<Response<Body>> {
        let turn = self.turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let base = uris
            .get(turn.checked_rem(uris.len()).unwrap_or(0))
            .ok_or_else(|| Error::unavailable(format!("The service {} has no address", service.word())))?;
        let mut parts = base.clone().into_parts();
        parts.path_and_query = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from_parts(parts).map_err(Error::internal)?;
        crate::trace::pass_on(request.headers_mut());
        request.headers_mut().remove(http::header::HOST);
        *request.version_mut() = http::Version::HTTP_11;
        let answered = self.http.request(request).await.map_err(|error| {
            Error::unavailable(format!("The service {} does not answer", service.word())).with_source(error)
        })?;
        Ok(answered.map(Body::new))
    }
}

/// Reads a service's answer: JSON on success, its own error otherwise.
///
/// # Errors
/// The service's error with its kind, message and `retry_after`; `Internal` when the answer is not the JSON that was expected.
pub async fn read_json<T: DeserializeOwned>(response: Response<Body>) -> Result<T> {
    let status = response.status();
    let retry_after =
        response.headers().get(http::header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let bytes = axum::body::to_bytes(response.into_body(), MAX_JSON_BYTES).await.map_err(Error::internal)?;
    if status.is_success() {
        return serde_json::from_slice(&bytes).map_err(Error::internal);
    }
    let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let message = body.pointer("/error/message").and_then(|message| message.as_str()).unwrap_or("No reason was given");
    Err(Error { retry_after, ..Error::new(ErrorKind::from_status(status.as_u16()), message) })
}
