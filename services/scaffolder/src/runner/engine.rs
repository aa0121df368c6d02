//! The engine on threads of its own, since rendering computes and must not hold up other requests.

use crate::domain::engine::{Engine, Limits};
use crate::domain::failure::{Failure, Outcome};
use std::sync::{Arc, Mutex, PoisonError};

/// One run's engine, shared by its steps. Clones share it.
#[derive(Debug, Clone)]
pub struct EngineHandle(Arc<Mutex<Engine>>);

impl EngineHandle {
    /// Loads an engine.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn load(limits: Limits) -> Outcome<Self> {
        blocking(move || Engine::new(limits).map(|engine| Self(Arc::new(Mutex::new(engine))))).await
    }

    /// Does something with the engine.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> Outcome<R> + Send + 'static,
    ) -> Outcome<R> {
        let engine = Arc::clone(&self.0);
        blocking(move || work(&engine.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}

/// Runs work that computes or touches the disk on a thread for such work.
///
/// # Errors
/// Those of `work`; `Error` when it panicked.
pub async fn blocking<R: Send + 'static>(work: impl FnOnce() -> Outcome<R> + Send + 'static) -> Outcome<R> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => {
            tracing::error!(%panic, "work of a step panicked");
            Err(Failure::error("An internal error occurred"))
        }
    }
}
