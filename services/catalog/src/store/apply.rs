//! Takes over the result of one run: the whole of it in one transaction, both directions of every relation included.

use super::refresh::{self, Claim, State};
use super::sequence::{self, Counters};
use super::{files, relations, remove, stitch_due, write};
use crate::domain::cause::Cause;
use crate::domain::outcome::{Content, Emitted, Processed, Run};
use kernel::Result;
use model::Relation;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use store::TenantTx;
use store::queue::Urgency;

/// What [`run`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Entities that were written or failed anew.
    pub changed: usize,
    /// Entities that another file claims.
    pub conflicts: usize,
}

/// Writes the result of reading the unit `entity_ref`. After a failure only its status changes; what it emitted before
/// stays. Whoever waits for the unit waits for the units that it emits.
///
/// # Errors
/// Those of the database.
pub async fn run(
    tx: &mut TenantTx,
    entity_ref: &str,
    run: &Run,
    next_in: Duration,
    urgency: Urgency,
) -> Result<Applied> {
    let cause = Cause { commit: run.files.commit.clone(), ..Cause::location(entity_ref) };
    let mut counters = sequence::lock(tx, &cause).await?;
    let unsearchable = run.own.as_ref().ok().and_then(|processed| processed.unsearchable.as_ref());
    let problem = run.own.as_ref().err().or(unsearchable);
    refresh::set_read(tx, entity_ref, problem, next_in).await?;
    files::remember(tx, entity_ref, &run.files, run.own.is_ok()).await?;
    let mut changes = Changes { urgency, ..Changes::default() };
    changes.affected.insert(entity_ref.to_owned());
    if let Ok(processed) = &run.own {
        changes.processed.insert(entity_ref, processed);
        emit(tx, entity_ref, &run.files.emitted, &run.files.kept, &mut changes).await?;
    }
    // While more is due, what this run only touched is going to be touched again.
    changes.may_wait = refresh::others_due(tx, entity_ref).await?;
    finish(tx, &mut counters, changes).await
}

/// Entities to write, and entities to stitch again.
#[derive(Default)]
struct Changes<'r> {
    processed: BTreeMap<&'r str, &'r Processed>,
    /// Entities whose status may be different.
    affected: BTreeSet<String>,
    /// Entities whose relations are different.
    peers: BTreeSet<String>,
    /// Whether those may be stitched a little later.
    may_wait: bool,
    /// Of units that are emitted.
    urgency: Urgency,
    applied: Applied,
}

/// Takes over what a source emits. It goes on emitting what is `kept`, without a word about it.
async fn emit<'r>(
    tx: &mut TenantTx,
    source: &str,
    emitted: &'r [Emitted],
    kept: &BTreeSet<String>,
    changes: &mut Changes<'r>,
) -> Result<()> {
    let refs: Vec<&str> = emitted.iter().map(|one| one.entity_ref.as_str()).collect();
    let claims = refresh::claims(tx, source, &refs).await?;
    let (mine, conflicts): (Vec<&Emitted>, Vec<&Emitted>) =
        emitted.iter().partition(|one| source != one.entity_ref && may_claim(claims.get(&one.entity_ref), one));
    let changed: Vec<(&Emitted, State)> = changed_states(&mine, &claims);
    let states: Vec<State> = changed.iter().map(|(_, state)| state.clone()).collect();
    refresh::upsert(tx, &states).await?;
    let readers: Vec<String> =
        states.iter().filter(|state| state.unprocessed.is_some()).map(|state| state.entity_ref.clone()).collect();
    refresh::enqueue_as(tx, &readers, changes.urgency).await?;

    let mine: Vec<&str> = mine.iter().map(|one| one.entity_ref.as_str()).collect();
    refresh::insert_edges(tx, source, &mine).await?;
    let conflicting: Vec<&str> = conflicts.iter().map(|one| one.entity_ref.as_str()).collect();
    refresh::set_conflicts(tx, source, &conflicting, kept).await?;
    let gone = gone(tx, source, &mine, kept).await?;
    refresh::delete_edges(tx, source, &gone).await?;
    changes.peers.extend(remove::orphans(tx, gone).await?);

    for (one, _) in &changed {
        changes.affected.insert(one.entity_ref.clone());
        if let Content::Done(Ok(processed)) = &one.content {
            changes.processed.insert(&one.entity_ref, processed);
        }
    }
    changes.applied = Applied { changed: changed.len(), conflicts: conflicts.len() };
    Ok(())
}

/// What a source emitted and emits no longer. The one place that decides what a source takes away.
async fn gone(tx: &mut TenantTx, source: &str, mine: &[&str], kept: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut emitted = refresh::list_emitted(tx, source).await?;
    for key in mine {
        emitted.remove(*key);
    }
    emitted.retain(|key| !kept.contains(key));
    Ok(emitted.into_iter().collect())
}

/// The first file to claim an entity keeps it, unless whoever emits it from another file now is the only one who did.
fn may_claim(claim: Option<&Claim>, emitted: &Emitted) -> bool {
    claim.is_none_or(|claim| claim.location_key == emitted.location_key || !claim.shared)
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

async fn finish(tx: &mut TenantTx, counters: &mut Counters, mut changes: Changes<'_>) -> Result<Applied> {
    let said: Vec<(&str, &[Relation])> =
        changes.processed.iter().map(|(origin, processed)| (*origin, processed.relations.as_slice())).collect();
    let replaced = relations::replace(tx, &said).await?;
    let here = |key: &String| changes.processed.contains_key(key.as_str()) || changes.affected.contains(key);
    let peers: BTreeSet<String> =
        changes.peers.iter().chain(&replaced.affected).filter(|key| !here(key)).cloned().collect();
    if changes.may_wait {
        stitch_due::add(tx, &peers).await?;
    } else {
        changes.affected.extend(peers);
    }
    write::stitch_with(tx, counters, &changes.processed, &changes.affected, &replaced).await?;
    sequence::save(tx, counters).await?;
    Ok(changes.applied)
}

/// Registers the Location entity of a new or moved location and makes it due.
///
/// # Errors
/// Those of the database.
pub async fn register(tx: &mut TenantTx, source: &str, root: &Emitted, cause: &Cause) -> Result<()> {
    let mut counters = sequence::lock(tx, cause).await?;
    let mut changes = Changes::default();
    emit(tx, source, std::slice::from_ref(root), &BTreeSet::new(), &mut changes).await?;
    finish(tx, &mut counters, changes).await?;
    refresh::force(tx, std::slice::from_ref(&root.entity_ref)).await
}
