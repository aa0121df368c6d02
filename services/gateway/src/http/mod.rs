//! The gateway's HTTP: one door for every request, the gateway's own routes, the way to the services, the portal.

mod auth;
mod cookie_api;
mod documents;
mod edge;
mod federated;
mod forward;
mod health;
mod operator;
mod password;
mod permission;
mod portal;
mod portal_page;
mod refused;
mod sessions;
mod sign_in;
mod trial;
mod view_as;

use crate::state::Gateway;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use http_shell::{Access, InternalKey, Routes, routes};

pub(crate) use auth::Visit;

/// The gateway's own routes. They are behind the same access check as every service's.
#[must_use]
pub fn routes() -> Routes<Gateway> {
    let signed_in = || Access::user(authz::Permission::TENANT_READ);
    let of_members = || Access::user(authz::Permission::TENANT_MEMBER_UPDATE);
    Routes::new("gateway")
        .route(Access::public(), routes!(sign_in::sign_in))
        .route(Access::public(), routes!(sign_in::handoff))
        .route(Access::public(), routes!(federated::get_options))
        .route(Access::public(), routes!(federated::start))
        .route(Access::public(), routes!(federated::take_back))
        .route(Access::public(), routes!(auth::refresh))
        .route(Access::public(), routes!(sign_in::logout))
        .route(Access::public(), routes!(auth::jwks))
        .route(Access::public(), routes!(auth::userinfo))
        .route(signed_in(), routes!(sessions::list_sessions, sessions::revoke_sessions))
        .route(signed_in(), routes!(sessions::revoke_session))
        .route(signed_in(), routes!(password::change_password))
        .route(of_members(), routes!(sessions::list_member_sessions, sessions::revoke_member_sessions))
        .route(of_members(), routes!(sessions::revoke_member_session))
        .route(of_members(), routes!(sessions::revoke_all_sessions))
        .route(signed_in(), routes!(cookie_api::get_cookie, cookie_api::delete_cookie))
        .route(Access::user(authz::Permission::TENANT_MEMBER_VIEW_AS), routes!(view_as::begin))
        .route(signed_in(), routes!(view_as::end))
        .route(Access::public(), routes!(operator::sign_in))
        .route(Access::operator(), routes!(operator::get_session, operator::sign_out))
        .route(Access::public(), routes!(permission::authorize))
        .route(Access::public(), routes!(health::liveness))
        .route(Access::public(), routes!(health::readiness))
        .route(Access::public(), routes!(documents::get_document))
        .route(Access::public(), routes!(documents::docs_page))
        .route(Access::public(), routes!(documents::docs_script))
}

/// The router that listens to the outside.
pub fn edge(gateway: Gateway, key: &InternalKey) -> Router {
    let own = routes().build(gateway.clone(), key).router;
    let edge = edge::Edge { gateway, own, key: key.clone() };
    Router::new()
        .fallback(edge::answer)
        .with_state(edge.clone())
        .layer(from_fn(http_shell::render))
        .layer(from_fn_with_state(edge, edge::frame))
}
