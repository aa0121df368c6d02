//! One connection to Redis that never makes its user wait: when Redis is away, calls give `None`.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult};

use crate::config::SecretUrl;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const ANSWER_TIMEOUT: Duration = Duration::from_millis(250);
/// How long calls are skipped after one failed, so that an outage costs one time-out and not one each.
const PAUSE: Duration = Duration::from_secs(1);

/// Clones share the connection.
#[derive(Clone)]
pub(crate) struct RedisLink {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    shown: String,
    manager: tokio::sync::Mutex<Option<ConnectionManager>>,
    resume_at: Mutex<Option<Instant>>,
    down: AtomicBool,
}

impl RedisLink {
    pub(crate) fn new(url: &SecretUrl) -> anyhow::Result<Self> {
        let client =
            Client::open(url.expose()).map_err(|error| anyhow::anyhow!("redis.url = {}: {error}", url.masked()))?;
        let inner = Inner {
            client,
            shown: url.masked(),
            manager: tokio::sync::Mutex::default(),
            resume_at: Mutex::default(),
            down: AtomicBool::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    /// Whether the last call failed.
    pub(crate) fn is_down(&self) -> bool {
        self.inner.down.load(Ordering::Relaxed)
    }

    /// Runs one command; `None` when Redis is away or does not answer in time.
    pub(crate) async fn run<T, F>(&self, command: impl FnOnce(ConnectionManager) -> F) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        if self.is_paused() {
            return None;
        }
        let attempt = async {
            let manager = self.manager().await?;
            command(manager).await
        };
        match tokio::time::timeout(CONNECT_TIMEOUT + ANSWER_TIMEOUT, attempt).await {
            Ok(Ok(value)) => {
                if self.inner.down.swap(false, Ordering::Relaxed) {
                    tracing::info!(redis = %self.inner.shown, "Redis answers again");
                }
                Some(value)
            }
            Ok(Err(error)) => self.failed(&error.to_string()),
            Err(_) => self.failed("no answer in time"),
        }
    }

    async fn manager(&self) -> RedisResult<ConnectionManager> {
        let mut slot = self.inner.manager.lock().await;
        if let Some(manager) = slot.as_ref() {
            return Ok(manager.clone());
        }
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(ANSWER_TIMEOUT));
        let manager = ConnectionManager::new_with_config(self.inner.client.clone(), config).await?;
        Ok(slot.insert(manager).clone())
    }

    fn is_paused(&self) -> bool {
        let resume_at = self.inner.resume_at.lock().unwrap_or_else(PoisonError::into_inner);
        resume_at.is_some_and(|at| Instant::now() < at)
    }

    fn failed<T>(&self, error: &str) -> Option<T> {
        *self.inner.resume_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
        if !self.inner.down.swap(true, Ordering::Relaxed) {
            tracing::warn!(redis = %self.inner.shown, error, "Redis is away; going on without it");
        }
        None
    }
}
