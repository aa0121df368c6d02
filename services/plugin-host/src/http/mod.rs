//! The routes.

mod call;
mod configure;
mod egress;
mod extensions;
mod installed;
mod operator;
mod previews;
mod reading;
mod remotes;
mod tasks;
mod upgrades;
mod uploads;
pub(crate) mod view;

pub(crate) use remotes::{PortalFeature, feature, remote_file, remote_prefix};

use crate::State;
use authz::Permission;
use http_shell::{Access, Routes, routes};

/// Every route of the plugin host with its access.
#[must_use]
pub fn routes() -> Routes<State> {
    Routes::new("plugins")
        .route(Access::user(Permission::PLUGIN_READ), routes!(installed::list_installed))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(installed::install_plugin))
        .route(Access::user(Permission::PLUGIN_READ), routes!(installed::get_installed))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(installed::remove_plugin))
        .route(Access::user(Permission::PLUGIN_READ), routes!(reading::list_available))
        .route(Access::user(Permission::PLUGIN_READ), routes!(reading::get_about))
        .route(Access::user(Permission::PLUGIN_READ), routes!(reading::get_config_schema))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(configure::set_config))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(configure::restart_worker))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(configure::get_logs))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(egress::get_egress, egress::set_egress))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(egress::get_isolation))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(uploads::list_uploads, uploads::upload_plugin))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(uploads::get_upload, uploads::delete_upload))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(uploads::publish_upload))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(uploads::set_previewers))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(uploads::get_upload_logs))
        .route(Access::user(Permission::PLUGIN_USE), routes!(previews::list_previews))
        .route(Access::user(Permission::PLUGIN_USE), routes!(previews::set_preview))
        .route(Access::service(), routes!(previews::list_portal_previews))
        .route(Access::user(Permission::PLUGIN_READ), routes!(upgrades::list_upgrades))
        .route(Access::user(Permission::PLUGIN_READ), routes!(upgrades::get_upgrade))
        .route(Access::user(Permission::PLUGIN_READ), routes!(upgrades::get_version_history))
        .route(Access::user(Permission::PLUGIN_READ), routes!(upgrades::get_upgrade_policy))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(upgrades::set_upgrade_policy))
        .route(Access::user(Permission::PLUGIN_USE), routes!(upgrades::report_beacon))
        .route(Access::operator(), routes!(operator::plugins::list_operator_plugins))
        .route(Access::operator(), routes!(operator::plugins::list_operator_organizations))
        .route(Access::operator(), routes!(operator::plugins::list_operator_history))
        .route(Access::operator(), routes!(operator::rollouts::list_rollouts, operator::start::start_rollout))
        .route(Access::operator(), routes!(operator::rollouts::get_rollout))
        .route(Access::operator(), routes!(operator::rollouts::list_rollout_organizations))
        .route(Access::operator(), routes!(operator::pictures::get_rollout_picture))
        .route(Access::operator(), routes!(operator::start::stop_rollout))
        .route(Access::operator(), routes!(operator::start::revert_rollout))
        .route(Access::operator(), routes!(operator::machine::list_workers))
        .route(Access::operator(), routes!(operator::machine::get_operator_isolation))
        .route(Access::operator(), routes!(operator::machine::list_deeds))
        .route(Access::public(), routes!(remotes::get_remote_file))
        .route(Access::service(), routes!(remotes::list_portal_features))
        .route(Access::user(Permission::PLUGIN_READ), routes!(tasks::list_plugin_tasks))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(tasks::run_plugin_task))
        .route(Access::service(), routes!(extensions::list_extensions))
        .route(Access::service(), routes!(extensions::publish_event))
        .route(Access::user(Permission::PLUGIN_READ), routes!(extensions::list_permissions))
        .route(Access::service(), routes!(extensions::operate))
        .route(Access::user(Permission::PLUGIN_USE), routes!(call::call_plugin))
        .route(Access::user(Permission::PLUGIN_USE), routes!(call::call_plugin_root))
}
