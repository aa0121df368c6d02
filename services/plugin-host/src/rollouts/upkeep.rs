//! What goes on beside rollouts: recorded addresses are written down, organisations that were left out are tried again in
//! their quiet hours, and data and pictures that nobody misses any more are dropped.

use super::operator::{NewRollout, start_own_rollout, start_rollout_by};
use crate::State;
use crate::render::pictures;
use crate::store::{policy, recording, rollout, schema, tenant};
use kernel::{Result, TenantId};
use runtime::Tasks;
use std::time::Duration;
use store::SystemReason;
use store::plugins::{SchemaName, drop_schema};

/// How often recorded addresses are written down.
const WRITE: Duration = Duration::from_secs(5);
/// How often stale data is looked for.
const SWEEP: Duration = Duration::from_secs(3600);

/// Spawns all three.
pub fn spawn(state: &State, tasks: &Tasks) {
    let (writing, shutdown) = (state.clone(), tasks.shutdown_token());
    tasks.spawn("plugins.recordings", async move {
        while shutdown.run_until_cancelled(tokio::time::sleep(WRITE)).await.is_some() {
            write_down(&writing).await;
        }
    });
    let (waiting, shutdown) = (state.clone(), tasks.shutdown_token());
    tasks.spawn("plugins.deferred", async move {
        let look = waiting.config.upgrades.quiet_look;
        while shutdown.run_until_cancelled(tokio::time::sleep(look)).await.is_some() {
            if let Err(error) = try_again(&waiting).await {
                tracing::warn!(%error, "deferred upgrades cannot be looked at");
            }
        }
    });
    let (sweeping, shutdown) = (state.clone(), tasks.shutdown_token());
    tasks.spawn("plugins.kept", async move {
        while shutdown.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
            if let Err(error) = sweep(&sweeping).await {
                tracing::warn!(%error, "stale data of plugins cannot be dropped");
            }
            if let Err(error) = pictures::sweep(&sweeping).await {
                tracing::warn!(%error, "old pictures of pages cannot be deleted");
            }
        }
    });
}

/// Writes down what was recorded since the last time.
pub async fn write_down(state: &State) {
    for ((tenant, plugin_id), paths) in state.recorder.take() {
        if let Err(error) = record(state, tenant, &plugin_id, &paths).await {
            tracing::warn!(%tenant, plugin = plugin_id, %error, "recorded addresses cannot be written");
        }
    }
}

async fn record(state: &State, tenant: TenantId, plugin_id: &str, paths: &[String]) -> Result<()> {
    let most = i64::try_from(state.config.upgrades.recordings).unwrap_or(i64::MAX);
    let mut tx = state.db.tenant(tenant).await?;
    recording::add(&mut tx, plugin_id, paths, most, state.clock.now()).await?;
    tx.commit().await
}

/// Begins a rollout of its own for each organisation that was left out and has its quiet hours now.
async fn try_again(state: &State) -> Result<()> {
    let mut tx = state.db.system(SystemReason::Rollouts).await?;
    let deferred = rollout::list_deferred(&mut tx).await?;
    tx.commit().await?;
    for row in deferred {
        let mut tx = state.db.tenant(row.tenant()).await?;
        let quiet = policy::get(&mut tx, &row.plugin_id).await?.is_quiet(state.clock.now());
        tx.commit().await?;
        if !quiet {
            continue;
        }
        let new = NewRollout {
            package: row.package.clone(),
            version: row.version.clone(),
            canaries: Vec::new(),
            waves: Vec::new(),
            parallel: 1,
            gate: row.plan.gate.clone(),
            only: Some(row.tenant()),
        };
        let begun = if row.former.upload.is_some() {
            let version = (row.package.as_str(), row.version.as_str());
            start_own_rollout(&state.db, &state.clock, row.tenant(), version, &row.plan.by).await
        } else {
            start_rollout_by(&state.db, &state.clock, &state.config.allow, new, "system").await
        };
        match begun {
            Ok(other) => {
                let mut tx = state.db.tenant(row.tenant()).await?;
                rollout::set_tried_again(&mut tx, row.rollout_id, other).await?;
                tx.commit().await?;
            }
            // The package is being rolled out to others, or the organisation has another version by now.
            Err(error) => tracing::debug!(tenant = %row.tenant(), %error, "a deferred upgrade stays so"),
        }
    }
    Ok(())
}

async fn sweep(state: &State) -> Result<()> {
    let Some(url) = &state.config.plugins_url else { return Ok(()) };
    let mut tx = state.db.system(SystemReason::ListTenants).await?;
    let tenants = tenant::list_active_tenants(&mut tx).await?;
    tx.commit().await?;
    for tenant in tenants {
        let mut tx = state.db.tenant(tenant).await?;
        let stale = schema::list_stale(&mut tx, state.clock.now()).await?;
        tx.commit().await?;
        for schema in stale {
            drop_schema(url, &SchemaName::stored(tenant, &schema.name)?).await?;
            let mut tx = state.db.tenant(tenant).await?;
            schema::delete(&mut tx, &schema.plugin_id, &schema.name).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
