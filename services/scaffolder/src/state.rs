//! What handlers and jobs share.

use crate::config::Config;
use http_shell::ServiceClient;
use runtime::Tasks;
use std::sync::Arc;
use store::Db;
use tokio::sync::Notify;

/// The service's state. Cheap to clone.
#[derive(Clone)]
pub struct State {
    /// The database.
    pub db: Db,
    /// Other services.
    pub client: ServiceClient,
    /// Settings.
    pub config: Arc<Config>,
    /// Background work of the process.
    pub tasks: Tasks,
    /// Wakes the worker of this process.
    pub wake: Arc<Notify>,
}

impl State {
    /// The service on its ground.
    #[must_use]
    pub fn new(db: Db, client: ServiceClient, config: Config, tasks: Tasks) -> Self {
        Self { db, client, config: Arc::new(config), tasks, wake: Arc::default() }
    }
}
