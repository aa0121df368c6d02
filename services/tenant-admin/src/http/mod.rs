//! tenant-admin's HTTP API.

mod audit;
mod audit_streams;
mod closing;
mod domains;
mod invitations;
mod me;
mod member_link;
pub(crate) mod members;
mod outgoing_mails;
mod own_password;
mod password_resets;
mod permissions;
mod pictures;
mod policies;
mod policy_draft;
mod policy_exchange;
mod policy_publish;
mod policy_review;
mod portals;
mod provider_set_up;
mod providers;
mod reading;
mod scim_admin;
mod scim_groups;
mod scim_meta;
mod scim_reply;
mod scim_users;
mod secret_grants;
mod secret_view;
mod secrets;
mod service_tokens;
mod sign_in_rule;
mod signup;
mod tenant;
mod tokens;
mod usage;

use crate::domain::undo;
use crate::state::TenantAdmin;
use ::store::AuditRow;
use authz::Permission;
use http_shell::{Access, Routes, routes};
use kernel::Result;
use serde_json::Value;

pub use audit::{Verification, verify};

/// Every route with its access.
#[must_use]
pub fn routes() -> Routes<TenantAdmin> {
    let parts = [
        organisation_routes,
        people_routes,
        policies_routes,
        sign_in_routes,
        credentials_routes,
        records_routes,
        directory_routes,
    ];
    parts.into_iter().fold(Routes::new("tenant-admin"), |routes, part| part(routes))
}

fn organisation_routes(routes: Routes<TenantAdmin>) -> Routes<TenantAdmin> {
    routes
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
        .route(Access::user(Permission::SOURCE_HOST_READ), routes!(reading::get_reading))
        .route(Access::user(Permission::SOURCE_HOST_UPDATE), routes!(reading::set_reading))
}

fn people_routes(routes: Routes<TenantAdmin>) -> Routes<TenantAdmin> {
    routes
        .route(Access::user(Permission::TENANT_READ), routes!(me::get_me))
        .route(Access::user(Permission::TENANT_MEMBER_READ), routes!(members::list_members))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::add_member))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::change_member, members::remove_member))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(members::renew_invitation))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(password_resets::open_password_reset))
        .route(Access::public(), routes!(password_resets::get_password_reset, password_resets::use_password_reset))
        .route(Access::public(), routes!(invitations::get_invitation))
        .route(Access::public(), routes!(invitations::accept_invitation))
        .route(Access::public(), routes!(password_resets::ask_for_password_reset))
        .route(Access::public(), routes!(portals::ask_for_portals))
        .route(Access::public(), routes!(portals::list_portals))
        .route(Access::public(), routes!(portals::open_portal))
}

fn policies_routes(routes: Routes<TenantAdmin>) -> Routes<TenantAdmin> {
    let read_policies = Access::user(Permission::TENANT_POLICY_READ);
    let change_policies = Access::user(Permission::TENANT_POLICY_UPDATE);
    routes
        .route(read_policies, routes!(policies::get_policies))
        .route(read_policies, routes!(policies::list_versions))
        .route(read_policies, routes!(policies::get_version))
        .route(read_policies, routes!(policies::explain))
        .route(read_policies, routes!(permissions::list_permissions))
        .route(read_policies, routes!(policy_exchange::export_policies))
        .route(read_policies, routes!(policy_review::review_draft))
        .route(read_policies, routes!(policy_review::review_version))
        .route(change_policies, routes!(policy_draft::set_draft, policy_draft::discard_draft))
        .route(change_policies, routes!(policy_exchange::import_policies))
        .route(change_policies, routes!(policy_publish::publish))
        .route(change_policies, routes!(policy_publish::revert))
}

fn sign_in_routes(routes: Routes<TenantAdmin>) -> Routes<TenantAdmin> {
    routes
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
}

fn credentials_routes(routes: Routes<TenantAdmin>) -> Routes<TenantAdmin> {
    routes
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
        .route(Access::service(), routes!(outgoing_mails::send_mails))
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

fn records_routes(routes: Routes<TenantAdmin>) -> Routes<TenantAdmin> {
    routes
        .route(Access::user(Permission::TENANT_AUDIT_READ), routes!(audit::list_audit))
        .route(Access::user(Permission::TENANT_AUDIT_READ), routes!(audit::export_audit))
        .route(Access::user(Permission::TENANT_AUDIT_READ), routes!(audit::verify_audit))
        .route(Access::user(Permission::TENANT_AUDIT_READ), routes!(audit::get_audit_settings))
        .route(Access::user(Permission::TENANT_AUDIT_UPDATE), routes!(audit::change_audit_settings))
        .route(Access::user(Permission::TENANT_AUDIT_READ), routes!(audit::undo_change))
        .route(Access::user(Permission::TENANT_AUDIT_READ), routes!(audit_streams::list_streams))
        .route(Access::user(Permission::TENANT_AUDIT_UPDATE), routes!(audit_streams::add_stream))
        .route(
            Access::user(Permission::TENANT_AUDIT_UPDATE),
            routes!(audit_streams::change_stream, audit_streams::remove_stream),
        )
}

fn directory_routes(routes: Routes<TenantAdmin>) -> Routes<TenantAdmin> {
    routes
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(scim_admin::get_provisioning))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(scim_admin::add_scim_token))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(scim_admin::delete_scim_token))
        .route(Access::user(Permission::TENANT_MEMBER_UPDATE), routes!(scim_admin::change_scim_group))
        .route(Access::provisioner(), routes!(scim_meta::get_service_provider_config))
        .route(Access::provisioner(), routes!(scim_meta::list_resource_types))
        .route(Access::provisioner(), routes!(scim_meta::list_schemas))
        .route(Access::provisioner(), routes!(scim_users::list_users, scim_users::create_user))
        .route(
            Access::provisioner(),
            routes!(scim_users::get_user, scim_users::replace_user, scim_users::patch_user, scim_users::delete_user),
        )
        .route(Access::provisioner(), routes!(scim_groups::list_groups, scim_groups::create_group))
        .route(
            Access::provisioner(),
            routes!(
                scim_groups::get_group,
                scim_groups::replace_group,
                scim_groups::patch_group,
                scim_groups::delete_group
            ),
        )
}

/// The state that taking this event's change back leads to.
fn taken_back(current: &Value, event: &AuditRow) -> Result<Value> {
    let (before, after) = (event.before.as_ref(), event.after.as_ref());
    undo::taken_back(current, before.unwrap_or(&Value::Null), after.unwrap_or(&Value::Null))
}
