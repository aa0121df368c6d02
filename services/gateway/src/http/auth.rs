//! The stock front end's view of identity: refresh, user info, keys.

use crate::domain::user_token;
use crate::state::Gateway;
use crate::store::member::Member;
use crate::store::operator::OperatorSession;
use crate::store::session::Session;
use crate::store::tenant::Tenant;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::IntoResponse;
use credential::signing::PublicKey;
use http_shell::{ApiError, Json, OptionalCaller, Result};
use kernel::{Error, Principal};
use serde::Serialize;
use std::net::IpAddr;
use std::sync::Arc;
use utoipa::ToSchema;

/// What the edge found out about a request to the gateway's own routes.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// The organisation, by host or by token.
    pub tenant: Option<Arc<Tenant>>,
    /// The organisation whose own host was asked.
    pub tenant_host: Option<Arc<Tenant>>,
    /// The session behind the cookie or the user token.
    pub session: Option<Arc<Session>>,
    /// The member on whose behalf a plugin asks.
    pub behind: Option<Arc<Member>>,
    /// The operator's session.
    pub operator: Option<Arc<OperatorSession>>,
    /// Whether the installation's own host was asked.
    pub on_apex: bool,
    /// Where the request came from.
    pub address: IpAddr,
}

impl Visit {
    /// The organisation whose host was asked.
    pub fn on_tenant_host(&self) -> kernel::Result<&Arc<Tenant>> {
        self.tenant_host.as_ref().ok_or_else(|| Error::not_found("Sign-in is at your organisation's own address"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::internal("request did not pass the edge").into())
    }
}

/// Who a person is, as the portal shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Profile {
    email: String,
    display_name: String,
}

/// What an identity stands for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IdentityType {
    User,
}

/// Identity of a user in the catalog.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserIdentity {
    r#type: IdentityType,
    user_entity_ref: String,
    ownership_entity_refs: Vec<String>,
}

/// A Backstage user token and what it stands for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackstageIdentity {
    token: String,
    expires_in_seconds: i64,
    identity: UserIdentity,
}

/// The answer that the stock front end's sign-in expects.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefreshAnswer {
    profile: Profile,
    backstage_identity: BackstageIdentity,
}

/// Exchanges the session cookie for a Backstage user token.
///
/// Needs the header `X-Requested-With: XMLHttpRequest`, which no other site can make a browser send.
#[utoipa::path(get, path = "/api/auth/proscenium/refresh", tag = "auth",
    responses((status = 200, body = RefreshAnswer), (status = 401, description = "Not signed in")))]
pub(crate) async fn refresh(
    State(gateway): State<Gateway>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    let tenant = visit.on_tenant_host()?;
    if headers.get("x-requested-with").is_none_or(|value| value != "XMLHttpRequest") {
        return Err(Error::authentication("Must use the header X-Requested-With: XMLHttpRequest").into());
    }
    let session = gateway.session_of_cookie(tenant.id, &headers).await?;
    let session = session.ok_or_else(|| Error::authentication("You are not signed in"))?;
    let key = gateway.signing_key(tenant.id).await?;
    let origin = gateway.parts.config.tenant_origin(&tenant.slug);
    let member = session.acting();
    let claims = user_token::claims(tenant.id, &origin, &member.user_ref, session.session_id, gateway.now());
    let token = user_token::sign(&key, &claims)?;
    let answer = RefreshAnswer {
        profile: Profile { email: member.email.clone(), display_name: member.name.clone() },
        backstage_identity: BackstageIdentity {
            token,
            expires_in_seconds: user_token::LIFETIME.whole_seconds(),
            identity: UserIdentity {
                r#type: IdentityType::User,
                user_entity_ref: member.user_ref.clone(),
                ownership_entity_refs: gateway.ownership_of(tenant.id, member).await,
            },
        },
    };
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(answer)))
}

/// Subject and entitlements of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserInfoClaims {
    /// The user's entity ref.
    sub: String,
    /// Every ref whose possessions count as the user's.
    ent: Vec<String>,
}

/// User info.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserInfo {
    claims: UserInfoClaims,
}

/// Tells whose the credentials are and what they own.
///
/// A plugin that was called by somebody is told about that person, with the token that it was called with.
#[utoipa::path(get, path = "/api/auth/v1/userinfo", tag = "auth", responses((status = 200, body = UserInfo),
    (status = 401, description = "No credentials"), (status = 403, description = "Nobody in particular is behind them")))]
pub(crate) async fn userinfo(
    State(gateway): State<Gateway>,
    visit: Visit,
    caller: OptionalCaller,
) -> Result<Json<UserInfo>> {
    let claims = match (&caller.principal, caller.tenant, &visit.behind) {
        (Principal::Nobody, ..) => return Err(Error::authentication("Missing credentials").into()),
        (Principal::User(user), ..) => {
            UserInfoClaims { sub: user.entity_ref.clone(), ent: user.ownership_refs.clone() }
        }
        (Principal::Worker { .. }, Some(tenant), Some(member)) => {
            UserInfoClaims { sub: member.user_ref.clone(), ent: gateway.ownership_of(tenant, member).await }
        }
        _ => return Err(Error::not_allowed("Only people have user info").into()),
    };
    Ok(Json(UserInfo { claims }))
}

/// A set of public keys (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Jwks {
    #[schema(value_type = Vec<Object>)]
    keys: Vec<serde_json::Value>,
}

/// Lists the public keys that check this organisation's user tokens; no other organisation's are among them.
#[utoipa::path(get, path = "/api/auth/.well-known/jwks.json", tag = "auth", responses((status = 200, body = Jwks)))]
pub(crate) async fn jwks(State(gateway): State<Gateway>, visit: Visit) -> Result<impl IntoResponse> {
    let tenant = visit.tenant.ok_or_else(|| Error::not_found("Keys are at an organisation's own address"))?;
    // Asking for the keys makes the first one, so that a verifier that starts early is not left with none.
    gateway.signing_key(tenant.id).await?;
    let keys = gateway.public_keys(tenant.id).await?.iter().map(PublicKey::jwk).collect();
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=30"))], Json(Jwks { keys })))
}
