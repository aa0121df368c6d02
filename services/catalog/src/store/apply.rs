//! Takes over the results of runs: each of them whole, both directions of every relation included, and all that are at
//! hand in one transaction, so that what they have in common is written once.

use super::claim::{self, Conflict, Mode, Mutated};
use super::guard::{self, Released};
use super::refresh::{self, Claim, State};
use super::relations::{self, Said};
use super::sequence::{self, Counters};
use super::write::{self, Fresh};
use super::{additions, files, stitch_due};
use crate::domain::cause::Cause;
use crate::domain::outcome::{Content, Emitted, Run};
use crate::domain::source::NO_KEY;
use kernel::Result;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use store::TenantTx;
use store::queue::Urgency;

/// A run of one unit.
#[derive(Debug, Clone, Copy)]
pub struct UnitRun<'r> {
    /// The unit.
    pub entity_ref: &'r str,
    /// What reading it came to.
    pub run: &'r Run,
    /// When it is read again.
    pub next_in: Duration,
    /// Who waits for it, and for the units that it emits.
    pub urgency: Urgency,
}

/// What [`runs`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Units that are gone, so that nothing was taken over.
    pub gone: BTreeSet<String>,
    /// Entities that were written or failed anew.
    pub changed: usize,
    /// Entities that another file claims.
    pub conflicts: usize,
}

/// Writes the results of reading units, one after another. After a failure only the unit's status changes; what it
/// emitted before stays.
///
/// # Errors
/// Those of the database.
pub async fn runs(tx: &mut TenantTx, runs: &[UnitRun<'_>]) -> Result<Applied> {
    let mut changes = Changes::default();
    let mut counters = None;
    for one in runs {
        let cause = Cause { commit: one.run.files.commit.clone(), ..Cause::location(one.entity_ref) };
        let now = sequence::lock(tx, &cause).await?;
        changes.seq = now.seq;
        changes.urgency = one.urgency;
        counters = Some(now);
        take_over(tx, one, &mut changes).await?;
    }
    let Some(mut counters) = counters else { return Ok(Applied::default()) };
    let units: Vec<&str> = runs.iter().map(|one| one.entity_ref).collect();
    // While more is due, what these runs only touched is going to be touched again.
    changes.may_wait = refresh::others_due(tx, &units).await?;
    finish(tx, &mut counters, &mut changes).await?;
    Ok(changes.applied)
}

async fn take_over<'r>(tx: &mut TenantTx, one: &UnitRun<'r>, changes: &mut Changes<'r>) -> Result<()> {
    let UnitRun { entity_ref, run, next_in, .. } = *one;
    let unsearchable = run.own.as_ref().ok().and_then(|processed| processed.unsearchable.as_ref());
    let problem = run.own.as_ref().err().or(unsearchable);
    if !refresh::set_read(tx, entity_ref, problem, next_in).await? {
        changes.applied.gone.insert(entity_ref.to_owned());
        return Ok(());
    }
    files::remember(tx, entity_ref, &run.files, run.own.is_ok()).await?;
    changes.affected.insert(entity_ref.to_owned());
    let Ok(processed) = &run.own else { return Ok(()) };
    changes.processed.insert(entity_ref, Fresh { processed, is_new: false, seq: changes.seq });
    emit(tx, entity_ref, &run.files.emitted, &run.files.kept, changes).await
}

/// Entities to write, and entities to stitch again.
#[derive(Default)]
struct Changes<'r> {
    processed: BTreeMap<&'r str, Fresh<'r>>,
    /// Entities whose status may be different, or what is added to them.
    affected: BTreeSet<String>,
    /// Whether those whose relations are different may be stitched a little later.
    may_wait: bool,
    /// The change in progress.
    seq: i64,
    /// Of units that are emitted.
    urgency: Urgency,
    applied: Applied,
    /// What the last source's part of it came to.
    mutated: Mutated,
}

/// Takes over what a source emits, and lets go of what it emitted before. It goes on emitting what is `kept`, without a
/// word about it.
async fn emit<'r>(
    tx: &mut TenantTx,
    source: &str,
    emitted: &'r [Emitted],
    kept: &BTreeSet<String>,
    changes: &mut Changes<'r>,
) -> Result<()> {
    let before = refresh::list_emitted(tx, source).await?;
    let mine = take(tx, source, emitted, changes).await?;
    let conflicting: Vec<&str> = changes.mutated.conflicts.iter().map(|one| one.entity_ref.as_str()).collect();
    refresh::set_conflicts(tx, source, &conflicting, kept).await?;
    let gone = before.iter().filter(|key| !mine.contains(*key) && !kept.contains(*key)).cloned().collect();
    let released = guard::release(tx, source, before.len(), gone).await?;
    changes.let_go(released);
    Ok(())
}

impl Changes<'_> {
    fn new(counters: &Counters, urgency: Urgency) -> Self {
        Self { seq: counters.seq, urgency, ..Self::default() }
    }

    fn let_go(&mut self, released: Released) {
        // What a run before this one brought may be among them.
        self.processed.retain(|key, _| !released.removed.entity_refs.contains(*key));
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
    refresh::enqueue_as(tx, &readers, changes.urgency).await?;

    let kept: BTreeSet<String> = mine.iter().map(|one| one.entity_ref.clone()).collect();
    let displaced: Vec<&str> = mine.iter().filter(|one| displaces(&claims, one)).map(|one| &*one.entity_ref).collect();
    claim::displace(tx, &displaced).await?;
    let unkeyed: Vec<&str> = mine.iter().filter(|one| is_unkeyed(&claims, one)).map(|one| &*one.entity_ref).collect();
    claim::displace_restored(tx, source, &unkeyed).await?;
    refresh::insert_edges(tx, source, &kept.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    changes.affected.extend(additions::list_dressed(tx, &kept).await?);

    for (one, _) in &changed {
        changes.affected.insert(one.entity_ref.clone());
        if let Content::Done(Ok(processed)) = &one.content {
            let is_new = !claims.contains_key(&one.entity_ref);
            changes.processed.insert(&one.entity_ref, Fresh { processed, is_new, seq: changes.seq });
        }
    }
    changes.applied.changed += changed.len();
    changes.applied.conflicts += conflicts.len();
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
    emitted.location_key != NO_KEY && is_unkeyed(claims, emitted)
}

/// Whether others emit it who named no location key.
fn is_unkeyed(claims: &HashMap<String, Claim>, emitted: &Emitted) -> bool {
    claims.get(&emitted.entity_ref).is_some_and(|claim| claim.location_key == NO_KEY && claim.shared)
}

fn changed_states<'e>(mine: &[&'e Emitted], claims: &HashMap<String, Claim>) -> Vec<(&'e Emitted, State)> {
    let mut changed = Vec::new();
    for one in mine {
        let state = state_of(one);
        let same = claims
            .get(&one.entity_ref)
            .is_some_and(|claim| claim.hash == state.hash && claim.location_key == one.location_key);
        if !same {
            changed.push((*one, state));
        }
    }
    changed
}

fn state_of(one: &Emitted) -> State {
    let (unprocessed, problem) = match &one.content {
        Content::Done(Ok(processed)) => (None, processed.unsearchable.clone()),
        Content::Done(Err(problem)) => (None, Some(problem.clone())),
        Content::Pending(document) => (Some(document.to_string()), None),
    };
    let (entity_ref, location_key) = (one.entity_ref.clone(), one.location_key.clone());
    State { entity_ref, location_key, unprocessed, hash: one.hash(), problem }
}

async fn finish(tx: &mut TenantTx, counters: &mut Counters, changes: &mut Changes<'_>) -> Result<()> {
    let said: Vec<Said<'_>> = changes
        .processed
        .iter()
        .map(|(origin, Fresh { processed, is_new, seq })| Said {
            origin,
            relations: &processed.relations,
            is_new: *is_new,
            seq: *seq,
        })
        .collect();
    let replaced = relations::replace(tx, &said).await?;
    let here = |key: &String| changes.processed.contains_key(key.as_str()) || changes.affected.contains(key);
    let peers: BTreeSet<String> = replaced.affected.iter().filter(|key| !here(key)).cloned().collect();
    if changes.may_wait {
        stitch_due::add(tx, &peers).await?;
    } else {
        changes.affected.extend(peers);
    }
    write::stitch_with(tx, counters, &changes.processed, &changes.affected, &replaced).await?;
    sequence::save(tx, counters).await
}

/// Registers the Location entity of a new or moved location and makes it due.
///
/// # Errors
/// Those of the database.
pub async fn register(tx: &mut TenantTx, source: &str, root: &Emitted, cause: &Cause) -> Result<()> {
    if matches!(root.content, Content::Pending(_)) && refresh::insert(tx, &state_of(root)).await? {
        // Nobody knows it, so nothing changes that anybody sees: no need to wait for the changes in progress.
        refresh::insert_edges(tx, source, &[&root.entity_ref]).await?;
        return refresh::enqueue(tx, std::slice::from_ref(&root.entity_ref)).await;
    }
    let mut counters = sequence::lock(tx, cause).await?;
    let mut changes = Changes::new(&counters, Urgency::Person);
    emit(tx, source, std::slice::from_ref(root), &BTreeSet::new(), &mut changes).await?;
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
    let mut changes = Changes::new(&counters, Urgency::Background);
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
