//! What goes on beside uploads: versions that nobody has used for long are deleted, previews of what is published by now
//! end, and copies on this machine go with their uploads.

use super::{Actor, delete, drop_preview_data};
use crate::State;
use crate::bundles::{Place, UPLOAD_FOLDER};
use crate::domain::own_plugins::KEPT_DAYS;
use crate::store::upload::{self, Upload};
use crate::store::{preview, tenant};
use kernel::{Result, TenantId};
use runtime::Tasks;
use std::collections::HashSet;
use std::time::Duration;
use store::SystemReason;
use time::OffsetDateTime;

/// How often it is looked.
const SWEEP: Duration = Duration::from_secs(3600);
/// A copy without an upload may be one that is just being made.
const YOUNG: Duration = Duration::from_secs(3600);

/// Spawns it.
pub fn spawn(state: &State, tasks: &Tasks) {
    let (state, shutdown) = (state.clone(), tasks.shutdown_token());
    tasks.spawn("plugins.uploads", async move {
        while shutdown.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
            if let Err(error) = sweep(&state).await {
                tracing::warn!(%error, "uploads cannot be tidied up");
            }
        }
    });
}

/// Tidies up once.
///
/// # Errors
/// Those of the database.
pub async fn sweep(state: &State) -> Result<()> {
    let mut tx = state.db.system(SystemReason::ListTenants).await?;
    let tenants = tenant::list_active_tenants(&mut tx).await?;
    tx.commit().await?;
    let mut folders = HashSet::new();
    for tenant in tenants {
        let mut tx = state.db.tenant(tenant).await?;
        let uploads = upload::list(&mut tx).await?;
        let active = preview::list_active(&mut tx).await?;
        tx.commit().await?;
        for found in uploads {
            if found.installed && !found.rolling && found.preview_schema.is_some() {
                end_previews(state, tenant, &found).await?;
            }
            let looked_at = active.iter().any(|one| one.upload_id == found.upload_id);
            if !looked_at && is_stale(&found, state.clock.now()) {
                let us = Actor { label: "service:plugin-host".to_owned(), member: None };
                delete(state, tenant, found.upload_id, &us).await?;
            } else {
                folders.insert(Place::Upload(tenant, found.upload_id).folder("", ""));
            }
        }
    }
    remove_strays(state, &folders).await;
    Ok(())
}

/// Whether nobody has had a use for it for long.
fn is_stale(found: &Upload, now: OffsetDateTime) -> bool {
    let last = found.published_at.unwrap_or(found.uploaded_at).max(found.uploaded_at);
    !found.in_use() && now - last > time::Duration::days(KEPT_DAYS)
}

async fn end_previews(state: &State, tenant: TenantId, found: &Upload) -> Result<()> {
    drop_preview_data(state, tenant, found).await?;
    let mut tx = state.db.tenant(tenant).await?;
    upload::set_preview_schema(&mut tx, found.upload_id, None).await?;
    preview::set_members(&mut tx, found.upload_id, &[], state.clock.now()).await?;
    tx.commit().await
}

async fn remove_strays(state: &State, known: &HashSet<String>) {
    let Ok(mut listing) = tokio::fs::read_dir(state.config.bundles()).await else { return };
    while let Ok(Some(entry)) = listing.next_entry().await {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with(UPLOAD_FOLDER) || known.contains(&name) {
            continue;
        }
        let age = entry.metadata().await.and_then(|meta| meta.modified()).map(|at| at.elapsed());
        if age.is_ok_and(|age| age.is_ok_and(|age| age > YOUNG)) {
            drop(tokio::fs::remove_dir_all(entry.path()).await);
        }
    }
}
