//! Entities that were deleted and are not there again.

use super::versions;
use crate::domain::cause::Cause;
use crate::domain::content;
use crate::domain::filter::Filter;
use crate::domain::history::{self, Relation};
use kernel::Result;
use serde_json::Value;
use sqlx::types::Json;
use std::collections::HashMap;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// An entity that was deleted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Deleted {
    /// Its key.
    pub entity_ref: String,
    /// Its uid.
    pub entity_id: Uuid,
    /// The change that deleted it.
    pub to_seq: i64,
    /// What it was, as JSON.
    pub document: String,
    /// What processing came to, where that is less than was shown.
    pub base: Option<String>,
    /// When it was deleted.
    pub deleted_at: OffsetDateTime,
    /// Why.
    pub cause: Json<Cause>,
}

impl Deleted {
    /// What it was, without relations, status, uid and etag.
    #[must_use]
    pub fn content(&self) -> Value {
        content::of_document(&self.document).unwrap_or_default()
    }

    /// What processing came to the last time.
    #[must_use]
    pub fn processed(&self) -> Value {
        content::of_document(self.base.as_ref().unwrap_or(&self.document)).unwrap_or_default()
    }

    fn is_visible(&self, relations: &[Relation], condition: &Filter) -> bool {
        history::is_visible(&self.content(), &self.entity_id.to_string(), relations, condition)
    }
}

/// Entities that were deleted within the last `days` and whose name is free, latest first, from the one after `after` on:
/// as (change, key).
///
/// What stands for a registered location is left out: it is brought back by registering the location.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, days: u32, after: Option<(i64, &str)>, limit: i64) -> Result<Vec<Deleted>> {
    let (seq, entity_ref) = after.unwrap_or((i64::MAX, ""));
    sqlx::query_as(
        "select version.entity_ref, version.entity_id, version.to_seq, version.document, version.base,
           change.changed_at as deleted_at, change.cause
         from entity_version version
         join catalog_change change on change.tenant_id = $1 and change.seq = version.to_seq
           and change.changed_at > clock_timestamp() - make_interval(days => $2)
         where version.tenant_id = $1 and version.deleted and version.to_seq <= $3
           and (version.to_seq < $3 or version.entity_ref > $4)
           and left(version.entity_ref, 27) <> 'location:default/generated-'
           and not exists (select from refresh_state state
             where state.tenant_id = $1 and state.entity_ref = version.entity_ref)
           and not exists (select from entity_version later where later.tenant_id = $1
             and later.entity_ref = version.entity_ref and later.to_seq > version.to_seq)
         order by version.to_seq desc, version.entity_ref limit $5",
    )
    .bind(tx.id())
    .bind(i32::try_from(days).unwrap_or(i32::MAX))
    .bind(seq)
    .bind(entity_ref)
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The entity of this key as it was deleted last, within the last `days`, whether or not its name is free.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, days: u32, entity_ref: &str) -> Result<Option<Deleted>> {
    sqlx::query_as(
        "select last.entity_ref, last.entity_id, last.to_seq, last.document, last.base,
           change.changed_at as deleted_at, change.cause
         from (
           select * from entity_version where tenant_id = $1 and entity_ref = $3 order by to_seq desc limit 1
         ) last
         join catalog_change change on change.tenant_id = $1 and change.seq = last.to_seq
           and change.changed_at > clock_timestamp() - make_interval(days => $2)
         where last.deleted",
    )
    .bind(tx.id())
    .bind(i32::try_from(days).unwrap_or(i32::MAX))
    .bind(entity_ref)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Leaves those for which the condition held until they were deleted.
///
/// # Errors
/// Those of the database.
pub async fn retain_visible(tx: &mut TenantTx, deleted: &mut Vec<Deleted>, condition: &Filter) -> Result<()> {
    if condition.is_everything() {
        return Ok(());
    }
    let asked: Vec<(&str, i64)> = deleted.iter().map(|one| (one.entity_ref.as_str(), one.to_seq - 1)).collect();
    let relations: HashMap<String, Vec<Relation>> = versions::list_relations_at(tx, &asked).await?;
    deleted.retain(|one| {
        let related = relations.get(&one.entity_ref).map_or(&[][..], Vec::as_slice);
        one.is_visible(related, condition)
    });
    Ok(())
}
