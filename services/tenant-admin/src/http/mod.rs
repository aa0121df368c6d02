//! tenant-admin's HTTP API.

mod invitations;
mod me;
mod members;
mod password_resets;
mod provider_set_up;
mod providers;
mod sign_in_rule;
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
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(password_resets::open_password_reset))
        .route(Access::public(), routes!(password_resets::get_password_reset, password_resets::use_password_reset))
        .route(Access::user(Permission::TENANT_SIGN_IN_READ), routes!(providers::list_providers))
        .route(Access::user(Permission::TENANT_SIGN_IN_UPDATE), routes!(providers::add_provider))
        .route(
            Access::user(Permission::TENANT_SIGN_IN_UPDATE),
            routes!(providers::change_provider, providers::remove_provider),
        )
        .route(Access::user(Permission::TENANT_SIGN_IN_UPDATE), routes!(provider_set_up::discover_provider))
        .route(Access::user(Permission::TENANT_SIGN_IN_UPDATE), routes!(provider_set_up::preview_mapping))
        .route(Access::user(Permission::TENANT_SIGN_IN_UPDATE), routes!(provider_set_up::start_test))
        .route(Access::user(Permission::TENANT_SIGN_IN_UPDATE), routes!(provider_set_up::get_test))
        .route(Access::user(Permission::TENANT_SIGN_IN_READ), routes!(sign_in_rule::get_rule))
        .route(Access::user(Permission::TENANT_SIGN_IN_UPDATE), routes!(sign_in_rule::set_rule))
        .route(Access::public(), routes!(invitations::get_invitation))
        .route(Access::public(), routes!(invitations::accept_invitation))
        .route(Access::user(Permission::TENANT_TOKEN_MANAGE), routes!(tokens::list_tokens, tokens::create_token))
        .route(Access::user(Permission::TENANT_TOKEN_MANAGE), routes!(tokens::delete_token))
}
