//! Holds removals that are too large to happen unseen.
//!
//! A source has at most one hold. An entity in it keeps its edge, so nothing that reads the catalog notices. It leaves
//! the hold when its source emits it again, when somebody approves, or when it goes by other means; never by itself.
//! Whatever a source lets go of while it has a hold is judged together with what is held already.

use super::remove::{self, Removed};
use super::{refresh, settings};
use crate::domain::settings::{OrphanStrategy, RemovalGuard, Size};
use crate::domain::source::Source;
use kernel::Result;
use sqlx::FromRow;
use std::collections::BTreeSet;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A removal that waits.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Hold {
    /// UUIDv7.
    pub hold_id: Uuid,
    /// As in `refresh_edge.source`.
    pub source: String,
    /// Since when.
    pub held_at: OffsetDateTime,
    /// How many entities the source had.
    pub total: i32,
    /// How many of them would go.
    pub removing: i32,
    /// Whether both numbers count what the entities emit themselves as well.
    pub deep: bool,
}

impl Hold {
    /// How large it is.
    #[must_use]
    pub fn size(&self) -> Size {
        let count = |number: i32| u64::try_from(number).unwrap_or_default();
        Size { removing: count(self.removing), total: count(self.total) }
    }
}

/// What became of entities that a source let go of.
#[derive(Debug, Clone, Default)]
pub struct Released {
    /// What went, and what has to be stitched again.
    pub removed: Removed,
    /// The hold that keeps the rest.
    pub held: Option<Hold>,
}

/// Takes the edges from `source` to what it does not emit any more, and removes what nobody emits then, unless that
/// would be too much at once. `before` is how many entities the source emitted until now.
///
/// # Errors
/// Those of the database.
pub async fn release(tx: &mut TenantTx, source: &str, before: usize, gone: BTreeSet<String>) -> Result<Released> {
    let mut hold = find_of_source(tx, source).await?;
    if gone.is_empty() && hold.is_none() {
        return Ok(Released::default());
    }
    let settings = settings::load(tx).await?;
    let keep_orphans =
        settings.orphan_strategy == OrphanStrategy::Keep && matches!(Source::parse(source), Source::Location(_));
    if keep_orphans {
        forget(tx, &[source.to_owned()]).await?;
        let gone: Vec<String> = gone.into_iter().collect();
        refresh::delete_edges(tx, source, &gone).await?;
        // Stitching marks those that nobody emits now.
        return Ok(Released {
            removed: Removed { affected: gone.into_iter().collect(), ..Removed::default() },
            held: None,
        });
    }
    let held_before = match &hold {
        Some(hold) => list_held(tx, hold.hold_id).await?,
        None => BTreeSet::new(),
    };
    let mut kept: BTreeSet<String> = held_before.intersection(&gone).cloned().collect();
    let mut free: BTreeSet<String> = gone.difference(&kept).cloned().collect();
    let too_much = match free.is_empty() {
        true => None,
        false => judge(tx, source, before, &gone, settings.removal_guard).await?,
    };
    if let Some((size, depth)) = too_much {
        // Others emit these as well: they stay anyway.
        let alone = doomed(tx, source, &gone, Depth::Own).await?;
        free.retain(|entity_ref| !alone.contains(entity_ref));
        kept.extend(alone);
        hold = Some(open(tx, source, size, depth).await?);
    }
    let held = match hold {
        Some(hold) => set_held(tx, source, hold, &kept).await?,
        None => None,
    };
    Ok(Released { held, ..let_go(tx, source, free).await? })
}

/// Takes the edges from `source` to these, however many they are, and removes what nobody emits then.
///
/// # Errors
/// Those of the database.
pub async fn let_go(tx: &mut TenantTx, source: &str, gone: BTreeSet<String>) -> Result<Released> {
    let gone: Vec<String> = gone.into_iter().collect();
    refresh::delete_edges(tx, source, &gone).await?;
    Ok(Released { removed: remove::orphans(tx, gone).await?, held: None })
}

/// The size of the removal, when it has to wait, and how it was counted. What only the source's entities emit goes with
/// them: a Location that leaves its parent's file is one entity there and may be a thousand in all.
async fn judge(
    tx: &mut TenantTx,
    source: &str,
    before: usize,
    gone: &BTreeSet<String>,
    guard: RemovalGuard,
) -> Result<Option<(Size, Depth)>> {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let mut own = Size { removing: count(gone.len()), total: count(before) };
    if guard.holds(own) {
        own.removing = count(doomed(tx, source, gone, Depth::Own).await?.len());
    }
    if emits(tx, gone).await? {
        let whole = whole(tx, source, gone).await?;
        if guard.holds(whole) {
            return Ok(Some((whole, Depth::All)));
        }
    }
    Ok(guard.holds(own).then_some((own, Depth::Own)))
}

/// How much would go with all that only the source's entities emit, of all that goes back to the source.
async fn whole(tx: &mut TenantTx, source: &str, gone: &BTreeSet<String>) -> Result<Size> {
    let removing = doomed(tx, source, gone, Depth::All).await?.len();
    let total: i64 = sqlx::query_scalar(
        "with recursive line (entity_ref) as (
           select entity_ref from refresh_edge where tenant_id = $1 and source = $2
           union
           select edge.entity_ref from line
           join refresh_edge edge on edge.tenant_id = $1 and edge.source = line.entity_ref
         )
         select count(*) from line",
    )
    .bind(tx.id())
    .bind(source)
    .fetch_one(tx.conn())
    .await
    .map_err(db)?;
    Ok(Size { removing: u64::try_from(removing).unwrap_or(u64::MAX), total: u64::try_from(total).unwrap_or_default() })
}

/// Whether any of these emits something itself.
async fn emits(tx: &mut TenantTx, entity_refs: &BTreeSet<String>) -> Result<bool> {
    sqlx::query_scalar("select exists (select from refresh_edge where tenant_id = $1 and source = any ($2))")
        .bind(tx.id())
        .bind(entity_refs.iter().map(String::as_str).collect::<Vec<_>>())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// How far to follow what entities emit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Only what the source itself let go of.
    Own,
    /// Everything that would go with it.
    All,
}

/// What would be removed if `source` let go of these.
///
/// # Errors
/// Those of the database.
pub async fn doomed(
    tx: &mut TenantTx,
    source: &str,
    gone: &BTreeSet<String>,
    depth: Depth,
) -> Result<BTreeSet<String>> {
    let mut doomed: BTreeSet<String> = BTreeSet::new();
    let mut candidates: Vec<String> = gone.iter().cloned().collect();
    // Each round takes what only doomed entities emit; `source` counts for what it let go of and for nothing else.
    let mut doomed_sources: Vec<String> = Vec::new();
    while !candidates.is_empty() {
        let found: Vec<String> = sqlx::query_scalar(
            "select state.entity_ref from refresh_state state
             where state.tenant_id = $1 and state.entity_ref = any ($2) and not exists (
               select from refresh_edge edge
               where edge.tenant_id = $1 and edge.entity_ref = state.entity_ref
                 and edge.source not in (select unnest($3::text[]))
                 and not (edge.source = $4 and edge.entity_ref in (select unnest($5::text[])))
             )",
        )
        .bind(tx.id())
        .bind(&candidates)
        .bind(&doomed_sources)
        .bind(source)
        .bind(gone.iter().map(String::as_str).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await
        .map_err(db)?;
        let fresh: Vec<String> = found.into_iter().filter(|entity_ref| !doomed.contains(entity_ref)).collect();
        doomed.extend(fresh.iter().cloned());
        if depth == Depth::Own || fresh.is_empty() {
            break;
        }
        let edges: Vec<(String, String)> =
            sqlx::query_as("select source, entity_ref from refresh_edge where tenant_id = $1 and source = any ($2)")
                .bind(tx.id())
                .bind(&fresh)
                .fetch_all(tx.conn())
                .await
                .map_err(db)?;
        let emitting: BTreeSet<String> = edges.iter().map(|(source, _)| source.clone()).collect();
        doomed_sources.extend(emitting);
        candidates = edges.into_iter().map(|(_, entity_ref)| entity_ref).collect();
    }
    Ok(doomed)
}

/// The hold of this source, open or rejected.
async fn find_of_source(tx: &mut TenantTx, source: &str) -> Result<Option<Hold>> {
    sqlx::query_as(
        "select hold_id, source, held_at, total, removing, deep from removal_hold where tenant_id = $1 and source = $2",
    )
    .bind(tx.id())
    .bind(source)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Opens a hold, or opens the source's hold again if it was rejected.
async fn open(tx: &mut TenantTx, source: &str, size: Size, depth: Depth) -> Result<Hold> {
    let count = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
    // A rejected hold was decided about: the new one is another one.
    sqlx::query_as(
        "insert into removal_hold (tenant_id, hold_id, source, state, held_at, total, removing, deep)
         values ($1, $2, $3, 'open', clock_timestamp(), $4, $5, $6)
         on conflict on constraint removal_hold_source do update set
           hold_id = case removal_hold.state when 'open' then removal_hold.hold_id else excluded.hold_id end,
           held_at = case removal_hold.state when 'open' then removal_hold.held_at else excluded.held_at end,
           state = 'open', total = excluded.total, removing = excluded.removing
         returning hold_id, source, held_at, total, removing, deep",
    )
    .bind(tx.id())
    .bind(Uuid::now_v7())
    .bind(source)
    .bind(count(size.total))
    .bind(count(size.removing))
    .bind(depth == Depth::All)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

/// Makes these the hold's entities. Without any, the hold is over.
async fn set_held(
    tx: &mut TenantTx,
    source: &str,
    mut hold: Hold,
    entity_refs: &BTreeSet<String>,
) -> Result<Option<Hold>> {
    if entity_refs.is_empty() {
        forget(tx, &[source.to_owned()]).await?;
        return Ok(None);
    }
    let before = list_held(tx, hold.hold_id).await?;
    if before == *entity_refs {
        return Ok(Some(hold));
    }
    let gone: Vec<&str> = before.difference(entity_refs).map(String::as_str).collect();
    let fresh: Vec<&str> = entity_refs.difference(&before).map(String::as_str).collect();
    sqlx::query("delete from removal_hold_entity where tenant_id = $1 and hold_id = $2 and entity_ref = any ($3)")
        .bind(tx.id())
        .bind(hold.hold_id)
        .bind(gone)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    sqlx::query("insert into removal_hold_entity (tenant_id, hold_id, entity_ref) select $1, $2, unnest($3::text[])")
        .bind(tx.id())
        .bind(hold.hold_id)
        .bind(fresh)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    let depth = if hold.deep { Depth::All } else { Depth::Own };
    let removing = doomed(tx, source, entity_refs, depth).await?.len();
    hold.removing = i32::try_from(removing).unwrap_or(i32::MAX);
    sqlx::query("update removal_hold set removing = $3 where tenant_id = $1 and hold_id = $2")
        .bind(tx.id())
        .bind(hold.hold_id)
        .bind(hold.removing)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(Some(hold))
}

/// The entities of a hold.
///
/// # Errors
/// Those of the database.
pub async fn list_held(tx: &mut TenantTx, hold_id: Uuid) -> Result<BTreeSet<String>> {
    let refs: Vec<String> =
        sqlx::query_scalar("select entity_ref from removal_hold_entity where tenant_id = $1 and hold_id = $2")
            .bind(tx.id())
            .bind(hold_id)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    Ok(refs.into_iter().collect())
}

/// What is held of this source.
///
/// # Errors
/// Those of the database.
pub async fn list_held_of(tx: &mut TenantTx, source: &str) -> Result<BTreeSet<String>> {
    match find_of_source(tx, source).await? {
        Some(hold) => list_held(tx, hold.hold_id).await,
        None => Ok(BTreeSet::new()),
    }
}

/// Forgets the holds of sources that are gone themselves, or that let go without anybody's approval now.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut TenantTx, sources: &[String]) -> Result<()> {
    sqlx::query("delete from removal_hold where tenant_id = $1 and source = any ($2)")
        .bind(tx.id())
        .bind(sources)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// The holds that wait for somebody, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Hold>> {
    sqlx::query_as(
        "select hold_id, source, held_at, total, removing, deep from removal_hold hold
         where tenant_id = $1 and state = 'open' and exists (
           select from removal_hold_entity held where held.tenant_id = $1 and held.hold_id = hold.hold_id
         )
         order by hold_id",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One hold that waits for somebody.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, hold_id: Uuid) -> Result<Option<Hold>> {
    sqlx::query_as(
        "select hold_id, source, held_at, total, removing, deep from removal_hold
         where tenant_id = $1 and hold_id = $2 and state = 'open'",
    )
    .bind(tx.id())
    .bind(hold_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Keeps the entities of a hold until its source lets go of more. `None` when it does not wait (any more).
///
/// # Errors
/// Those of the database.
pub async fn reject(tx: &mut TenantTx, hold_id: Uuid) -> Result<Option<Hold>> {
    sqlx::query_as(
        "update removal_hold set state = 'rejected' where tenant_id = $1 and hold_id = $2 and state = 'open'
         returning hold_id, source, held_at, total, removing, deep",
    )
    .bind(tx.id())
    .bind(hold_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}
