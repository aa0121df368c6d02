//! The routes that other services call.

mod push;
mod read;
mod tree;

pub(crate) use tree::{Tree, TreeFile};

use crate::Integrations;
use http_shell::{Access, Routes, routes};

/// A push carries a whole repository in its body.
pub(crate) const MAX_REQUEST_BYTES: usize = 64 << 20;

/// Every route of the service but those of the demo git host.
#[must_use]
pub fn routes() -> Routes<Integrations> {
    Routes::new("integrations")
        .route(Access::service(), routes!(read::read_url))
        .route(Access::service(), routes!(tree::read_tree))
        .route(Access::service(), routes!(push::push_files))
}
