//! The life of a rollout as a pure function: `(Rollout, Event) → (Rollout, actions)`.
//!
//! Organisations take part in rings: canaries first (ring 0), then waves. Each is checked (started and compared beside
//! what it runs), switched and watched before it counts as promoted; a ring begins when the one before is through. The
//! first that is refused or found bad ends the rollout: whoever is not promoted goes back, the rest stays.
//!
//! Every state is written down before its actions are carried out, and every action may be carried out twice: after
//! `kill -9` the next process applies [`Event::Resumed`] and goes on. Nothing here reads a clock.

use kernel::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the whole is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = RolloutPhase)]
pub enum Phase {
    /// The version's bundle is fetched, checked, signed and stored.
    Preparing,
    /// Organisations are switched, ring after ring.
    Running,
    /// Whoever is not promoted goes back.
    RollingBack,
    /// Everybody has it.
    Done,
    /// Nobody has it.
    RolledBack,
    /// It ended early; those who were promoted keep it.
    Stopped,
}

impl Phase {
    /// The word in rows and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Running => "running",
            Self::RollingBack => "rolling-back",
            Self::Done => "done",
            Self::RolledBack => "rolled-back",
            Self::Stopped => "stopped",
        }
    }

    /// Whether anything is still to be done.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Preparing | Self::Running | Self::RollingBack)
    }
}

/// How far one organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = RolloutStep)]
pub enum Step {
    /// Its turn has not come.
    Waiting,
    /// The new version is started and compared; everything is answered by the former.
    Checking,
    /// The new version starts in its place.
    Switching,
    /// The new version answers, and is watched.
    Watching,
    /// It keeps the new version.
    Promoted,
    /// The former version starts in its place again.
    Restoring,
    /// It has the former version again.
    Restored,
    /// The check refused it: it never had the new version.
    Refused,
    /// It cannot be switched now: its data is too large and its quiet hours have not come, or it cannot be copied.
    Deferred,
    /// Its administrator has pinned or frozen the version, or the rollout ended before its turn.
    Skipped,
}

impl Step {
    /// The word in rows and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Checking => "checking",
            Self::Switching => "switching",
            Self::Watching => "watching",
            Self::Promoted => "promoted",
            Self::Restoring => "restoring",
            Self::Restored => "restored",
            Self::Refused => "refused",
            Self::Deferred => "deferred",
            Self::Skipped => "skipped",
        }
    }

    /// Whether this organisation's part is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Promoted | Self::Restored | Self::Refused | Self::Deferred | Self::Skipped)
    }
}

/// One organisation's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Whose.
    pub tenant: TenantId,
    /// When its turn is: 0 is the canaries'.
    pub ring: u32,
    /// How far it is.
    pub step: Step,
    /// Why, where that needs saying.
    pub reason: Option<String>,
}

/// A rollout as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// What it is doing.
    pub phase: Phase,
    /// Why, where that needs saying.
    pub reason: Option<String>,
    /// The ring whose turn it is.
    pub ring: u32,
    /// So many organisations are worked on at once.
    pub parallel: usize,
    /// Who takes part, by ring.
    pub members: Vec<Member>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The bundle is there.
    Prepared,
    /// There is none, for this reason.
    NotPrepared(String),
    /// The new version started and compares well.
    Checked(TenantId),
    /// It did not, or could not take the former's place.
    Refused(TenantId, String),
    /// It cannot be done now.
    Deferred(TenantId, String),
    /// The new version answers.
    Switched(TenantId),
    /// It was watched long enough.
    Healthy(TenantId),
    /// The gate closed.
    Bad(TenantId, String),
    /// The former version answers again.
    Restored(TenantId),
    /// The operator wants it to end: those who are not promoted go back.
    Stop,
    /// The operator wants everybody to go back.
    Revert,
    /// Another process goes on with it.
    Resumed,
}

/// What is to be done. Each may be carried out twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Fetch, check, sign and store the bundle.
    Prepare,
    /// Start the new version beside the former and compare.
    Check(TenantId),
    /// Put the new version in the former's place.
    Switch(TenantId),
    /// Put the former version in the new one's place.
    Restore(TenantId),
}

/// The transition function.
#[must_use]
pub fn step(mut rollout: Rollout, event: Event) -> (Rollout, Vec<Action>) {
    let mut actions = Vec::new();
    match event {
        Event::Prepared if rollout.phase == Phase::Preparing => rollout.phase = Phase::Running,
        Event::NotPrepared(reason) if rollout.phase == Phase::Preparing => {
            halt(&mut rollout, reason);
        }
        Event::Checked(tenant) => {
            let halting = rollout.phase != Phase::Running;
            if let Some(member) = at(&mut rollout, tenant, Step::Checking) {
                if halting {
                    skip(member);
                } else {
                    member.step = Step::Switching;
                    actions.push(Action::Switch(tenant));
                }
            }
        }
        Event::Refused(tenant, reason) => {
            let checking = at(&mut rollout, tenant, Step::Checking).is_some();
            let from = if checking { Step::Checking } else { Step::Switching };
            if let Some(member) = at(&mut rollout, tenant, from) {
                (member.step, member.reason) = (Step::Refused, Some(reason.clone()));
                halt(&mut rollout, reason);
            }
        }
        Event::Deferred(tenant, reason) => {
            let member = rollout.members.iter_mut().find(|member| member.tenant == tenant);
            if let Some(member) = member.filter(|member| matches!(member.step, Step::Checking | Step::Switching)) {
                (member.step, member.reason) = (Step::Deferred, Some(reason));
            }
        }
        Event::Switched(tenant) => {
            if let Some(member) = at(&mut rollout, tenant, Step::Switching) {
                member.step = Step::Watching;
            }
        }
        Event::Healthy(tenant) if rollout.phase == Phase::Running => {
            if let Some(member) = at(&mut rollout, tenant, Step::Watching) {
                member.step = Step::Promoted;
            }
        }
        Event::Bad(tenant, reason) => {
            if let Some(member) = at(&mut rollout, tenant, Step::Watching) {
                member.reason = Some(reason.clone());
                halt(&mut rollout, reason);
            }
        }
        Event::Restored(tenant) => {
            if let Some(member) = at(&mut rollout, tenant, Step::Restoring) {
                member.step = Step::Restored;
            }
        }
        Event::Stop if rollout.phase.is_open() => halt(&mut rollout, "The operator stopped it.".to_owned()),
        Event::Revert => revert(&mut rollout),
        Event::Resumed => actions = pending(&rollout),
        Event::Prepared | Event::NotPrepared(_) | Event::Healthy(_) | Event::Stop => {}
    }
    advance(&mut rollout, &mut actions);
    (rollout, actions)
}

/// What was under way when a process died.
fn pending(rollout: &Rollout) -> Vec<Action> {
    if rollout.phase == Phase::Preparing {
        return vec![Action::Prepare];
    }
    let of_member = |member: &Member| match member.step {
        Step::Checking => Some(Action::Check(member.tenant)),
        Step::Switching => Some(Action::Switch(member.tenant)),
        Step::Restoring => Some(Action::Restore(member.tenant)),
        _ => None,
    };
    rollout.members.iter().filter_map(of_member).collect()
}

/// No further organisation begins, and those who are watched go back.
fn halt(rollout: &mut Rollout, reason: String) {
    if rollout.phase == Phase::RollingBack || !rollout.phase.is_open() {
        return;
    }
    rollout.phase = Phase::RollingBack;
    rollout.reason = Some(reason);
    rollout.members.iter_mut().filter(|member| member.step == Step::Waiting).for_each(skip);
}

fn skip(member: &mut Member) {
    (member.step, member.reason) = (Step::Skipped, Some("The rollout ended before its turn.".to_owned()));
}

fn revert(rollout: &mut Rollout) {
    if rollout.phase.is_open() {
        halt(rollout, "The operator took it back.".to_owned());
    } else {
        rollout.phase = Phase::RollingBack;
        rollout.reason = Some("The operator took it back.".to_owned());
    }
    for member in rollout.members.iter_mut().filter(|member| member.step == Step::Promoted) {
        member.step = Step::Watching;
    }
}

/// Begins what can begin and ends what is over.
fn advance(rollout: &mut Rollout, actions: &mut Vec<Action>) {
    match rollout.phase {
        Phase::Running => begin(rollout, actions),
        Phase::RollingBack => {
            for member in rollout.members.iter_mut().filter(|member| member.step == Step::Watching) {
                member.step = Step::Restoring;
                actions.push(Action::Restore(member.tenant));
            }
            if rollout.members.iter().all(|member| member.step.is_over()) {
                let kept = rollout.members.iter().any(|member| member.step == Step::Promoted);
                rollout.phase = if kept { Phase::Stopped } else { Phase::RolledBack };
            }
        }
        _ => {}
    }
}

fn begin(rollout: &mut Rollout, actions: &mut Vec<Action>) {
    loop {
        let ring = rollout.ring;
        let mut of_ring = rollout.members.iter_mut().filter(|member| member.ring == ring).peekable();
        if of_ring.peek().is_some() {
            let busy = |member: &&mut Member| matches!(member.step, Step::Checking | Step::Switching);
            let mut at_work = of_ring.filter(busy).count();
            let waiting = |member: &&mut Member| member.ring == ring && member.step == Step::Waiting;
            for member in rollout.members.iter_mut().filter(waiting) {
                if at_work >= rollout.parallel {
                    break;
                }
                member.step = Step::Checking;
                actions.push(Action::Check(member.tenant));
                at_work += 1;
            }
            if rollout.members.iter().any(|member| member.ring == ring && !member.step.is_over()) {
                return;
            }
        }
        match rollout.members.iter().map(|member| member.ring).filter(|next| *next > ring).min() {
            Some(next) => rollout.ring = next,
            None => {
                rollout.phase = Phase::Done;
                return;
            }
        }
    }
}

fn at(rollout: &mut Rollout, tenant: TenantId, step: Step) -> Option<&mut Member> {
    rollout.members.iter_mut().find(|member| member.tenant == tenant && member.step == step)
}

/// Deals organisations to rings: the canaries to ring 0, then waves of so many per cent of the rest, those on the early
/// channel before those on the stable one.
#[must_use]
pub fn rings(canaries: &[TenantId], waves: &[u32], rest: &[(TenantId, bool)]) -> Vec<(TenantId, u32)> {
    let mut dealt: Vec<(TenantId, u32)> = canaries.iter().map(|tenant| (*tenant, 0)).collect();
    let early = rest.iter().filter(|(_, early)| *early);
    let ordered: Vec<TenantId> =
        early.chain(rest.iter().filter(|(_, early)| !*early)).map(|(tenant, _)| *tenant).collect();
    let count = ordered.len();
    for (position, tenant) in ordered.into_iter().enumerate() {
        let reached = |per_cent: u32| (position + 1) * 100 <= count * usize::try_from(per_cent).unwrap_or(100);
        let wave = waves.iter().position(|per_cent| reached(*per_cent)).unwrap_or(waves.len());
        dealt.push((tenant, u32::try_from(wave + 1).unwrap_or(u32::MAX)));
    }
    dealt
}

#[cfg(test)]
#[path = "rollout_tests.rs"]
mod tests;
