//! Background work of one process, so that shutdown can wait for all of it.
//!
//! Everything that runs beside a request is spawned here by name. A task that panics or fails is
//! logged and takes nothing else down; a task that ignores the shutdown token is named at the end.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::OptionFuture;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

const SAME_SIGNAL: Duration = Duration::from_secs(1);

/// Handle to the process's background work; clones share it.
#[derive(Clone, Default)]
pub struct Tasks {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    draining: AtomicBool,
    token: CancellationToken,
    tracker: TaskTracker,
    running: Mutex<BTreeMap<u64, String>>,
    next_id: AtomicU64,
}

impl Tasks {
    /// No tasks yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Spawns `future` under `name`. A panic is logged and ends this task only.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub fn spawn<F>(&self, name: impl Into<String>, future: F) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let name = name.into();
        let entry = Entry::new(self.inner.clone(), name.clone());
        let span = tracing::info_span!(parent: None, "task", task = %name);
        let guarded = async move {
            let _entry = entry;
            if let Err(panic) = AssertUnwindSafe(future).catch_unwind().await {
                tracing::error!(task = %name, panic = panic_text(panic.as_ref()), "task panicked");
            }
        };
        tokio::spawn(self.inner.tracker.track_future(guarded.instrument(span)))
    }

    /// Spawns work that may fail; the failure is logged with its causes.
    pub fn spawn_fallible<F>(&self, name: impl Into<String>, future: F) -> JoinHandle<()>
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let name = name.into();
        let label = name.clone();
        self.spawn(name, async move {
            if let Err(error) = future.await {
                tracing::error!(task = %label, error = format!("{error:#}"), "task failed");
            }
        })
    }

    /// Runs `job` every `period` until shutdown, the first time at once; runs never overlap.
    pub fn spawn_periodic<J, F>(&self, name: impl Into<String>, period: Duration, mut job: J) -> JoinHandle<()>
    where
        J: FnMut() -> F + Send + 'static,
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let name = name.into();
        let label = name.clone();
        let token = self.shutdown_token();
        self.spawn(name, async move {
            while !token.is_cancelled() {
                if let Err(error) = job().await {
                    tracing::warn!(task = %label, error = format!("{error:#}"), "periodic task failed; it will run again");
                }
                tokio::select! {
                    () = token.cancelled() => {}
                    () = tokio::time::sleep(period) => {}
                }
            }
        })
    }

    /// Whether new requests should go to another process.
    pub fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Relaxed)
    }

    /// Cancelled when the process is to stop.
    pub fn shutdown_token(&self) -> CancellationToken {
        self.inner.token.clone()
    }

    /// Asks every task to stop, without waiting.
    pub fn request_shutdown(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
        self.inner.token.cancel();
    }

    /// Requests shutdown on SIGINT, and on SIGTERM after a time of draining. Another signal a second later or more ends the
    /// process at once; sooner ones do not count, for a terminal and a parent may both pass the same one on.
    pub fn shutdown_on_signals(&self, drain: Duration) -> std::io::Result<()> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let tasks = self.clone();
        let watch = async move {
            let mut first: Option<Instant> = None;
            let mut drained = std::pin::pin!(None);
            loop {
                let name = tokio::select! {
                    _ = interrupt.recv() => "SIGINT",
                    _ = terminate.recv() => "SIGTERM",
                    Some(()) = OptionFuture::from(drained.as_mut().as_pin_mut()) => {
                        drained.set(None);
                        tasks.request_shutdown();
                        continue;
                    }
                };
                match first {
                    None => {
                        first = Some(Instant::now());
                        tracing::info!(signal = name, "stopping");
                        if name == "SIGTERM" && !drain.is_zero() {
                            tasks.inner.draining.store(true, Ordering::Relaxed);
                            drained.set(Some(tokio::time::sleep(drain)));
                        } else {
                            tasks.request_shutdown();
                        }
                    }
                    Some(first) if first.elapsed() < SAME_SIGNAL => {}
                    Some(_) => {
                        tracing::warn!(signal = name, "second signal: ending at once");
                        std::process::exit(130);
                    }
                }
            }
        };
        #[expect(clippy::disallowed_methods, reason = "outlives the tasks that shutdown waits for")]
        drop(tokio::spawn(watch));
        Ok(())
    }

    /// Requests shutdown and waits for all tasks; returns the names of those that did not end in time.
    pub async fn shutdown(&self, deadline: Duration) -> Vec<String> {
        self.request_shutdown();
        self.inner.tracker.close();
        match tokio::time::timeout(deadline, self.inner.tracker.wait()).await {
            Ok(()) => Vec::new(),
            Err(_) => self.running(),
        }
    }

    /// Names of the tasks that run now.
    pub fn running(&self) -> Vec<String> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// A row in the table of running tasks, removed when the task ends in whatever way.
struct Entry {
    inner: Arc<Inner>,
    id: u64,
}

impl Entry {
    fn new(inner: Arc<Inner>, name: String) -> Self {
        let id = inner.next_id.fetch_add(1, Ordering::Relaxed);
        inner.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, name);
        Self { inner, id }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn shutdown_waits_for_tasks_that_heed_the_token() {
        let tasks = Tasks::new();
        let token = tasks.shutdown_token();
        let done = Arc::new(AtomicU64::new(0));
        let seen = done.clone();
        tasks.spawn("heeds", async move {
            token.cancelled().await;
            tokio::time::sleep(Duration::from_millis(30)).await;
            seen.store(1, Ordering::SeqCst);
        });
        assert_eq!(tasks.running(), ["heeds"]);
        assert!(tasks.shutdown(Duration::from_secs(5)).await.is_empty());
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_task_that_ignores_shutdown_is_named() {
        let tasks = Tasks::new();
        let stuck = tasks.spawn("stuck", std::future::pending());
        assert_eq!(tasks.shutdown(Duration::from_millis(20)).await, ["stuck"]);
        stuck.abort();
    }

    #[tokio::test]
    async fn a_panic_ends_its_own_task_only() {
        let tasks = Tasks::new();
        let panicking = tasks.spawn("panics", async { panic!("on purpose") });
        assert!(panicking.await.is_ok());
        assert!(tasks.running().is_empty());
        assert!(!tasks.shutdown_token().is_cancelled());
    }

    #[tokio::test]
    async fn a_periodic_task_survives_its_failures() {
        let tasks = Tasks::new();
        let runs = Arc::new(AtomicU64::new(0));
        let counter = runs.clone();
        tasks.spawn_periodic("counts", Duration::from_millis(1), move || {
            let counter = counter.clone();
            async move {
                counter.fetch_add(1, Ordering::SeqCst);
                anyhow::bail!("on purpose")
            }
        });
        while runs.load(Ordering::SeqCst) < 3 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert!(tasks.shutdown(Duration::from_secs(5)).await.is_empty());
    }
}
