//! Extractors whose rejections leave as our own error body, and the caller.

use crate::ApiError;
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use kernel::{Error, Principal, TenantId};

/// Who is asking, and for which organisation. Only for routes that the access check guards.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The organisation whose data may be touched.
    pub tenant: TenantId,
    /// Who is asking.
    pub principal: Principal,
}

impl Caller {
    /// One of our services, acting for a tenant.
    #[must_use]
    pub fn service(tenant: TenantId, name: &str) -> Self {
        Self { tenant, principal: Principal::Service { name: name.to_owned() } }
    }
}

/// The same for public routes: the tenant is the host's, if the host is a tenant's, and the principal may be nobody.
#[derive(Debug, Clone)]
pub struct OptionalCaller {
    /// The organisation whose host was asked, if it was one's.
    pub tenant: Option<TenantId>,
    /// Who is asking.
    pub principal: Principal,
}

/// The operator who asks. Only for routes of the audience `operator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// What they call themselves.
    pub name: String,
}

impl Operator {
    /// How records name them: `operator:Ada`.
    #[must_use]
    pub fn label(&self) -> String {
        Principal::Operator { name: self.name.clone() }.label()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match OptionalCaller::from_request_parts(parts, state).await?.principal {
            Principal::Operator { name } => Ok(Self { name }),
            _ => Err(Error::not_allowed("This address is for the operator of the installation").into()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OptionalCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // The access check put it there; without one the route is not registered through `Routes`.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::internal("route without access check").into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = OptionalCaller::from_request_parts(parts, state).await?;
        let tenant = caller.tenant.ok_or_else(|| Error::authentication("Missing credentials"))?;
        Ok(Self { tenant, principal: caller.principal })
    }
}

/// A JSON body, in and out.
#[derive(Debug, Clone, Copy, Default, FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub struct Json<T>(pub T);

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Parameters of the path.
#[derive(Debug, Clone, Copy, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

/// Parameters of the query string.
#[derive(Debug, Clone, Copy, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub struct Query<T>(pub T);
