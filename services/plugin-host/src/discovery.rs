//! Finds out what plugins host: a worker is asked once for each revision of its installation, so that its actions,
//! providers and tasks are known while it sleeps. Packages of npm are started for it when they were installed or changed;
//! native workers are asked when they start anyhow.

use crate::State;
use crate::state::Target;
use crate::store::description::{Described, list_descriptions, set_description};
use crate::supervisor::Lease;
use crate::tasks;
use axum::body::{Body, to_bytes};
use futures::future::join_all;
use http::Request;
use kernel::{Error, Principal, Result, TenantId};
use plugin_protocol::control::Description;
use runtime::Tasks;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use store::queue;
use tokio::sync::{Semaphore, mpsc};

/// What a worker may take to answer.
const DESCRIBE: Duration = Duration::from_secs(10);
/// Longest list of permissions, in bytes.
const MAX_PERMISSIONS: usize = 1 << 20;
/// How long whoever wants to know what modules host waits for workers that were never asked.
const PATIENCE: Duration = Duration::from_secs(20);

/// Workers that are started at once only to be asked: people's requests need places too.
const ASKED_AT_ONCE: usize = 4;

/// A plugin that is to be asked, and why.
pub type Asked = (TenantId, String, Occasion);
/// Where plugins wait to be asked.
pub type Queue = mpsc::UnboundedSender<Asked>;

/// Why a plugin is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// It was installed or configured; its worker may have to be started.
    Changed,
    /// Its worker has started.
    Started,
}

/// Asks one plugin after the other, each in a task of its own, whenever it was installed or changed.
pub fn spawn(state: &State, tasks: &Tasks, mut queue: mpsc::UnboundedReceiver<Asked>) {
    let (state, tasks, shutdown) = (state.clone(), tasks.clone(), tasks.shutdown_token());
    let turns = Arc::new(Semaphore::new(ASKED_AT_ONCE));
    tasks.clone().spawn("plugins.discovery", async move {
        while let Some(Some((tenant, plugin_id, occasion))) = shutdown.run_until_cancelled(queue.recv()).await {
            let (state, turns) = (state.clone(), turns.clone());
            tasks.spawn(format!("discovery {tenant} {plugin_id}"), async move {
                let shutdown = state.tasks.shutdown_token();
                let found = shutdown.run_until_cancelled(async {
                    let _turn = match occasion {
                        Occasion::Changed => turns.acquire().await.ok(),
                        Occasion::Started => None,
                    };
                    discover_anew(&state, tenant, &plugin_id, occasion).await
                });
                let found = found.await;
                if let Some(Err(error)) = found {
                    tracing::info!(%tenant, plugin = plugin_id, %error, "what it hosts is unknown");
                }
            });
        }
    });
}

async fn discover_anew(state: &State, tenant: TenantId, plugin_id: &str, occasion: Occasion) -> Result<()> {
    let mut tx = state.db.tenant(tenant).await?;
    let known = list_descriptions(&mut tx).await?;
    tx.commit().await?;
    let known = known.into_iter().find(|one| one.plugin_id == plugin_id);
    let wanted = |one: Described| one.described != Some(one.revision) && (one.is_node || occasion == Occasion::Started);
    if known.is_some_and(wanted) {
        discover(state, tenant, plugin_id).await?;
    }
    Ok(())
}

/// Asks a plugin's worker what it hosts and writes it down. `None` when there is no back end to ask.
///
/// # Errors
/// Why its worker cannot start, or does not answer.
pub async fn discover(state: &State, tenant: TenantId, plugin_id: &str) -> Result<Option<Description>> {
    let Some(Target::Backend(revision)) = state.target(tenant, plugin_id).await? else { return Ok(None) };
    let lease = state.supervisor.lease(tenant, plugin_id, revision).await?;
    let unclear = || Error::unavailable("The plugin's worker does not say what it hosts.");
    let description = lease.describe(DESCRIBE).await.ok_or_else(unclear)?;
    let description: Description = serde_json::from_value(description).map_err(|_| unclear())?;
    let permissions = permissions(state, tenant, plugin_id, lease).await?;
    let mut tx = state.db.tenant(tenant).await?;
    let found = (&description, permissions.as_ref());
    if set_description(&mut tx, plugin_id, revision, found, state.clock.now()).await? {
        tasks::register(&mut tx, plugin_id, &description.tasks, state.clock.now()).await?;
        queue::hasten(&mut tx, queue::TEMPLATE_TESTS).await?;
    }
    tx.commit().await?;
    Ok(Some(description))
}

/// The permissions that a plugin asks about, where it says so at the address that Backstage's plugins have for it.
async fn permissions(state: &State, tenant: TenantId, plugin_id: &str, lease: Lease) -> Result<Option<Value>> {
    let signer = state.launching.signer(tenant).await?;
    let platform = Principal::Service { name: "plugin-host".to_owned() };
    let token = state.launching.token(&signer, plugin_id, &platform)?;
    let request = Request::get(format!("/api/{plugin_id}/.well-known/backstage/permissions/metadata"));
    let request = request.body(Body::empty()).map_err(Error::internal)?;
    let answer = lease.send(request, &signer.host, token.as_deref(), DESCRIBE).await?;
    if !answer.status().is_success() {
        return Ok(None);
    }
    let bytes = to_bytes(answer.into_body(), MAX_PERMISSIONS).await.unwrap_or_default();
    let found: Option<Value> = serde_json::from_slice(&bytes).ok();
    Ok(found.filter(|found| found["permissions"].is_array()))
}

/// What the organisation's plugins host, modules that were not asked yet asked first.
///
/// # Errors
/// Those of the database.
pub async fn list(state: &State, tenant: TenantId) -> Result<Vec<(String, Description)>> {
    let mut tx = state.db.tenant(tenant).await?;
    let known = list_descriptions(&mut tx).await?;
    tx.commit().await?;
    let asked = known.into_iter().map(|one| async move {
        let stale = one.is_module && one.described != Some(one.revision);
        let fresh = if stale { ask(state, tenant, &one).await } else { None };
        fresh.or_else(|| one.description.map(|json| json.0)).map(|description| (one.plugin_id, description))
    });
    Ok(join_all(asked).await.into_iter().flatten().collect())
}

async fn ask(state: &State, tenant: TenantId, one: &Described) -> Option<Description> {
    match tokio::time::timeout(PATIENCE, discover(state, tenant, &one.plugin_id)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::info!(%tenant, plugin = one.plugin_id, %error, "what it hosts is unknown");
            None
        }
        Err(_) => None,
    }
}
