//! Background work: reading Location entities and what they point at.
//!
//! A unit of work is one Location entity. It is read and judged without a transaction, and taken over in one. Several
//! units run at the same time; a unit that fails or hangs delays no other. Whatever was acknowledged is a row and a
//! job of one transaction, so a killed process loses nothing: the lease of its jobs runs out and they are due again.

mod bundles;
mod files;
pub mod process;
pub mod processors;
pub mod reader;
mod retention;
mod slots;
mod tray;
mod unit;

use crate::State;
use crate::store::refresh::QUEUE;
use crate::store::stitch_due;
use runtime::Tasks;
use slots::Slots;
use std::time::{Duration, Instant};
use store::queue::{self, Job};
use tracing::Instrument as _;
use tray::Trays;

/// How long a job is ours without a sign of life.
const LEASE: Duration = Duration::from_secs(9);
/// One slot in so many is kept for what a person waits for.
const RESERVED: u16 = 4;

/// What work needs.
#[derive(Clone)]
struct Context {
    state: State,
    tasks: Tasks,
    trays: Trays,
}

/// Starts the loop that reads what is due.
pub fn start(state: &State, tasks: &Tasks) {
    retention::start(state, tasks);
    let context = Context { state: state.clone(), tasks: tasks.clone(), trays: Trays::new() };
    tasks.spawn("catalog.process", async move { run(context).await });
}

async fn run(context: Context) {
    let Context { state, tasks, .. } = &context;
    let slots = Slots::new(state.config.concurrency);
    let shutdown = tasks.shutdown_token();
    let mut stitching = Stitching::default();
    while !shutdown.is_cancelled() {
        let free = slots.free();
        let Claimed { due, rest } = claim(state, free, &mut stitching).await;
        for job in due {
            // One slot is free for each job, since only this loop takes them.
            let Some(slot) = slots.take() else { return };
            let context = context.clone();
            let span = job.span();
            let work = async move {
                match job {
                    Due::Unit(job) => unit::work(&context, job, slot).await,
                    Due::Stitching(job) => {
                        stitch(&context.state, &job).await;
                        drop(slot);
                        // There may be more of it.
                        context.state.wake.notify_one();
                    }
                }
            };
            tasks.spawn("catalog.process.unit", work.instrument(span));
        }
        if rest == Rest::Asked && slots.free() > 0 {
            continue;
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = state.wake.notified() => {}
            () = slots.freed(), if rest != Rest::None => {}
            () = tokio::time::sleep(state.config.poll_interval) => {}
        }
    }
}

/// What one look into the queues came to.
struct Claimed {
    due: Vec<Due>,
    rest: Rest,
}

/// Whether there may be more work than was claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// No: who enqueues more says so, and other processes' work is found at the next poll.
    None,
    /// Work that has to wait for a slot.
    ForSlots,
    /// As many jobs were due as were asked for.
    Asked,
}

/// When the queue of stitching was looked at last.
#[derive(Default)]
struct Stitching(Option<Instant>);

impl Stitching {
    /// Whether to look again: whenever there is nothing else to do, and from time to time while there is.
    fn is_next(&mut self, idle: bool, interval: Duration) -> bool {
        let now = Instant::now();
        let next = idle || self.0.is_none_or(|last| now.duration_since(last) >= interval);
        if next {
            self.0 = Some(now);
        }
        next
    }
}

/// Work that was claimed.
enum Due {
    Unit(Job),
    Stitching(Job),
}

impl Due {
    fn span(&self) -> tracing::Span {
        match self {
            Self::Unit(job) => tracing::info_span!("process", tenant = %job.tenant(), unit = %job.key),
            Self::Stitching(job) => tracing::info_span!("stitch", tenant = %job.tenant()),
        }
    }
}

/// Units first: what they touch is stitched in slots that are left over. The last slots are kept for people, so that hosts
/// which hang cannot hold all of them.
async fn claim(state: &State, free: u16, stitching: &mut Stitching) -> Claimed {
    let reserved = state.config.concurrency / RESERVED;
    let (units, asked) = match free {
        0 => return Claimed { due: Vec::new(), rest: Rest::ForSlots },
        _ if free <= reserved => (queue::claim_urgent(&state.db, QUEUE, free, LEASE).await, free),
        _ => (queue::claim(&state.db, QUEUE, free - reserved, LEASE).await, free - reserved),
    };
    let units = or_none(units, QUEUE);
    let taken = u16::try_from(units.len()).unwrap_or(u16::MAX);
    let rest = match taken < asked {
        true if free <= reserved => Rest::ForSlots,
        true => Rest::None,
        false => Rest::Asked,
    };
    let left = free.saturating_sub(taken);
    let to_stitch = if rest != Rest::Asked && stitching.is_next(taken == 0, state.config.poll_interval) {
        or_none(queue::claim(&state.db, stitch_due::QUEUE, left, LEASE).await, stitch_due::QUEUE)
    } else {
        Vec::new()
    };
    Claimed { due: units.into_iter().map(Due::Unit).chain(to_stitch.into_iter().map(Due::Stitching)).collect(), rest }
}

fn or_none(jobs: kernel::Result<Vec<Job>>, queue: &'static str) -> Vec<Job> {
    jobs.unwrap_or_else(|error| {
        tracing::warn!(%error, queue, "cannot look for work; will try again");
        Vec::new()
    })
}

/// Stitches what was put off. Whatever fails is due again when the lease ends.
async fn stitch(state: &State, job: &Job) {
    let worked = async {
        let mut tx = state.db.tenant(job.tenant()).await?;
        if stitch_due::work_off(&mut tx, job).await? { tx.commit().await } else { tx.rollback().await }
    };
    let Err(error) = worked.await else { return };
    if stitch_due::may_be_left(job) {
        tracing::warn!(%error, "could not refresh the planner's statistics; the next large change does");
        if let Err(error) = leave(state, job).await {
            tracing::warn!(%error, "could not end a job; its lease will run out");
        }
        return;
    }
    tracing::warn!(%error, attempts = job.attempts, "could not stitch relations; will try again");
}

/// Ends a job that need not be done.
async fn leave(state: &State, job: &Job) -> kernel::Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    if queue::complete(&mut tx, job).await? { tx.commit().await } else { tx.rollback().await }
}
