//! Keeps the pictures of a report in object storage, as the organisation's own, and deletes them in time.
//!
//! A part's row says that there are pictures before the first is put, so whatever dies when, none is forgotten.

use crate::State;
use crate::domain::picture::{LARGEST, Pictures};
use crate::store::rollout::Row;
use crate::store::rollout_picture;
use bytes::Bytes;
use kernel::{Error, Result, TenantId};
use runtime::objects::{KeyPrefix, ObjectKey};
use std::time::Duration;
use store::SystemReason;
use uuid::Uuid;

/// Most bytes of the pictures of all organisations in one rollout; its canaries come first.
const PER_ROLLOUT: usize = 64 << 20;
/// What storing those of one organisation may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps them in the place of an earlier try's.
///
/// # Errors
/// Why they are not kept, in plain words.
pub async fn keep(state: &State, row: &Row, pictures: Pictures) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, put(state, row, pictures)).await {
        Ok(Ok(kept)) => kept,
        Ok(Err(error)) => {
            tracing::warn!(tenant = %row.tenant(), rollout = %row.rollout_id, %error, "pictures cannot be kept");
            Err("They could not be stored.".to_owned())
        }
        Err(_) => Err(format!("Storing them took longer than {} seconds.", PATIENCE.as_secs())),
    }
}

async fn put(state: &State, row: &Row, pictures: Pictures) -> Result<Result<(), String>> {
    let (tenant, rollout) = (row.tenant(), row.rollout_id);
    let mut tx = state.db.system(SystemReason::Rollouts).await?;
    let others = rollout_picture::sum_bytes_of_others(&mut tx, rollout, tenant).await?;
    tx.commit().await?;
    let bytes: usize = pictures.values().map(Vec::len).sum();
    if usize::try_from(others).unwrap_or(usize::MAX).saturating_add(bytes) > PER_ROLLOUT {
        return Ok(Err(format!("The pictures of one rollout have at most {} MB.", PER_ROLLOUT >> 20)));
    }
    let mut tx = state.db.tenant(tenant).await?;
    rollout_picture::set_bytes(&mut tx, rollout, i64::try_from(bytes).map_err(Error::internal)?).await?;
    tx.commit().await?;
    state.objects.delete_all(&folder(tenant, rollout)?).await?;
    for (name, picture) in pictures {
        let key = folder(tenant, rollout)?.object(&name)?;
        state.objects.put(&key, Bytes::from(picture), "image/jpeg").await?;
    }
    Ok(Ok(()))
}

/// A picture that a report names.
///
/// # Errors
/// `Unavailable` when object storage does not answer.
pub async fn find(state: &State, tenant: TenantId, rollout: Uuid, name: &str) -> Result<Option<Bytes>> {
    let object = state.objects.get(&folder(tenant, rollout)?.object(name)?, LARGEST).await?;
    Ok(object.map(|object| object.body))
}

/// Deletes the pictures of rollouts that ended as long ago as former data is kept.
///
/// # Errors
/// Those of the database and of object storage.
pub async fn sweep(state: &State) -> Result<()> {
    let before = state.clock.now() - state.config.upgrades.keep;
    let mut tx = state.db.system(SystemReason::Rollouts).await?;
    let stale = rollout_picture::list_stale(&mut tx, before).await?;
    tx.commit().await?;
    for owner in stale {
        let tenant = TenantId::new(owner.tenant_id);
        state.objects.delete_all(&folder(tenant, owner.rollout_id)?).await?;
        let mut tx = state.db.tenant(tenant).await?;
        rollout_picture::set_bytes(&mut tx, owner.rollout_id, 0).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Short, as those of uploads: the embedded store makes one file name of a whole key.
fn folder(tenant: TenantId, rollout: Uuid) -> Result<KeyPrefix> {
    ObjectKey::tenant(tenant).segment("renderings")?.segment(&rollout.simple().to_string())
}
