//! The one door: every request gets its id, its surface and its identity here, and is sent on by its path.

use super::{Visit, forward, portal};
use crate::domain::agent::kind_of_program;
use crate::domain::content::wants_page;
use crate::domain::host::host_name;
use crate::domain::origin::{changes_state, may_use_cookie};
use crate::domain::page::notice;
use crate::domain::path::{Target, target};
use crate::domain::security_headers::{ALWAYS, CONTENT_SECURITY_POLICY, DATA_CONTENT_SECURITY_POLICY};
use crate::identity::Identity;
use crate::limits::Lane;
use crate::state::{Gateway, Surface};
use ::store::audit::Origin;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http_shell::{ApiError, InternalKey, ServiceName, TOKEN_HEADER, describe_client};
use kernel::{Error, RequestId};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tower::ServiceExt as _;
use tracing::Instrument as _;

/// Public routes below these take a link's secret, or send a mail.
const GUARDED: [&str; 4] = [
    "/api/tenant-admin/v1/invitations/",
    "/api/tenant-admin/v1/password-resets",
    "/api/tenant-admin/v1/portals",
    "/api/tenant-admin/v1/signup/",
];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The edge: the gateway and its own routes.
#[derive(Clone)]
pub struct Edge {
    /// Shared state.
    pub gateway: Gateway,
    /// The gateway's own routes, behind their access checks.
    pub own: Router,
    /// Signs the internal token for them.
    pub key: InternalKey,
}

/// Outermost: the request's id, its span, and the headers that every answer carries.
pub async fn frame(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let offered = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let id = RequestId::accept(offered);
    let id_value = HeaderValue::from_str(id.as_str()).unwrap_or(HeaderValue::from_static("none"));
    request.headers_mut().insert(REQUEST_ID, id_value.clone());
    let address = client_address(&edge, &request);
    request.extensions_mut().insert(ClientAddress(address));
    let span = runtime::telemetry::request_span(request.method().as_str(), "edge", id.as_str());
    let path = request.uri().path();
    let is_api = path.starts_with("/api/") || path.starts_with("/scim/");
    let mut response = next.run(request).instrument(span.clone()).await;
    span.record("status", response.status().as_u16());
    span.in_scope(|| tracing::debug!(elapsed_ms = started.elapsed().as_millis(), "answered"));
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id_value);
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let policy = if is_api { DATA_CONTENT_SECURITY_POLICY } else { CONTENT_SECURITY_POLICY };
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    response
}

/// The address that the request came from, for limits and logs.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

fn client_address(edge: &Edge, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    if !edge.gateway.parts.config.trust_forwarded_for {
        return peer;
    }
    // The last entry is the one that our own proxy added; those before it are the client's to invent.
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|list| list.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    last.unwrap_or(peer)
}

/// What [`frame`] found out.
fn address_of(request: &Request) -> IpAddr {
    request.extensions().get::<ClientAddress>().map_or(Ipv4Addr::LOCALHOST.into(), |address| address.0)
}

/// Decides what a request is for, and answers it.
pub async fn answer(State(edge): State<Edge>, request: Request) -> Response {
    edge.answer(request).await.unwrap_or_else(|error| ApiError(error).into_response())
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The host that was asked: HTTP/2's `:authority`, else the `Host` header.
fn host_of(request: &Request) -> String {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    authority.unwrap_or_else(|| header_text(request.headers(), &header::HOST)).to_owned()
}

impl Edge {
    async fn answer(&self, request: Request) -> kernel::Result<Response> {
        let target = target(request.uri().path());
        if target == Target::Malformed {
            return Err(Error::input("This address is malformed"));
        }
        // Probes come from anywhere, by address, and must not depend on any organisation.
        if request.uri().path().starts_with("/.backstage/") {
            return self.own(request, &Identity::nobody(None), &Surface::Apex).await;
        }
        let surface = self.gateway.surface(&host_of(&request)).await?;
        if let Surface::Tenant(tenant) = &surface {
            tracing::Span::current().record("tenant", tracing::field::display(tenant.id));
        }
        match target {
            Target::Portal => self.portal(request.into_parts().0, &surface).await,
            Target::DemoGit => self.demo_git(request, &surface).await,
            target => self.api(request, &surface, target).await,
        }
    }

    async fn portal(&self, request: Parts, surface: &Surface) -> kernel::Result<Response> {
        let config = &self.gateway.parts.config;
        match surface {
            Surface::Apex | Surface::Tenant(_) => portal::answer(&self.gateway, &request, surface).await,
            Surface::Address { loopback: true } if host_name(&config.domain) == "localhost" => {
                let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
                Ok(Redirect::temporary(&format!("{}{path}", config.apex_origin())).into_response())
            }
            _ => Ok(self.nobody(&request.headers)),
        }
    }

    /// The same answer for every host that is nobody's, whatever the reason.
    fn nobody(&self, headers: &HeaderMap) -> Response {
        if !wants_page(header_text(headers, &header::ACCEPT)) {
            return ApiError(no_portal()).into_response();
        }
        let apex = self.gateway.parts.config.apex_origin();
        let page = notice(
            "There is no portal at this address",
            "Check the address for typing errors, or ask whoever gave it to you. The organisation may have moved or closed.",
            Some((&apex, "Go to the start page")),
        );
        let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
        (StatusCode::NOT_FOUND, headers, page).into_response()
    }

    async fn api(&self, request: Request, surface: &Surface, target: Target) -> kernel::Result<Response> {
        let address = address_of(&request);
        let identity = match self.gateway.identify(surface, request.headers(), address).await {
            Ok(identity) => identity,
            // Guessing costs look-ups: whoever shows wrong credentials counts as a stranger.
            Err(error) => match self.gateway.admit_stranger(address) {
                Ok(_) => return Err(error),
                Err(refusal) => return Ok(*refusal),
            },
        };
        if matches!(surface, Surface::Nobody { .. }) && identity.tenant.is_none() {
            return Ok(self.nobody(request.headers()));
        }
        if let Some(tenant) = &identity.tenant {
            tracing::Span::current().record("tenant", tracing::field::display(tenant.id));
        }
        self.check_origin(&request, surface, &identity)?;
        let lane = if target == Target::Plugin { Lane::Plugins } else { Lane::Own };
        let admission = match self.gateway.admit_request(&identity, request.headers(), address, lane).await {
            Ok(admission) => admission,
            Err(refusal) => return Ok(*refusal),
        };
        let answered = self.dispatch(request, &identity, surface, target).await;
        let mut response = answered.unwrap_or_else(|error| ApiError(error).into_response());
        admission.describe(response.headers_mut());
        Ok(response)
    }

    async fn dispatch(
        &self,
        request: Request,
        identity: &Identity,
        surface: &Surface,
        target: Target,
    ) -> kernel::Result<Response> {
        match target {
            Target::Own => self.own(request, identity, surface).await,
            Target::Service(service) => self.service(request, identity, surface, service).await,
            Target::Plugin => self.service(request, identity, surface, ServiceName::PluginHost).await,
            _ => Err(Error::not_found("There is no API at this address")),
        }
    }

    /// A change that rides on a cookie must come from the pages of the host that it counts on.
    fn check_origin(&self, request: &Request, surface: &Surface, identity: &Identity) -> kernel::Result<()> {
        let config = &self.gateway.parts.config;
        let own = match surface {
            Surface::Tenant(tenant) if identity.by_cookie => config.origin_at(&tenant.host),
            Surface::Apex if identity.by_cookie => config.apex_origin(),
            _ => return Ok(()),
        };
        let upgrade = request.headers().contains_key(header::UPGRADE);
        if may_use_cookie(request.method(), upgrade, &origins(request.headers()), &own) {
            return Ok(());
        }
        Err(Error::not_allowed("This request did not come from this portal's own pages"))
    }

    async fn service(
        &self,
        request: Request,
        identity: &Identity,
        surface: &Surface,
        service: ServiceName,
    ) -> kernel::Result<Response> {
        if service == ServiceName::TenantAdmin {
            let address = (*request.method() == Method::POST).then(|| address_of(&request));
            self.limit_public_writes(request.uri(), address).await?;
        }
        let host = match surface {
            Surface::Tenant(tenant) => tenant.host.clone(),
            _ => self.gateway.parts.config.domain.clone(),
        };
        forward::forward(&self.gateway, service, identity, &host, request).await
    }

    /// Limits what anybody may try without signing in: signing up, guessing links, and making us send mails.
    async fn limit_public_writes(&self, uri: &Uri, address: Option<IpAddr>) -> kernel::Result<()> {
        let Some(address) = address else { return Ok(()) };
        // In every spelling that the service takes for its route.
        let path = uri.path().trim_end_matches('/').to_ascii_lowercase();
        if path == "/api/tenant-admin/v1/signup" {
            return self.gateway.limit_sign_up(address).await;
        }
        if GUARDED.iter().any(|guarded| path.starts_with(guarded)) {
            return self.gateway.limit_address(address).await;
        }
        Ok(())
    }

    async fn own(&self, mut request: Request, identity: &Identity, surface: &Surface) -> kernel::Result<Response> {
        let tenant = identity.tenant.as_ref().map(|tenant| tenant.id);
        let token = self.key.issue(tenant, &identity.principal)?;
        let token = HeaderValue::from_str(&token).map_err(Error::internal)?;
        request.headers_mut().insert(TOKEN_HEADER, token);
        let origin = origin_of(&request);
        describe_client(request.headers_mut(), &origin);
        let address = address_of(&request);
        let tenant_host = match surface {
            Surface::Tenant(tenant) => Some(tenant.clone()),
            _ => None,
        };
        let visit = Visit {
            tenant: identity.tenant.clone(),
            tenant_host,
            session: identity.session.clone(),
            behind: identity.behind.clone(),
            operator: identity.operator.clone(),
            on_apex: matches!(surface, Surface::Apex),
            address,
        };
        request.extensions_mut().insert(visit);
        match self.own.clone().oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }

    /// The demo git host answers on the apex only, and only in demo installations.
    async fn demo_git(&self, request: Request, surface: &Surface) -> kernel::Result<Response> {
        let on_apex = matches!(surface, Surface::Apex | Surface::Address { .. });
        if !(on_apex && self.gateway.parts.config.demo) {
            return Ok(self.nobody(request.headers()));
        }
        forward::forward_demo_git(&self.gateway, request).await
    }
}

/// Where the request came from, for the audit log.
pub fn origin_of(request: &Request) -> Origin {
    let address = request.extensions().get::<ClientAddress>().map(|address| address.0.to_canonical().to_string());
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Origin { address, agent: Some(kind_of_program(agent)) }
}

/// All `Origin` headers of the request.
pub fn origins(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(header::ORIGIN).iter().map(|value| value.to_str().unwrap_or_default()).collect()
}

fn no_portal() -> Error {
    Error::not_found("There is no portal at this address")
}

/// Whether the method is one that files and pages answer.
pub fn reads(method: &Method) -> bool {
    !changes_state(method)
}

/// A body that was already read, for answers made here.
pub fn page(status: StatusCode, html: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    let policy = (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    (status, headers, [policy], Body::from(html)).into_response()
}
