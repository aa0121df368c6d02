//! Calls a service's router as the gateway would: no ports, with an internal token.

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_shell::{Caller, InternalKey, TOKEN_HEADER};
use kernel::{Grants, Principal, SignedInBy, TenantId, User, system_clock};
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

/// The internal key that tests build routers with.
#[must_use]
pub fn key() -> InternalKey {
    InternalKey::new(b"an internal key for tests, 32 bytes+", system_clock())
}

/// A member with this role.
#[must_use]
pub fn user(role: &str) -> Principal {
    Principal::User(User {
        id: Uuid::from_u128(7),
        entity_ref: format!("user:default/{role}"),
        ownership_refs: vec![format!("user:default/{role}")],
        role: role.to_owned(),
        grants: Grants::default(),
        via: SignedInBy::Session,
        viewed_by: None,
        scopes: None,
    })
}

/// Anybody, asking for a tenant.
#[must_use]
pub fn caller(tenant: TenantId, principal: Principal) -> Caller {
    Caller { tenant, principal }
}

/// An administrator of the tenant.
#[must_use]
pub fn admin(tenant: TenantId) -> Caller {
    caller(tenant, user("admin"))
}

/// An ordinary member of the tenant.
#[must_use]
pub fn member(tenant: TenantId) -> Caller {
    caller(tenant, user("member"))
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status code.
    pub status: StatusCode,
    /// Response headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; `null` when it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Sends a JSON request for the caller (or for nobody) and reads the whole answer.
pub async fn request(router: &Router, by: Option<&Caller>, method: Method, path: &str, body: Option<Value>) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(by) = by {
        let token = key().issue(Some(by.tenant), &by.principal).expect("token");
        request = request.header(TOKEN_HEADER, token);
    }
    let body = match body {
        Some(value) => {
            request = request.header(http::header::CONTENT_TYPE, "application/json");
            Body::from(value.to_string())
        }
        None => Body::empty(),
    };
    send(router, request.body(body).expect("request")).await
}

/// Sends any request and reads the whole answer.
pub async fn send(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().oneshot(request).await.expect("routers do not fail");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 256 << 20).await.expect("body").to_vec();
    Reply { status: parts.status, headers: parts.headers, bytes }
}
