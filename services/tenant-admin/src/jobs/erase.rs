//! Erasing deleted organisations: keys first, so that what backups still hold cannot be read; then objects, cached
//! values, plugins' schemas and rows. Every step can be repeated, so a process that ends in the middle costs nothing.

use crate::state::TenantAdmin;
use crate::store::closing;
use kernel::{Error, Result, TenantId};
use runtime::Tasks;
use runtime::objects::ObjectKey;
use std::time::Duration;
use store::SystemReason;

/// How often somebody comes by.
const INTERVAL: Duration = Duration::from_secs(60);
/// Rows of one table that go in one transaction.
const BATCH: i32 = 2_000;

pub(super) fn start(admin: &TenantAdmin, tasks: &Tasks) {
    let admin = admin.clone();
    tasks.spawn_periodic("erase organisations", INTERVAL, move || {
        let admin = admin.clone();
        async move {
            erase_due(&admin).await?;
            Ok(())
        }
    });
}

/// Erases the organisations whose period of grace is over; how many there were.
///
/// # Errors
/// That of the last one which could not be erased; the others are.
pub async fn erase_due(admin: &TenantAdmin) -> Result<usize> {
    let mut system = admin.db.system(SystemReason::CloseTenant).await?;
    let due = closing::list_due(&mut system, admin.clock.now()).await?;
    system.commit().await?;
    let (mut erased, mut failure) = (0, None);
    for tenant in due {
        match erase(admin, tenant).await {
            Ok(()) => erased += 1,
            Err(error) => {
                tracing::error!(%tenant, %error, "an organisation could not be erased; it is tried again");
                failure = Some(error);
            }
        }
    }
    failure.map_or(Ok(erased), Err)
}

async fn erase(admin: &TenantAdmin, tenant: TenantId) -> Result<()> {
    let mut system = admin.db.system(SystemReason::CloseTenant).await?;
    if !closing::shred(&mut system, tenant, admin.clock.now()).await? {
        return Ok(());
    }
    system.commit().await?;
    tracing::info!(%tenant, "the keys of a deleted organisation are destroyed");
    if let Some(objects) = &admin.ground.objects {
        objects.delete_all(&ObjectKey::tenant(tenant)).await?;
    }
    let away = || Error::unavailable("Redis is away");
    admin.ground.cache.forget_tenant(tenant).await.ok_or_else(away)?;
    if let Some(url) = &admin.ground.plugins_url {
        store::plugins::drop_schemas(url.expose(), tenant).await?;
    }
    let mut rows = 0;
    loop {
        let mut tx = admin.db.tenant(tenant).await?;
        let gone = store::erase_batch(&mut tx, BATCH).await?;
        tx.commit().await?;
        rows += gone;
        if gone == 0 {
            break;
        }
    }
    let mut tx = admin.db.tenant(tenant).await?;
    let left = store::left_over(&mut tx).await?;
    tx.rollback().await?;
    if !left.is_empty() {
        return Err(Error::internal(format!("rows are left in {}", left.join(", "))));
    }
    let mut system = admin.db.system(SystemReason::CloseTenant).await?;
    closing::set_erased(&mut system, tenant, admin.clock.now()).await?;
    system.commit().await?;
    tracing::info!(%tenant, rows, "a deleted organisation is erased");
    Ok(())
}
