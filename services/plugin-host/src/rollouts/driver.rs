//! The loop that drives rollouts: what happened goes in, the new state is written, the actions are carried out.

use super::{check, restore, switch};
use crate::State;
use crate::domain::gate::{Figures, Verdict, judge};
use crate::domain::package::Wanted;
use crate::domain::rollout::{Action, Event, Phase, Rollout, Step, step};
use crate::jobs::install;
use crate::store::rollout::{self, Both, Row};
use kernel::{Error, Result, TenantId};
use runtime::Tasks;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use store::SystemReason;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Between two tries of an action that a part of the platform let down.
const AGAIN: Duration = Duration::from_secs(1);
/// Tries of an action whose failure is the version's own.
const TRIES: u32 = 5;

/// What one process knows of the rollouts that it carries out.
struct Driver {
    state: State,
    tasks: Tasks,
    process: Uuid,
    events: mpsc::UnboundedSender<(Uuid, Event)>,
    /// Rollouts that it has gone on with.
    known: HashSet<Uuid>,
    /// Figures of a version from before this process.
    before: HashMap<(Uuid, TenantId), Figures>,
}

/// Spawns the loop.
pub fn spawn(state: &State, tasks: &Tasks) {
    let (events, mut happened) = mpsc::unbounded_channel();
    let mut driver = Driver {
        state: state.clone(),
        tasks: tasks.clone(),
        process: Uuid::new_v4(),
        events,
        known: HashSet::new(),
        before: HashMap::new(),
    };
    let shutdown = tasks.shutdown_token();
    tasks.spawn("plugins.rollouts", async move {
        let mut waiting: Vec<(Uuid, Event)> = Vec::new();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                Some(event) = happened.recv() => waiting.push(event),
                () = tokio::time::sleep(driver.state.config.upgrades.look) => {}
            }
            while let Ok(event) = happened.try_recv() {
                waiting.push(event);
            }
            match driver.turn(&waiting).await {
                Ok(()) => waiting.clear(),
                // What happened is not forgotten.
                Err(error) => tracing::warn!(%error, "rollouts cannot be looked at"),
            }
        }
    });
}

impl Driver {
    /// Looks at every open rollout once.
    async fn turn(&mut self, waiting: &[(Uuid, Event)]) -> Result<()> {
        let lease = self.state.config.upgrades.lease;
        let mut tx = self.state.db.system(SystemReason::Rollouts).await?;
        let rows = rollout::lease(&mut tx, self.process, lease).await?;
        tx.commit().await?;
        let ids: HashSet<Uuid> = rows.iter().map(|row| row.rollout_id).collect();
        // What another process went on with meanwhile is new to us when it comes back.
        self.known.retain(|id| ids.contains(id));
        self.before.retain(|(id, _), _| ids.contains(id));
        for rows in rows.chunk_by(|a, b| a.rollout_id == b.rollout_id) {
            self.look_at(rows, waiting).await?;
        }
        Ok(())
    }

    async fn look_at(&mut self, rows: &[Row], waiting: &[(Uuid, Event)]) -> Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let id = first.rollout_id;
        let before = rollout::rollout_of(rows)?;
        let mut events: Vec<Event> =
            waiting.iter().filter(|(of, _)| *of == id).map(|(_, event)| event.clone()).collect();
        let new = !self.known.contains(&id);
        if new {
            for row in rows {
                let figures = row.figures.as_ref().map(|figures| figures.new.clone()).unwrap_or_default();
                self.before.insert((id, row.tenant()), figures);
            }
            events.insert(0, Event::Resumed);
        }
        match first.wanted.as_deref() {
            Some("stop") => events.push(Event::Stop),
            Some("revert") => events.push(Event::Revert),
            _ => {}
        }
        if before.phase == Phase::Running {
            for row in rows {
                events.extend(self.judged(row).await?);
            }
        }
        if events.is_empty() {
            return Ok(());
        }
        let (after, actions) = events.into_iter().fold((before.clone(), Vec::new()), |(rollout, mut all), event| {
            let (rollout, actions) = step(rollout, event);
            all.extend(actions);
            (rollout, all)
        });
        if after != before || first.wanted.is_some() {
            self.save(id, &before, &after).await?;
        }
        self.known.insert(id);
        for action in actions {
            self.carry_out(first, action);
        }
        Ok(())
    }

    async fn save(&self, id: Uuid, before: &Rollout, after: &Rollout) -> Result<()> {
        let mut tx = self.state.db.system(SystemReason::Rollouts).await?;
        rollout::save(&mut tx, id, before, after, self.state.clock.now()).await?;
        tx.commit().await?;
        if after.phase != before.phase {
            let (from, to, reason) = (before.phase.word(), after.phase.word(), after.reason.as_deref());
            tracing::info!(rollout = %id, from, to, reason, "a rollout");
        }
        Ok(())
    }

    /// What the gate says about an organisation that is watched.
    async fn judged(&self, row: &Row) -> Result<Option<Event>> {
        if row.step()? != Step::Watching {
            return Ok(None);
        }
        let tenant = row.tenant();
        let stored = row.figures.as_ref().map(|figures| figures.0.clone()).unwrap_or_default();
        let before = self.before.get(&(row.rollout_id, tenant)).cloned().unwrap_or_default();
        let new = before.plus(&self.state.supervisor.figures(tenant, &row.plugin_id));
        let figures = Both { old: stored.old.clone(), new };
        if figures != stored {
            let mut tx = self.state.db.tenant(tenant).await?;
            rollout::set_figures(&mut tx, row.rollout_id, &figures).await?;
            tx.commit().await?;
        }
        let watched = (self.state.clock.now() - row.step_since).unsigned_abs();
        let beacons = u32::try_from(row.beacons).unwrap_or(0);
        Ok(match judge(&row.plan.gate, &figures.old, &figures.new, beacons, watched) {
            Verdict::NotYet => None,
            Verdict::Healthy => Some(Event::Healthy(tenant)),
            Verdict::Bad(reason) => Some(Event::Bad(tenant, reason)),
        })
    }

    /// Carries an action out in a task of its own; how it went is the next event.
    fn carry_out(&self, row: &Row, action: Action) {
        let (state, events, id) = (self.state.clone(), self.events.clone(), row.rollout_id);
        let (package, version, own) = (row.package.clone(), row.version.clone(), row.former.upload.is_some());
        let shutdown = self.tasks.shutdown_token();
        self.tasks.spawn(format!("rollout {id} {action:?}"), async move {
            let done = async {
                match action {
                    // It was built and checked when it was uploaded.
                    Action::Prepare if own => Event::Prepared,
                    Action::Prepare => prepare(&state, &package, &version).await,
                    Action::Check(tenant) | Action::Switch(tenant) | Action::Restore(tenant) => {
                        until_it_is_done(&state, id, tenant, action).await
                    }
                }
            };
            if let Some(event) = shutdown.run_until_cancelled(done).await {
                // At the end of the process the row says where to go on.
                drop(events.send((id, event)));
            }
        });
    }
}

async fn prepare(state: &State, package: &str, version: &str) -> Event {
    let prepared = async {
        state.config.allow.check(package)?;
        let wanted = Wanted::new(package, Some(version))?;
        let bundle = install::install_bundle(state, &wanted).await?;
        install::check(&bundle.described)
    };
    match prepared.await {
        Ok(()) => Event::Prepared,
        Err(error) => Event::NotPrepared(words(&error)),
    }
}

/// Tries again what the platform, and not the version, let down. Going back is tried for ever.
async fn until_it_is_done(state: &State, id: Uuid, tenant: TenantId, action: Action) -> Event {
    let mut tries = 0;
    loop {
        tries += 1;
        let done = match action {
            Action::Restore(_) => restore::restore(state, id, tenant).await,
            Action::Switch(_) => switch::switch(state, id, tenant).await,
            Action::Check(_) | Action::Prepare => check::check(state, id, tenant).await,
        };
        match done {
            Ok(event) => return event,
            Err(error) => {
                tracing::warn!(rollout = %id, %tenant, ?action, %error, "a step of a rollout failed");
                if tries >= TRIES && !matches!(action, Action::Restore(_)) {
                    return Event::Refused(tenant, words(&error));
                }
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn words(error: &Error) -> String {
    match error.kind {
        kernel::ErrorKind::Internal => "An internal error occurred; the platform's log has the cause.".to_owned(),
        _ => error.message.clone(),
    }
}
