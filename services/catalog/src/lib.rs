//! The catalog: entities, where they come from, and how they are found; and search over them.
//!
//! Owns the tables of `migrations/02xx`. Invariants:
//!
//! - What a person registered or asked for is a row and a job of one transaction before it is acknowledged.
//! - One run of reading is taken over as a whole or not at all: entities, both directions of their relations, search
//!   terms and search documents change together.
//! - A file that cannot be read or understood changes nothing but the status of what it emitted before.
//! - The first file to claim an entity keeps it; what nobody emits any more is removed.
//! - No address is contacted from here: files are read by the integrations service.
//! - What is answered from memory ([`index`]) is what SQL would answer, as of a moment after the request arrived.
//!
//! Start reading at [`routes`] for what is answered, at [`jobs`] for how entities come about, at [`domain::filter`],
//! [`index`] and `store::conditions` for how they are found.

mod access;
pub mod config;
pub mod domain;
pub mod finder;
mod http;
pub mod index;
pub mod jobs;
pub mod replica;
pub mod store;

pub use config::Config;
pub use http::routes;

use ::store::Db;
use domain::cursor::CursorKey;
use http_shell::ServiceClient;
use kernel::SharedClock;
use std::sync::Arc;
use tokio::sync::Notify;

/// What handlers and jobs share. Cloned for each request, so it is one pointer.
#[derive(Clone)]
pub struct State(Arc<Shared>);

impl std::ops::Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What is behind a [`State`].
pub struct Shared {
    pub(crate) db: Db,
    pub(crate) client: ServiceClient,
    pub(crate) config: Config,
    pub(crate) cursors: CursorKey,
    pub(crate) clock: SharedClock,
    pub(crate) wake: Notify,
    pub(crate) remembered: access::Remembered,
    pub(crate) catalogs: index::Catalogs,
    pub(crate) finder: finder::Finder,
    pub(crate) pasts: index::Pasts,
    pub(crate) processors: jobs::processors::Known,
}

impl State {
    /// `internal_key` is the secret that all processes of the installation share: cursors are signed under it.
    #[must_use]
    pub fn new(db: Db, client: ServiceClient, config: Config, internal_key: &[u8], clock: SharedClock) -> Self {
        let catalogs = index::Catalogs::new(db.clone(), config.index);
        let text_index_bytes = if config.index.enabled { config.index.text_index_bytes } else { 0 };
        let finder = finder::Finder::new(db.clone(), text_index_bytes);
        let pasts = index::Pasts::new(db.clone(), catalogs.clone(), config.index);
        Self(Arc::new(Shared {
            db,
            client,
            config,
            cursors: CursorKey::derive(internal_key),
            clock,
            wake: Notify::new(),
            remembered: access::Remembered::default(),
            catalogs,
            finder,
            pasts,
            processors: jobs::processors::Known::default(),
        }))
    }
}
