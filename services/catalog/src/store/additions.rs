//! What an entity shows beyond what processing came to: its overlay, and the mark of an orphan.
//!
//! The stored document is what is shown. Where that is more than processing came to, `entity_base` has the latter, so
//! that what was added can be taken off again without reading the file.

use crate::domain::overlay::{Overlay, mark_orphan};
use kernel::{Error, Result};
use serde_json::Value;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{TenantTx, db};
use time::OffsetDateTime;

/// What is added to entities that are about to be stitched.
#[derive(Debug, Default)]
pub struct Additions {
    found: HashMap<String, Addition>,
    bases: BTreeMap<String, Option<String>>,
}

#[derive(Debug, sqlx::FromRow)]
struct Addition {
    entity_ref: String,
    overlay: Option<Json<Overlay>>,
    base: Option<String>,
    orphan: bool,
}

/// Looks up what is added to these entities.
///
/// # Errors
/// Those of the database.
pub async fn load(tx: &mut TenantTx, entity_refs: &[String]) -> Result<Additions> {
    let rows: Vec<Addition> = sqlx::query_as(
        "select state.entity_ref, overlay.overlay, base.document as base, edge.entity_ref is null as orphan
         from refresh_state state
         left join entity_overlay overlay on overlay.tenant_id = $1 and overlay.entity_ref = state.entity_ref
         left join entity_base base on base.tenant_id = $1 and base.entity_ref = state.entity_ref
         left join lateral (
           select entity_ref from refresh_edge where tenant_id = $1 and entity_ref = state.entity_ref limit 1
         ) edge on true
         where state.tenant_id = $1 and state.entity_ref = any ($2)
           and (overlay.entity_ref is not null or base.entity_ref is not null or edge.entity_ref is null)",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let found = rows.into_iter().map(|row| (row.entity_ref.clone(), row)).collect();
    Ok(Additions { found, bases: BTreeMap::new() })
}

impl Additions {
    /// What processing came to the last time, where the stored document is more than that.
    #[must_use]
    pub fn base(&self, entity_ref: &str) -> Option<&str> {
        self.found.get(entity_ref)?.base.as_deref()
    }

    /// Whether something is, or was, added to this entity.
    #[must_use]
    pub fn concern(&self, entity_ref: &str) -> bool {
        self.found.contains_key(entity_ref)
    }

    /// What to show of an entity of this content.
    #[must_use]
    pub fn dress(&mut self, entity_ref: &str, content: Value) -> Value {
        let Some(addition) = self.found.get(entity_ref) else { return content };
        let mut shown = match &addition.overlay {
            Some(overlay) => overlay.merge(&content),
            None => content.clone(),
        };
        if addition.orphan {
            shown = mark_orphan(shown);
        }
        let base = (shown != content).then(|| content.to_string());
        if base != addition.base {
            self.bases.insert(entity_ref.to_owned(), base);
        }
        shown
    }

    /// Writes down what processing came to, for entities that show more than that; they must have their rows by now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn save(&self, tx: &mut TenantTx) -> Result<()> {
        let bare: Vec<&str> = self.bases.iter().filter(|(_, base)| base.is_none()).map(|(key, _)| &**key).collect();
        if !bare.is_empty() {
            sqlx::query("delete from entity_base where tenant_id = $1 and entity_ref = any ($2)")
                .bind(tx.id())
                .bind(bare)
                .execute(tx.conn())
                .await
                .map_err(db)?;
        }
        let dressed: Vec<(&str, &str)> =
            self.bases.iter().filter_map(|(key, base)| Some((&**key, base.as_deref()?))).collect();
        if dressed.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into entity_base (tenant_id, entity_ref, document)
             select $1, entity_ref, document from unnest($2::text[], $3::text[]) as new (entity_ref, document)
             on conflict on constraint entity_base_pk do update set document = excluded.document",
        )
        .bind(tx.id())
        .bind(dressed.iter().map(|(key, _)| *key).collect::<Vec<_>>())
        .bind(dressed.iter().map(|(_, base)| *base).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
        Ok(())
    }
}

/// Those of these entities that show more than processing came to: their mark may have to go.
///
/// # Errors
/// Those of the database.
pub async fn list_dressed(tx: &mut TenantTx, entity_refs: &BTreeSet<String>) -> Result<Vec<String>> {
    sqlx::query_scalar("select entity_ref from entity_base where tenant_id = $1 and entity_ref = any ($2)")
        .bind(tx.id())
        .bind(entity_refs.iter().map(String::as_str).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// What processing came to, where the stored document is more than that.
///
/// # Errors
/// Those of the database.
pub async fn find_base(tx: &mut TenantTx, entity_ref: &str) -> Result<Option<Value>> {
    let document: Option<String> =
        sqlx::query_scalar("select document from entity_base where tenant_id = $1 and entity_ref = $2")
            .bind(tx.id())
            .bind(entity_ref)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    document.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
}

/// An overlay and who wrote it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Written {
    /// What it adds.
    pub overlay: Json<Overlay>,
    /// When.
    pub changed_at: OffsetDateTime,
    /// Who, as audit rows name them.
    pub changed_by: String,
}

/// The overlay of this entity.
///
/// # Errors
/// Those of the database.
pub async fn find_overlay(tx: &mut TenantTx, entity_ref: &str) -> Result<Option<Written>> {
    sqlx::query_as(
        "select overlay, changed_at, changed_by from entity_overlay where tenant_id = $1 and entity_ref = $2",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Writes the overlay of this entity. It shows once the entity is stitched.
///
/// # Errors
/// Those of the database.
pub async fn set_overlay(tx: &mut TenantTx, entity_ref: &str, written: &Written) -> Result<()> {
    sqlx::query(
        "insert into entity_overlay (tenant_id, entity_ref, overlay, changed_at, changed_by)
         values ($1, $2, $3, $4, $5)
         on conflict on constraint entity_overlay_pk do update set
           overlay = excluded.overlay, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(&written.overlay)
    .bind(written.changed_at)
    .bind(&written.changed_by)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Deletes the overlay of this entity.
///
/// # Errors
/// Those of the database.
pub async fn delete_overlay(tx: &mut TenantTx, entity_ref: &str) -> Result<()> {
    sqlx::query("delete from entity_overlay where tenant_id = $1 and entity_ref = $2")
        .bind(tx.id())
        .bind(entity_ref)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
