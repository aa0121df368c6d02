//! What the history of one entity is told from.

use crate::domain::cause::Cause;
use crate::domain::content;
use crate::domain::history::{Interval, Past, Version};
use kernel::Result;
use sqlx::types::Json;
use std::collections::HashMap;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// The changes below `before` that touched the entity or its relations, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_seqs(tx: &mut TenantTx, entity_ref: &str, before: i64, limit: i64) -> Result<Vec<i64>> {
    sqlx::query_scalar(
        "with life (from_seq, to_seq) as (
           select since_seq, null::bigint from entity where tenant_id = $1 and entity_ref = $2
           union all
           select from_seq, to_seq from entity_version where tenant_id = $1 and entity_ref = $2
         ),
         touched (seq) as (
           select from_seq from life
           union
           select to_seq from entity_version where tenant_id = $1 and entity_ref = $2 and deleted
           union
           select since_seq from relation where tenant_id = $1 and source_ref = $2
           union
           select from_seq from relation_version where tenant_id = $1 and source_ref = $2
           union
           select to_seq from relation_version where tenant_id = $1 and source_ref = $2
         )
         select seq from touched
         where seq between 1 and $3 and exists (
           select from life where life.from_seq <= touched.seq and (life.to_seq is null or touched.seq <= life.to_seq)
         )
         order by seq desc limit $4",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(before.saturating_sub(1))
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// What is known of the entity from just before the change `first` up to the change `last`.
///
/// # Errors
/// Those of the database.
pub async fn find_past(tx: &mut TenantTx, entity_ref: &str, first: i64, last: i64, pruned_seq: i64) -> Result<Past> {
    Ok(Past {
        versions: list_versions(tx, entity_ref, first, last).await?,
        relations: list_intervals(tx, entity_ref, first, last).await?,
        pruned_seq,
    })
}

async fn list_versions(tx: &mut TenantTx, entity_ref: &str, first: i64, last: i64) -> Result<Vec<Version>> {
    let rows: Vec<(i64, Option<i64>, Uuid, String)> = sqlx::query_as(
        "select since_seq, null::bigint, entity_id, document from entity
         where tenant_id = $1 and entity_ref = $2 and since_seq <= $4
         union all
         select from_seq, to_seq, entity_id, document from entity_version
         where tenant_id = $1 and entity_ref = $2 and to_seq >= $3 and from_seq <= $4",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(first)
    .bind(last)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let version = |(from_seq, to_seq, uid, document): (i64, Option<i64>, Uuid, String)| {
        let content = content::of_document(&document)?;
        Some(Version { from_seq, to_seq, uid: uid.to_string(), content })
    };
    Ok(rows.into_iter().filter_map(version).collect())
}

async fn list_intervals(tx: &mut TenantTx, entity_ref: &str, first: i64, last: i64) -> Result<Vec<Interval>> {
    let rows: Vec<(String, String, i64, Option<i64>)> = sqlx::query_as(
        "select type, target_ref, since_seq, null::bigint from relation
         where tenant_id = $1 and source_ref = $2 and since_seq <= $4
         union all
         select type, target_ref, from_seq, to_seq from relation_version
         where tenant_id = $1 and source_ref = $2 and to_seq >= $3 and from_seq <= $4",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(first)
    .bind(last)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let interval = |(kind, target, from_seq, to_seq)| Interval { relation: (kind, target), from_seq, to_seq };
    Ok(rows.into_iter().map(interval).collect())
}

/// When a change was made, and why.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Made {
    /// Its number.
    pub seq: i64,
    /// When.
    pub changed_at: OffsetDateTime,
    /// Why.
    pub cause: Json<Cause>,
}

/// These changes, by number.
///
/// # Errors
/// Those of the database.
pub async fn list_made(tx: &mut TenantTx, seqs: &[i64]) -> Result<HashMap<i64, Made>> {
    let rows: Vec<Made> =
        sqlx::query_as("select seq, changed_at, cause from catalog_change where tenant_id = $1 and seq = any ($2)")
            .bind(tx.id())
            .bind(seqs)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    Ok(rows.into_iter().map(|made| (made.seq, made)).collect())
}

/// The change that the entity was last seen after: the last of all while it is there, else the one before its deletion.
/// `None` when it was never there, as far as is known.
///
/// # Errors
/// Those of the database.
pub async fn find_last_seen(tx: &mut TenantTx, entity_ref: &str, present: i64) -> Result<Option<i64>> {
    sqlx::query_scalar(
        "select max(seq) from (
           select $3::bigint as seq from entity where tenant_id = $1 and entity_ref = $2
           union all
           select to_seq - 1 from entity_version where tenant_id = $1 and entity_ref = $2
         ) seen",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(present)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}
