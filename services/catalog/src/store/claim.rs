//! Whose an entity is: mutations of sources that are no files, conflicts, and claims that give way.
//!
//! Backstage's rules: the first location key to claim an entity keeps it; the same key may replace it; an entity whose
//! source named no key is anybody's who names one, and nobody without a key gets one that has a key.

use super::guard::Hold;
use super::refresh;
use crate::domain::outcome::Emitted;
use kernel::Result;
use std::collections::BTreeSet;
use store::{TenantTx, db};

/// What a mutation says about entities that it does not name.
#[derive(Debug, Clone, Copy)]
pub enum Mode<'m> {
    /// They are gone.
    Full,
    /// Nothing; only these are gone.
    Delta(&'m [String]),
    /// Nothing; a person deletes these, so the guard does not ask.
    Explicit(&'m [String]),
}

impl Mode<'_> {
    /// Whether the guard judges what is gone.
    #[must_use]
    pub const fn is_guarded(self) -> bool {
        matches!(self, Self::Full | Self::Delta(_))
    }
}

/// An entity that somebody else has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Its key.
    pub entity_ref: String,
    /// The location key that claims it.
    pub claimed_by: String,
}

/// What a mutation did.
#[derive(Debug, Clone, Default)]
pub struct Mutated {
    /// Entities that were written or failed anew.
    pub changed: usize,
    /// Entities that others claim.
    pub conflicts: Vec<Conflict>,
    /// Entities that are gone.
    pub removed: BTreeSet<String>,
    /// What keeps entities that the source let go of.
    pub held: Option<Hold>,
}

/// Takes these entities away from whoever emits them without a location key.
///
/// # Errors
/// Those of the database.
pub async fn displace(tx: &mut TenantTx, entity_refs: &[&str]) -> Result<()> {
    if entity_refs.is_empty() {
        return Ok(());
    }
    for sql in [
        "delete from refresh_edge where tenant_id = $1 and entity_ref = any ($2)",
        "delete from managed_entity where tenant_id = $1 and entity_ref = any ($2)",
        "delete from removal_hold_entity where tenant_id = $1 and entity_ref = any ($2)",
    ] {
        sqlx::query(sql).bind(tx.id()).bind(entity_refs).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}

/// Notes which entities others claim: all that there are after a full mutation, else beside those noted before.
///
/// # Errors
/// Those of the database.
pub async fn note_conflicts(
    tx: &mut TenantTx,
    source: &str,
    emitted: &[Emitted],
    mode: Mode<'_>,
    conflicts: &[Conflict],
) -> Result<()> {
    let conflicting: Vec<&str> = conflicts.iter().map(|one| one.entity_ref.as_str()).collect();
    let removed = match mode {
        Mode::Full => return refresh::set_conflicts(tx, source, &conflicting, &BTreeSet::new()).await,
        Mode::Delta(removed) | Mode::Explicit(removed) => removed,
    };
    let settled: Vec<&str> = emitted.iter().map(|one| &*one.entity_ref).chain(removed.iter().map(|r| &**r)).collect();
    sqlx::query("delete from refresh_conflict where tenant_id = $1 and source = $2 and entity_ref = any ($3)")
        .bind(tx.id())
        .bind(source)
        .bind(settled)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    refresh::insert_conflicts(tx, source, &conflicting).await
}
