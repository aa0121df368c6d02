//! The table `task_checkpoint`: what actions remember, so that what was done is not done again.

use super::step::{Kept, seal, text, whole};
use kernel::Result;
use serde_json::Value;
use sqlx::types::Json;
use std::collections::BTreeMap;
use store::{TenantTx, db};
use uuid::Uuid;

/// Writes a checkpoint: a value, or the reason why there is none.
///
/// # Errors
/// Those of the database.
pub async fn set_checkpoint(
    tx: &mut TenantTx,
    task_id: Uuid,
    key: &str,
    value: std::result::Result<Kept<'_>, &str>,
) -> Result<()> {
    let sealed_id = match value {
        Ok(kept) => seal(tx, task_id, kept).await?,
        Err(_) => None,
    };
    sqlx::query(
        "insert into task_checkpoint (tenant_id, task_id, key, status, value, sealed_id, reason)
         values ($1, $2, $3, $4, $5::json, $6, $7)
         on conflict on constraint task_checkpoint_pk do update set status = excluded.status, value = excluded.value,
           sealed_id = excluded.sealed_id, reason = excluded.reason",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(key)
    .bind(if value.is_ok() { "success" } else { "failed" })
    .bind(value.ok().map(|kept| text(kept.masked)))
    .bind(sealed_id)
    .bind(value.err())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// How many checkpoints a task has.
///
/// # Errors
/// Those of the database.
pub async fn count_checkpoints(tx: &mut TenantTx, task_id: Uuid) -> Result<i64> {
    sqlx::query_scalar("select count(*) from task_checkpoint where tenant_id = $1 and task_id = $2")
        .bind(tx.id())
        .bind(task_id)
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Values of a task's checkpoints by key, those that failed left out.
///
/// # Errors
/// Those of the database.
pub async fn list_checkpoints(tx: &mut TenantTx, task_id: Uuid) -> Result<BTreeMap<String, Value>> {
    #[derive(sqlx::FromRow)]
    struct Stored {
        key: String,
        value: Option<Json<Value>>,
        sealed_id: Option<Uuid>,
        sealed: Option<Vec<u8>>,
    }
    let rows: Vec<Stored> = sqlx::query_as(
        "select c.key, c.value, c.sealed_id, v.sealed
         from task_checkpoint c left join task_sealed v on v.tenant_id = $1 and v.sealed_id = c.sealed_id
         where c.tenant_id = $1 and c.task_id = $2 and c.status = 'success'",
    )
    .bind(tx.id())
    .bind(task_id)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let mut found = BTreeMap::new();
    for row in rows {
        if let Some(value) = whole(tx, row.value.map(|json| json.0), (row.sealed_id, row.sealed)).await? {
            found.insert(row.key, value);
        }
    }
    Ok(found)
}
