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
mod tray;
mod unit;

use crate::State;
use crate::store::refresh::QUEUE;
use crate::store::stitch_due;
use runtime::Tasks;
use std::sync::Arc;
use std::time::Duration;
use store::queue::{self, Job};
use tokio::sync::Semaphore;
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
    let slots = Arc::new(Semaphore::new(usize::from(state.config.concurrency)));
    let shutdown = tasks.shutdown_token();
    while !shutdown.is_cancelled() {
        let free = u16::try_from(slots.available_permits()).unwrap_or(u16::MAX);
        let jobs = if free == 0 { Vec::new() } else { claim(state, free).await };
        let more = !jobs.is_empty();
        for job in jobs {
            // One permit is free for each job, since only this loop takes them.
            let Ok(permit) = slots.clone().acquire_owned().await else { return };
            let context = context.clone();
            let span = job.span();
            let work = async move {
                match job {
                    Due::Unit(job) => unit::work(&context, job, permit).await,
                    Due::Stitching(job) => {
                        stitch(&context.state, &job).await;
                        drop(permit);
                    }
                }
                context.state.wake.notify_one();
            };
            tasks.spawn("catalog.process.unit", work.instrument(span));
        }
        if !more || slots.available_permits() == 0 {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = state.wake.notified() => {}
                () = tokio::time::sleep(state.config.poll_interval) => {}
            }
        }
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
async fn claim(state: &State, free: u16) -> Vec<Due> {
    let reserved = state.config.concurrency / RESERVED;
    let urgent = free <= reserved;
    let units = match urgent {
        true => queue::claim_urgent(&state.db, QUEUE, free, LEASE).await,
        false => queue::claim(&state.db, QUEUE, free - reserved, LEASE).await,
    };
    let units = or_none(units, QUEUE);
    let taken = u16::try_from(units.len()).unwrap_or(u16::MAX);
    let stitching = if taken < free && (urgent || taken < free - reserved) {
        or_none(queue::claim(&state.db, stitch_due::QUEUE, free - taken, LEASE).await, stitch_due::QUEUE)
    } else {
        Vec::new()
    };
    units.into_iter().map(Due::Unit).chain(stitching.into_iter().map(Due::Stitching)).collect()
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
    if let Err(error) = worked.await {
        tracing::warn!(%error, attempts = job.attempts, "could not stitch relations; will try again");
    }
}
