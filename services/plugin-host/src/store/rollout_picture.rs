//! What object storage keeps of pictures for organisations' parts of rollouts.

use super::rollout::Report;
use kernel::{Result, TenantId};
use sqlx::types::Json;
use store::{SystemTx, TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// Parts whose pictures are deleted in one go.
const BATCH: i64 = 500;

/// A part of a rollout.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migration says what each column is")]
pub struct PictureOwner {
    pub tenant_id: Uuid,
    pub rollout_id: Uuid,
}

/// Bytes of the pictures of all parts of a rollout but this organisation's.
///
/// # Errors
/// Those of the database.
pub async fn sum_bytes_of_others(tx: &mut SystemTx, rollout: Uuid, tenant: TenantId) -> Result<i64> {
    sqlx::query_scalar(
        "select coalesce(sum(picture_bytes), 0)::bigint from plugin_rollout where rollout_id = $1 and tenant_id <> $2",
    )
    .bind(rollout)
    .bind(tenant.as_uuid())
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

/// Notes how many bytes the pictures of the organisation's part have; 0: there are none.
///
/// # Errors
/// Those of the database.
pub async fn set_bytes(tx: &mut TenantTx, rollout: Uuid, bytes: i64) -> Result<()> {
    sqlx::query("update plugin_rollout set picture_bytes = $3 where tenant_id = $1 and rollout_id = $2")
        .bind(tx.id())
        .bind(rollout)
        .bind(bytes)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// The report of a part that has pictures.
///
/// # Errors
/// Those of the database.
pub async fn find_report(tx: &mut SystemTx, rollout: Uuid, tenant: Uuid) -> Result<Option<Json<Report>>> {
    sqlx::query_scalar(
        "select report from plugin_rollout
         where rollout_id = $1 and tenant_id = $2 and picture_bytes > 0 and report is not null",
    )
    .bind(rollout)
    .bind(tenant)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Parts with pictures of rollouts that ended before this moment, at most 500.
///
/// # Errors
/// Those of the database.
pub async fn list_stale(tx: &mut SystemTx, before: OffsetDateTime) -> Result<Vec<PictureOwner>> {
    sqlx::query_as(
        "select tenant_id, rollout_id from plugin_rollout where picture_bytes > 0 and not open and ended_at < $1
         order by ended_at limit $2",
    )
    .bind(before)
    .bind(BATCH)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
