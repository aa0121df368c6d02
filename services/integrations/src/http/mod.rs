//! The routes that other services call, and those of administrators.

mod deliver;
mod exchange;
mod push;
mod read;
mod search;
mod source_hosts;
mod tree;

use crate::Integrations;
use authz::Permission;
use http_shell::{Access, Routes, routes};

/// A push carries a whole repository in its body.
pub(crate) const MAX_REQUEST_BYTES: usize = 64 << 20;

/// Every route of the service but those of the demo git host.
#[must_use]
pub fn routes() -> Routes<Integrations> {
    Routes::new("integrations")
        .route(Access::service(), routes!(read::read_url))
        .route(Access::service(), routes!(tree::read_tree))
        .route(Access::service(), routes!(search::search_files))
        .route(Access::service(), routes!(push::push_files))
        .route(Access::service(), routes!(deliver::deliver))
        .route(Access::service(), routes!(exchange::exchange))
        .route(Access::user(Permission::SOURCE_HOST_READ), routes!(source_hosts::list_source_hosts))
        .route(Access::user(Permission::SOURCE_HOST_UPDATE), routes!(source_hosts::connect_source_host))
        .route(
            Access::user(Permission::SOURCE_HOST_UPDATE),
            routes!(source_hosts::change_source_host, source_hosts::disconnect_source_host),
        )
        .route(Access::user(Permission::SOURCE_HOST_UPDATE), routes!(source_hosts::test_source_host))
}
