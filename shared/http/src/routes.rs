//! Route registration: handler, audience and permission together.

use crate::canonical::Templates;
use crate::compression::compressed;
use crate::{Access, ApiError, InternalKey, OptionalCaller, error, openapi, origin, trace};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::StatusCode;
use kernel::Error;
use tower::Layer as _;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt as _};

/// One line of the table of routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteEntry {
    /// Which service answers.
    pub service: &'static str,
    /// For example `GET`.
    pub method: String,
    /// Full public path with `{parameters}`.
    pub path: String,
    /// Who may call it.
    pub access: Access,
}

/// The routes of one service, each with its access.
pub struct Routes<S> {
    service: &'static str,
    entries: Vec<(Access, UtoipaMethodRouter<S>)>,
}

/// A service, ready to be called.
pub struct ServiceRouter {
    /// Answers requests that carry an internal token.
    pub router: Router,
    /// Its public operations.
    pub openapi: OpenApi,
    /// Every route with its access.
    pub table: Vec<RouteEntry>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet.
    #[must_use]
    pub fn new(service: &'static str) -> Self {
        Self { service, entries: Vec::new() }
    }

    /// Adds the handlers of one path: `.route(Access::user(…), routes!(get_it, put_it))`.
    ///
    /// Handlers of one path with different access are added in separate calls.
    #[must_use]
    pub fn route(mut self, access: Access, handlers: UtoipaMethodRouter<S>) -> Self {
        self.entries.push((access, handlers));
        self
    }

    /// The table of routes.
    #[must_use]
    pub fn table(&self) -> Vec<RouteEntry> {
        let mut table = Vec::new();
        for (access, (_, paths, _)) in &self.entries {
            for (path, item) in &paths.paths {
                for method in openapi::methods(item) {
                    table.push(RouteEntry { service: self.service, method, path: path.clone(), access: *access });
                }
            }
        }
        table
    }

    /// The OpenAPI document of the public operations.
    #[must_use]
    pub fn openapi(self) -> OpenApi {
        let (service, table) = (self.service, self.table());
        let mut router = OpenApiRouter::<S>::new();
        for (_, handlers) in self.entries {
            router = router.routes(handlers);
        }
        openapi::finish(service, router.into_openapi(), &table)
    }

    /// Puts the access check before every handler and the error body behind them.
    #[must_use]
    pub fn build(self, state: S, key: &InternalKey) -> ServiceRouter {
        let (service, table) = (self.service, self.table());
        let mut router = OpenApiRouter::<S>::new();
        for (access, handlers) in self.entries {
            let guard = Guard { access, key: key.clone() };
            router = router.routes(handlers.map(|methods: MethodRouter<S>| {
                // route_layer, so that a method which another registration of the path serves is not guarded here
                methods.route_layer(from_fn_with_state(guard, check_access))
            }));
        }
        let (router, document) = router.split_for_parts();
        let router = router
            .fallback(unknown_route)
            .method_not_allowed_fallback(unknown_route)
            .with_state(state)
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn(error::render))
            .layer(from_fn(trace::trace));
        // Around the router, because its own layers run after it has chosen a route.
        let templates = Templates::new(table.iter().map(|entry| entry.path.as_str()));
        let spelled = MapRequestLayer::new(move |request| templates.apply(request)).layer(compressed(router));
        let router = Router::new().fallback_service(spelled);
        ServiceRouter { router, openapi: openapi::finish(service, document, &table), table }
    }
}

#[derive(Clone)]
struct Guard {
    access: Access,
    key: InternalKey,
}

async fn check_access(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let checked = guard.key.read(request.headers()).and_then(|(tenant, principal)| {
        guard.access.check(&principal)?;
        let viewed = principal.user().and_then(|user| user.viewed_by.as_ref());
        if viewed.is_some() && !guard.access.only_looks(request.method()) {
            return Err(Error::not_allowed("You look at the portal as somebody else, so you can change nothing"));
        }
        Ok(OptionalCaller { tenant, principal })
    });
    match checked {
        Ok(caller) => {
            let span = tracing::Span::current();
            if let Some(tenant) = caller.tenant {
                span.record("tenant", tracing::field::display(tenant));
            }
            if let Some(path) = request.extensions().get::<MatchedPath>() {
                span.record("route", path.as_str());
            }
            request.extensions_mut().insert(caller);
            match origin::read(request.headers()) {
                Some(origin) => store::audit::within(origin, next.run(request)).await,
                None => next.run(request).await,
            }
        }
        Err(error) => ApiError(error).into_response(),
    }
}

/// A 404 without a body, also for a wrong method: what Backstage's routers answer, and what its clients expect.
async fn unknown_route() -> StatusCode {
    StatusCode::NOT_FOUND
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that tower-http asks for")]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown")
        .to_owned();
    ApiError(Error::internal(format!("handler panicked: {text}"))).into_response()
}
