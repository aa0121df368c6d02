//! tenant-admin's HTTP API.

mod invitations;
mod me;
mod members;
mod secret_grants;
mod secret_view;
mod secrets;
mod service_tokens;
mod signup;
mod tenant;
mod tokens;

use crate::state::TenantAdmin;
use authz::Permission;
use http_shell::{Access, Routes, routes};

/// Every route with its access.
#[must_use]
pub fn routes() -> Routes<TenantAdmin> {
    Routes::new("tenant-admin")
        .route(Access::public(), routes!(signup::sign_up))
        .route(Access::public(), routes!(signup::get_slug_availability))
        .route(Access::user(Permission::TENANT_READ), routes!(tenant::get_tenant))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(tenant::update_tenant))
        .route(Access::user(Permission::TENANT_READ), routes!(me::get_me))
        .route(Access::user(Permission::TENANT_MEMBER_READ), routes!(members::list_members))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::add_member))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::change_member, members::remove_member))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::renew_invitation))
        .route(Access::public(), routes!(invitations::get_invitation))
        .route(Access::public(), routes!(invitations::accept_invitation))
        .route(Access::user(Permission::TENANT_SECRET_READ), routes!(secrets::list_secrets))
        .route(Access::user(Permission::TENANT_SECRET_READ), routes!(secrets::get_secret))
        .route(Access::user(Permission::TENANT_SECRET_UPDATE), routes!(secrets::create_secret))
        .route(Access::user(Permission::TENANT_SECRET_UPDATE), routes!(secrets::update_secret, secrets::delete_secret))
        .route(Access::user(Permission::TENANT_SECRET_UPDATE), routes!(secrets::rotate_secret))
        .route(
            Access::user(Permission::TENANT_SECRET_UPDATE),
            routes!(secret_grants::grant_secret, secret_grants::revoke_grant),
        )
        .route(Access::service(), routes!(secret_grants::resolve_secrets))
        .route(Access::user(Permission::TENANT_TOKEN_MANAGE), routes!(tokens::list_tokens, tokens::create_token))
        .route(Access::user(Permission::TENANT_TOKEN_MANAGE), routes!(tokens::delete_token))
        .route(Access::user(Permission::TENANT_TOKEN_READ), routes!(tokens::list_member_tokens))
        .route(Access::user(Permission::TENANT_TOKEN_UPDATE), routes!(tokens::revoke_member_token))
        .route(Access::user(Permission::TENANT_TOKEN_READ), routes!(service_tokens::list_service_tokens))
        .route(Access::user(Permission::TENANT_TOKEN_UPDATE), routes!(service_tokens::create_service_token))
        .route(Access::user(Permission::TENANT_TOKEN_UPDATE), routes!(service_tokens::delete_service_token))
        .route(Access::user(Permission::TENANT_TOKEN_MANAGE), routes!(service_tokens::get_token_policy))
        .route(Access::user(Permission::TENANT_TOKEN_UPDATE), routes!(service_tokens::set_token_policy))
}
