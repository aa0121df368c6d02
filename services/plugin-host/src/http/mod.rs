//! The routes.

mod call;
mod configure;
mod egress;
mod installed;
mod remotes;
pub(crate) mod view;

pub(crate) use remotes::remote_prefix;

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
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(configure::set_config))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(configure::restart_worker))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(configure::get_logs))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(egress::get_egress, egress::set_egress))
        .route(Access::user(Permission::PLUGIN_UPDATE), routes!(egress::get_isolation))
        .route(Access::public(), routes!(remotes::get_remote_file))
        .route(Access::service(), routes!(remotes::list_portal_features))
        .route(Access::user(Permission::PLUGIN_USE), routes!(call::call_plugin))
}
