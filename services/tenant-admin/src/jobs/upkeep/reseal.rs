//! Rotation of an organisation's data key: a new key seals at once, what older ones sealed is sealed again in the
//! background, and an older key goes when nothing is sealed under it. Everything stays readable meanwhile.

use super::{KEY, RESEAL};
use crate::state::TenantAdmin;
use kernel::{Result, TenantId};
use serde_json::json;
use store::queue::{self, Job, NewJob};
use store::reseal::reseal_batch;
use store::{AuditEvent, SystemReason, add_data_key, list_wrapped, shred_key};
use uuid::Uuid;

/// Gives the organisation a new data key and asks for everything to be sealed again under it.
///
/// # Errors
/// Those of the database and of the key wrapper.
pub async fn rotate_data_key(state: &TenantAdmin, tenant: TenantId, actor: &str) -> Result<Uuid> {
    let mut tx = state.db.tenant_with_keys(tenant).await?;
    let key = add_data_key(&mut tx).await?;
    queue::enqueue(&mut tx, NewJob::now(RESEAL, KEY)).await?;
    tx.record(AuditEvent::named(actor, "key.rotate", key.to_string())).await?;
    tx.commit().await?;
    Ok(key)
}

/// Seals everything again, batch by batch, then destroys the keys that nothing needs any more.
pub(super) async fn reseal(state: &TenantAdmin, job: &Job) -> Result<()> {
    let tenant = job.tenant();
    let (mut values, newest, older) = match seal_all(state, job).await? {
        Some((values, keys)) if keys.len() > 1 => (values, keys[0], keys[1..].to_vec()),
        Some(_) => return complete(state, job, None).await,
        None => return Ok(()),
    };
    let mut system = state.db.system(SystemReason::ShredKeys).await?;
    for key in &older {
        // Waits for whoever was sealing under it when the newest key came.
        shred_key(&mut system, tenant, Some(*key)).await?;
    }
    // What they sealed is seen now, and opens: nothing is destroyed before the commit.
    match seal_all(state, job).await? {
        Some((late, _)) => values += late,
        None => return Ok(()),
    }
    system.commit().await?;
    let after = json!({ "key": newest, "values": values, "destroyed": older });
    let event = AuditEvent::named("system", "key.reseal", newest.to_string()).after(after);
    complete(state, job, Some(event)).await
}

async fn complete(state: &TenantAdmin, job: &Job, event: Option<AuditEvent>) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    if let Some(event) = event {
        tx.record(event).await?;
    }
    queue::complete(&mut tx, job).await?;
    tx.commit().await
}

/// Seals what older keys sealed under the newest: how many values, and all keys, newest first. `None` when the lease
/// was lost.
async fn seal_all(state: &TenantAdmin, job: &Job) -> Result<Option<(usize, Vec<Uuid>)>> {
    let mut total = 0;
    loop {
        let mut tx = state.db.tenant_with_keys(job.tenant()).await?;
        let keys: Vec<Uuid> = list_wrapped(&mut tx).await?.into_iter().map(|row| row.key_id).collect();
        let Some(newest) = keys.first() else { return Ok(Some((total, keys))) };
        let count = reseal_batch(&mut tx, *newest).await?;
        if !queue::extend(&mut tx, job, super::LEASE).await? {
            tx.rollback().await?;
            return Ok(None);
        }
        tx.commit().await?;
        total += count;
        if count == 0 {
            return Ok(Some((total, keys)));
        }
    }
}
