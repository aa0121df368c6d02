//! What the catalog was: versions of entities and of relations that hold no more, and the questions about them.
//!
//! The current version of an entity is its row in `entity`, that of a relation its row in `relation`; both know the
//! change that brought them (`since_seq`). What ends becomes a row here, valid from one `seq` up to, and not including,
//! another. What begins and ends in the same change was never visible and leaves no row. A first ingest writes nothing.

pub mod deleted;
pub mod events;
pub mod moment;
pub mod prune;
pub mod rebuild;
pub mod versions;

use kernel::Result;
use store::{TenantTx, db};

/// A version whose content ends with the change in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Superseded<'r> {
    /// Whose.
    pub entity_ref: &'r str,
    /// What it was, as JSON.
    pub content: &'r str,
    /// The change that replaces it.
    pub seq: i64,
}

/// Keeps the versions that changes replace. Before `entity` is updated.
///
/// # Errors
/// Those of the database.
pub async fn supersede(tx: &mut TenantTx, versions: &[Superseded<'_>]) -> Result<()> {
    if versions.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into entity_version
           (tenant_id, entity_ref, from_seq, to_seq, entity_no, entity_id, deleted, document)
         select $1, entity.entity_ref, entity.since_seq, ended.seq, entity.entity_no, entity.entity_id, false,
           ended.document
         from unnest($2::text[], $3::text[], $4::bigint[]) as ended (entity_ref, document, seq)
         join entity on entity.tenant_id = $1 and entity.entity_ref = ended.entity_ref
           and entity.since_seq < ended.seq",
    )
    .bind(tx.id())
    .bind(versions.iter().map(|version| version.entity_ref).collect::<Vec<_>>())
    .bind(versions.iter().map(|version| version.content).collect::<Vec<_>>())
    .bind(versions.iter().map(|version| version.seq).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Keeps the last versions of entities that the change in progress deletes. Before their rows go.
///
/// # Errors
/// Those of the database.
pub async fn bury(tx: &mut TenantTx, entity_refs: &[String]) -> Result<()> {
    // Under the lock of `sequence::lock`, the counters say which change is in progress.
    sqlx::query(
        "insert into entity_version
           (tenant_id, entity_ref, from_seq, to_seq, entity_no, entity_id, deleted, document)
         select $1, entity.entity_ref, entity.since_seq, now.seq, entity.entity_no, entity.entity_id, true,
           entity.document
         from tenant_seq now
         join entity on entity.tenant_id = $1 and entity.entity_ref = any ($2) and entity.since_seq < now.seq
         where now.tenant_id = $1",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
