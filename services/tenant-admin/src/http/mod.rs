//! tenant-admin's HTTP API.

mod closing;
mod domains;
mod invitations;
mod me;
mod members;
mod passwords;
mod pictures;
mod portals;
mod signup;
mod tenant;
mod tokens;
mod usage;

use crate::state::TenantAdmin;
use authz::Permission;
use http_shell::{Access, Routes, routes};

/// Every route with its access.
#[must_use]
pub fn routes() -> Routes<TenantAdmin> {
    Routes::new("tenant-admin")
        .route(Access::public(), routes!(signup::sign_up))
        .route(Access::public(), routes!(signup::confirm_sign_up))
        .route(Access::public(), routes!(signup::get_slug_availability))
        .route(Access::user(Permission::TENANT_READ), routes!(tenant::get_tenant))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(tenant::update_tenant))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(closing::delete_tenant))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(pictures::set_picture, pictures::remove_picture))
        .route(Access::public(), routes!(pictures::get_picture))
        .route(Access::user(Permission::TENANT_READ), routes!(domains::list_domains))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(domains::add_domain))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(domains::verify_domain))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(domains::remove_domain))
        .route(Access::user(Permission::TENANT_READ), routes!(usage::get_usage))
        .route(Access::user(Permission::TENANT_READ), routes!(me::get_me))
        .route(Access::user(Permission::TENANT_MEMBER_READ), routes!(members::list_members))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::add_member))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::change_member, members::remove_member))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::renew_invitation))
        .route(Access::public(), routes!(invitations::get_invitation))
        .route(Access::public(), routes!(invitations::accept_invitation))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(passwords::reset_member))
        .route(Access::user(Permission::TENANT_READ), routes!(passwords::change_password))
        .route(Access::public(), routes!(passwords::request_reset))
        .route(Access::public(), routes!(passwords::get_reset))
        .route(Access::public(), routes!(passwords::apply_reset))
        .route(Access::public(), routes!(portals::ask_for_portals))
        .route(Access::public(), routes!(portals::list_portals))
        .route(Access::public(), routes!(portals::open_portal))
        .route(Access::user(Permission::TENANT_TOKEN_MANAGE), routes!(tokens::list_tokens, tokens::create_token))
        .route(Access::user(Permission::TENANT_TOKEN_MANAGE), routes!(tokens::delete_token))
}
