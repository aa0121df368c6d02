//! Events between plugins, and from outside to plugins: each subscriber's is a job, so none is lost while its worker sleeps
//! or restarts. Delivery is at least once, in no order.

use crate::State;
use crate::state::Target;
use crate::store::description::list_descriptions;
use crate::supervisor::launch::Launching;
use axum::body::Body;
use http::{Request, StatusCode};
use kernel::{Error, Result, TenantId};
use plugin_protocol::control::{self, Event};
use runtime::Tasks;
use std::time::Duration;
use store::queue::{self, Job, NewJob};
use uuid::Uuid;

/// The queue of events; the key is the subscriber and a fresh id, the payload the event.
pub const QUEUE: &str = "plugins.event";

/// Bytes of one event as JSON.
const MAX_BYTES: usize = 1 << 20;
/// Events that are delivered at once.
const AT_ONCE: u16 = 4;
/// A process that dies in the middle of a delivery is succeeded after that.
const LEASE: Duration = Duration::from_secs(90);
/// What a subscriber may take.
const DELIVER: Duration = Duration::from_secs(60);
/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Queues an event for every plugin that listens to its topic, but for the one that sent it.
///
/// # Errors
/// `Input` when it is too large; those of the database.
pub async fn publish(launching: &Launching, tenant: TenantId, from: Option<&str>, event: &Event) -> Result<usize> {
    let payload = serde_json::to_value(event).map_err(Error::internal)?;
    if payload.to_string().len() > MAX_BYTES {
        return Err(Error::input(format!("An event has at most {MAX_BYTES} bytes")));
    }
    let mut tx = launching.db().tenant(tenant).await?;
    let listens = |description: &control::Description| {
        description.event_subscriptions.iter().any(|one| one.topics.contains(&event.topic))
    };
    let mut count = 0;
    for plugin in list_descriptions(&mut tx).await? {
        if from != Some(&*plugin.plugin_id) && plugin.description.as_ref().is_some_and(|json| listens(&json.0)) {
            let key = format!("{} {}", plugin.plugin_id, Uuid::now_v7());
            queue::enqueue(&mut tx, NewJob::now(QUEUE, &key).with(payload.clone())).await?;
            count += 1;
        }
    }
    tx.commit().await?;
    Ok(count)
}

/// Delivers what is queued.
pub fn spawn(state: &State, tasks: &Tasks) {
    let (state, shutdown) = (state.clone(), tasks.shutdown_token());
    tasks.spawn("plugins.events", async move {
        while !shutdown.is_cancelled() {
            match queue::claim(&state.db, QUEUE, AT_ONCE, LEASE).await {
                Ok(jobs) if !jobs.is_empty() => {
                    let deliveries = futures::future::join_all(jobs.iter().map(|job| deliver(&state, job)));
                    shutdown.run_until_cancelled(deliveries).await;
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the queue of events cannot be read"),
            }
            shutdown.run_until_cancelled(tokio::time::sleep(LOOK)).await;
        }
    });
}

async fn deliver(state: &State, job: &Job) {
    let plugin_id = job.key.split(' ').next().unwrap_or_default();
    let outcome = send(state, job, plugin_id).await;
    let written = async {
        let mut tx = state.db.tenant(job.tenant()).await?;
        match &outcome {
            Ok(()) => {
                queue::complete(&mut tx, job).await?;
            }
            Err(error) => {
                tracing::info!(tenant = %job.tenant(), plugin = plugin_id, %error, "an event was not delivered");
                queue::fail(&mut tx, job, &error.message, queue::back_off(job.attempts)).await?;
            }
        }
        tx.commit().await
    };
    if let Err(error) = written.await {
        tracing::warn!(tenant = %job.tenant(), plugin = plugin_id, %error, "the outcome of an event cannot be written");
    }
}

async fn send(state: &State, job: &Job, plugin_id: &str) -> Result<()> {
    // Removed meanwhile: nobody listens any more.
    let Some(Target::Backend(revision)) = state.target(job.tenant(), plugin_id).await? else { return Ok(()) };
    let lease = state.supervisor.lease(job.tenant(), plugin_id, revision).await?;
    let request = Request::post("/").body(Body::from(job.payload.to_string())).map_err(Error::internal)?;
    let answer = lease.operate(request, control::path::EVENTS, None, DELIVER).await?;
    match answer.status() {
        StatusCode::OK => Ok(()),
        status => Err(Error::unavailable(format!("The worker answered {status} to an event"))),
    }
}
