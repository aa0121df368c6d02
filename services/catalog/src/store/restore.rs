//! Brings deleted entities back, as entities that are managed here.
//!
//! A restored entity is claimed by nobody's file: whoever emits it takes it over, without a conflict.

use super::history::deleted::Deleted;
use super::managed::{self, Managed};
use super::relations::{self, Said};
use super::{kinds, refresh, sequence, write};
use crate::domain::cause::Cause;
use crate::domain::location::is_location;
use crate::domain::outcome::{Content, Emitted, Processed};
use crate::domain::process::judge;
use crate::domain::source::RESTORED_SET;
use kernel::{Error, Result};
use model::entity::{ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, ANNOTATION_ORPHAN};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// The edge source of restored entities.
pub const SOURCE: &str = "@managed/restored";

/// Where a restored entity says that it comes from.
const LOCATION: &str = "managed:restored";

/// Brings the entity back with its uid.
///
/// # Errors
/// `Conflict` when something of this name is there; `Input` when it would not be accepted as it was; those of the database.
pub async fn entity(tx: &mut TenantTx, deleted: &Deleted, cause: &Cause, now: OffsetDateTime) -> Result<()> {
    let mut counters = sequence::lock(tx, cause).await?;
    let key = deleted.entity_ref.as_str();
    if refresh::exists(tx, key).await? {
        return Err(Error::conflict(format!("{key} is there already: a source lists it")));
    }
    let mut entity = deleted.content();
    // What a Location entity points at is read anew, from where it was.
    let reads = is_location(&entity);
    if !reads {
        move_here(&mut entity);
    }
    let unprocessed = reads.then(|| entity.to_string());
    let custom = kinds::custom(tx).await?;
    let processed = judge(entity, &custom)
        .map_err(|(problem, _)| Error::input(format!("{key} cannot be restored as it was: {}", problem.sentence())))?;
    insert_state(tx, deleted, &processed, unprocessed).await?;
    refresh::insert_edges(tx, SOURCE, &[key]).await?;
    managed::put(tx, &[written(deleted, &processed, cause, now)]).await?;
    let said = Said { origin: key, relations: &processed.relations, is_new: false, seq: counters.seq };
    let mut affected = relations::replace(tx, &[said]).await?.affected;
    affected.insert(key.to_owned());
    write::stitch_all(tx, &mut counters, &BTreeMap::from([(key, &processed)]), &affected).await?;
    sequence::save(tx, &counters).await?;
    if reads { refresh::enqueue(tx, &[key.to_owned()]).await } else { Ok(()) }
}

/// No file lists it, and to unregister the one that did would not remove it.
fn move_here(entity: &mut Value) {
    if let Some(annotations) = entity["metadata"]["annotations"].as_object_mut() {
        for name in [ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION] {
            annotations.insert(name.to_owned(), LOCATION.into());
        }
        annotations.shift_remove(ANNOTATION_ORPHAN);
    }
}

/// As if a person had written it: they may change or delete it among what is managed here.
fn written(deleted: &Deleted, processed: &Processed, cause: &Cause, now: OffsetDateTime) -> Managed {
    Managed {
        set_name: RESTORED_SET.to_owned(),
        entity_ref: deleted.entity_ref.clone(),
        document: processed.entity.to_string(),
        changed_at: now,
        changed_by: cause.actor.clone().unwrap_or_default(),
    }
}

async fn insert_state(
    tx: &mut TenantTx,
    deleted: &Deleted,
    processed: &Processed,
    unprocessed: Option<String>,
) -> Result<()> {
    let content = Content::Done(Ok(processed.clone()));
    let emitted = Emitted { entity_ref: deleted.entity_ref.clone(), location_key: String::new(), content };
    sqlx::query(
        "insert into refresh_state (tenant_id, entity_ref, entity_id, location_key, unprocessed, hash)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tx.id())
    .bind(&emitted.entity_ref)
    .bind(deleted.entity_id)
    .bind(&emitted.location_key)
    .bind(unprocessed)
    .bind(emitted.hash())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
