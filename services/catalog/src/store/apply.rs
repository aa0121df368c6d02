//! Takes over the result of one run: the whole of it in one transaction, both directions of every relation included.

use super::claim::{self, Conflict, Mode, Mutated};
use super::guard::{self, Released};
use super::refresh::{self, Claim, State};
use super::sequence::{self, Counters};
use super::{additions, relations, write};
use crate::domain::cause::Cause;
use crate::domain::outcome::{Content, Emitted, Processed, Run};
use crate::domain::source::NO_KEY;
use kernel::Result;
use model::Relation;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use store::TenantTx;

/// What [`run`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Entities that were written or failed anew.
    pub changed: usize,
    /// Entities that another file claims.
    pub conflicts: usize,
}

/// Writes the result of reading the unit `entity_ref`. After a failure only its status changes; what it emitted before
/// stays.
///
/// # Errors
/// Those of the database.
pub async fn run(tx: &mut TenantTx, entity_ref: &str, run: &Run, next_in: Duration) -> Result<Applied> {
    let mut counters = sequence::lock(tx, &Cause::location(entity_ref)).await?;
    let unsearchable = run.own.as_ref().ok().and_then(|processed| processed.unsearchable.as_ref());
    let problem = run.own.as_ref().err().or(unsearchable);
    let sources = run.own.is_ok().then_some(run.sources.as_slice());
    refresh::set_read(tx, entity_ref, problem, sources, next_in).await?;
    let mut changes = Changes::default();
    changes.affected.insert(entity_ref.to_owned());
    if let Ok(processed) = &run.own {
        changes.processed.insert(entity_ref, processed);
        emit(tx, entity_ref, &run.emitted, &mut changes).await?;
    }
    finish(tx, &mut counters, &mut changes).await?;
    Ok(changes.applied)
}

/// Entities to write, and entities to stitch again.
#[derive(Default)]
struct Changes<'r> {
    processed: BTreeMap<&'r str, &'r Processed>,
    affected: BTreeSet<String>,
    applied: Applied,
    mutated: Mutated,
}

/// Takes over all that `source` emits, and lets go of what it emitted before.
async fn emit<'r>(tx: &mut TenantTx, source: &str, emitted: &'r [Emitted], changes: &mut Changes<'r>) -> Result<()> {
    let before = refresh::list_emitted(tx, source).await?;
    let kept = take(tx, source, emitted, changes).await?;
    let conflicting: Vec<&str> = changes.mutated.conflicts.iter().map(|one| one.entity_ref.as_str()).collect();
    refresh::set_conflicts(tx, source, &conflicting).await?;
    let gone = before.difference(&kept).cloned().collect();
    let released = guard::release(tx, source, before.len(), gone).await?;
    changes.let_go(released);
    Ok(())
}

impl Changes<'_> {
    fn let_go(&mut self, released: Released) {
        self.affected.extend(released.removed.affected);
        self.mutated.removed.extend(released.removed.entity_refs);
        self.mutated.held = released.held;
    }
}

/// Takes over what `source` emits, and returns the keys of what is its own now.
async fn take<'r>(
    tx: &mut TenantTx,
    source: &str,
    emitted: &'r [Emitted],
    changes: &mut Changes<'r>,
) -> Result<BTreeSet<String>> {
    let refs: Vec<&str> = emitted.iter().map(|one| one.entity_ref.as_str()).collect();
    let claims = refresh::claims(tx, source, &refs).await?;
    let (mine, conflicts): (Vec<&Emitted>, Vec<&Emitted>) =
        emitted.iter().partition(|one| source != one.entity_ref && may_claim(claims.get(&one.entity_ref), one));
    let changed: Vec<(&Emitted, State)> = changed_states(&mine, &claims);
    let states: Vec<State> = changed.iter().map(|(_, state)| state.clone()).collect();
    refresh::upsert(tx, &states).await?;
    let readers: Vec<String> =
        states.iter().filter(|state| state.unprocessed.is_some()).map(|state| state.entity_ref.clone()).collect();
    refresh::enqueue(tx, &readers).await?;

    let kept: BTreeSet<String> = mine.iter().map(|one| one.entity_ref.clone()).collect();
    let displaced: Vec<&str> = mine.iter().filter(|one| displaces(&claims, one)).map(|one| &*one.entity_ref).collect();
    claim::displace(tx, &displaced).await?;
    refresh::insert_edges(tx, source, &kept.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    changes.affected.extend(additions::list_dressed(tx, &kept).await?);

    for (one, _) in &changed {
        changes.affected.insert(one.entity_ref.clone());
        if let Content::Done(Ok(processed)) = &one.content {
            changes.processed.insert(&one.entity_ref, processed);
        }
    }
    changes.applied = Applied { changed: changed.len(), conflicts: conflicts.len() };
    changes.mutated.changed = changed.len();
    changes.mutated.conflicts = conflicts
        .into_iter()
        .map(|one| Conflict {
            entity_ref: one.entity_ref.clone(),
            claimed_by: claims.get(&one.entity_ref).map(|claim| claim.location_key.clone()).unwrap_or_default(),
        })
        .collect();
    Ok(kept)
}

/// The first to claim an entity keeps it, unless they named no location key, or whoever emits it under another key now
/// is the only one who did.
fn may_claim(claim: Option<&Claim>, emitted: &Emitted) -> bool {
    claim
        .is_none_or(|claim| claim.location_key == emitted.location_key || claim.location_key == NO_KEY || !claim.shared)
}

/// Whether others who named no location key have to let go of it.
fn displaces(claims: &HashMap<String, Claim>, emitted: &Emitted) -> bool {
    emitted.location_key != NO_KEY
        && claims.get(&emitted.entity_ref).is_some_and(|claim| claim.location_key == NO_KEY && claim.shared)
}

fn changed_states<'e>(mine: &[&'e Emitted], claims: &HashMap<String, Claim>) -> Vec<(&'e Emitted, State)> {
    let mut changed = Vec::new();
    for one in mine {
        let hash = one.hash();
        let same = claims
            .get(&one.entity_ref)
            .is_some_and(|claim| claim.hash == hash && claim.location_key == one.location_key);
        if same {
            continue;
        }
        let (unprocessed, problem) = match &one.content {
            Content::Done(Ok(processed)) => (None, processed.unsearchable.clone()),
            Content::Done(Err(problem)) => (None, Some(problem.clone())),
            Content::Pending(document) => (Some(document.to_string()), None),
        };
        changed.push((
            *one,
            State {
                entity_ref: one.entity_ref.clone(),
                location_key: one.location_key.clone(),
                unprocessed,
                hash,
                problem,
            },
        ));
    }
    changed
}

async fn finish(tx: &mut TenantTx, counters: &mut Counters, changes: &mut Changes<'_>) -> Result<()> {
    let said: Vec<(String, &[Relation])> = changes
        .processed
        .iter()
        .map(|(entity_ref, processed)| ((*entity_ref).to_owned(), processed.relations.as_slice()))
        .collect();
    changes.affected.extend(relations::replace(tx, &said).await?);
    write::stitch_all(tx, counters, &changes.processed, &changes.affected).await?;
    sequence::save(tx, counters).await
}

/// Registers the Location entity of a new or moved location and makes it due.
///
/// # Errors
/// Those of the database.
pub async fn register(tx: &mut TenantTx, source: &str, root: &Emitted, cause: &Cause) -> Result<()> {
    let mut counters = sequence::lock(tx, cause).await?;
    let mut changes = Changes::default();
    emit(tx, source, std::slice::from_ref(root), &mut changes).await?;
    finish(tx, &mut counters, &mut changes).await?;
    refresh::force(tx, std::slice::from_ref(&root.entity_ref)).await
}

/// Applies a mutation of a source that is no file: an entity provider, or people who write entities here.
///
/// # Errors
/// Those of the database.
pub async fn provider(
    tx: &mut TenantTx,
    source: &str,
    emitted: &[Emitted],
    mode: Mode<'_>,
    cause: &Cause,
) -> Result<Mutated> {
    let mut counters = sequence::lock(tx, cause).await?;
    let mut changes = Changes::default();
    let before = refresh::list_emitted(tx, source).await?;
    let kept = take(tx, source, emitted, &mut changes).await?;
    let absent = |entity_ref: &&String| before.contains(*entity_ref) && !kept.contains(*entity_ref);
    let mut gone: BTreeSet<String> = match mode {
        Mode::Full => before.difference(&kept).cloned().collect(),
        Mode::Delta(removed) | Mode::Explicit(removed) => removed.iter().filter(absent).cloned().collect(),
    };
    claim::note_conflicts(tx, source, emitted, mode, &changes.mutated.conflicts).await?;
    if let Mode::Delta(_) = mode {
        // Nobody said that they are there again: what is held stays so.
        gone.extend(guard::list_held_of(tx, source).await?.difference(&kept).cloned());
    }
    let released = match mode.is_guarded() {
        true => guard::release(tx, source, before.len(), gone).await?,
        false => guard::let_go(tx, source, gone).await?,
    };
    changes.let_go(released);
    finish(tx, &mut counters, &mut changes).await?;
    Ok(changes.mutated)
}
