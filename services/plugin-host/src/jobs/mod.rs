//! Background work: installing packages.

mod frontend;
pub(crate) mod install;
mod leftovers;
pub(crate) mod tool;

use crate::State;
use crate::store::{history, package, tenant};
use kernel::{Error, Result};
use runtime::Tasks;
use serde_json::json;
use std::time::Duration;
use store::queue::{self, Job, NewJob};
use store::{Db, SystemReason};

/// The queue of packages to install; the key is the package's name.
pub const QUEUE: &str = "plugins.install";

/// How often the queue is looked at when nobody wakes us.
const LOOK: Duration = Duration::from_secs(1);
/// A process that dies in the middle of an installation is succeeded after that.
const LEASE: Duration = Duration::from_secs(60);
/// How often a lease is renewed.
const EXTEND: Duration = Duration::from_secs(20);
/// Tries of an installation that fails for a reason that may pass.
const TRIES: i32 = 3;

/// Spawns the plugin host's background work.
pub fn spawn(state: &State, tasks: &Tasks) {
    let (first, config) = (state.clone(), state.config.clone());
    tasks.spawn("plugins.start", async move {
        leftovers::clear(&config).await;
        if let Err(error) = renew_frontends(&first).await {
            tracing::warn!(%error, "front ends of another version of the portal were not looked for");
        }
    });
    crate::rollouts::spawn(state, tasks);
    crate::tasks::spawn(state, tasks);
    crate::events::spawn(state, tasks);
    let (state, shutdown) = (state.clone(), tasks.shutdown_token());
    tasks.spawn("plugins.install", async move {
        while !shutdown.is_cancelled() {
            // One at a time: an installation takes most of a small machine.
            match queue::claim(&state.db, QUEUE, 1, LEASE).await {
                Ok(jobs) if !jobs.is_empty() => {
                    for job in &jobs {
                        shutdown.run_until_cancelled(run(&state, job)).await;
                    }
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the queue of installations cannot be read"),
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = state.wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

/// Installs one package and writes down how it went; failures of the database leave the job to be run again.
async fn run(state: &State, job: &Job) {
    let outcome = tokio::select! {
        outcome = install::install(state, job) => outcome,
        () = keep_lease(&state.db, job) => return,
    };
    let finished = match outcome {
        Ok(found) => finish(state, job, found).await,
        Err(error) => give_up(state, job, error).await,
    };
    if let Err(error) = finished {
        tracing::warn!(tenant = %job.tenant(), package = job.key, %error, "an installation's outcome cannot be written");
    }
}

/// Ends when the lease is lost.
async fn keep_lease(db: &Db, job: &Job) {
    loop {
        tokio::time::sleep(EXTEND).await;
        let extended = async {
            let mut tx = db.tenant(job.tenant()).await?;
            let kept = queue::extend(&mut tx, job, LEASE).await?;
            tx.commit().await?;
            Ok::<_, Error>(kept)
        };
        if matches!(extended.await, Ok(false)) {
            return;
        }
    }
}

async fn finish(state: &State, job: &Job, found: Option<package::Installed>) -> Result<()> {
    let now = state.clock.now();
    let mut tx = state.db.tenant(job.tenant()).await?;
    let Some(found) = found else {
        // It was removed before its turn came.
        queue::complete(&mut tx, job).await?;
        return tx.commit().await;
    };
    let fits = match install::check_place(&mut tx, &job.key, &found).await {
        Ok(()) => install::check_room(&mut tx, &state.config.plans, &found).await,
        taken => taken,
    };
    if let Err(error) = fits {
        drop(tx);
        return give_up(state, job, error).await;
    }
    if package::set_installed(&mut tx, &job.key, &found, now).await? {
        crate::store::installation::insert_or_touch(&mut tx, &found.plugin_id, now).await?;
        history::insert(&mut tx, &job.key, &found, ("install", None), now).await?;
    }
    if !queue::complete(&mut tx, job).await? {
        return tx.rollback().await;
    }
    tx.commit().await?;
    tracing::info!(tenant = %job.tenant(), package = job.key, version = found.version, "plugin installed");
    state.changed(job.tenant(), &found.plugin_id);
    Ok(())
}

async fn give_up(state: &State, job: &Job, error: Error) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    tracing::warn!(tenant = %job.tenant(), package = job.key, %error, "plugin not installed");
    if error.is_transient() && job.attempts < TRIES {
        queue::fail(&mut tx, job, &error.to_string(), queue::back_off(job.attempts)).await?;
    } else {
        let message = match error.kind {
            kernel::ErrorKind::Internal => "An internal error occurred; the platform's log has the cause.".to_owned(),
            _ => error.message,
        };
        package::set_failed(&mut tx, &job.key, &message, state.clock.now()).await?;
        queue::complete(&mut tx, job).await?;
    }
    tx.commit().await
}

/// Asks for every front end to be built again that was built for another version of the portal.
async fn renew_frontends(state: &State) -> Result<()> {
    let Some(shell) = frontend::shell_digest(&state.config).await else { return Ok(()) };
    let mut tx = state.db.system(SystemReason::ListTenants).await?;
    let tenants = tenant::list_active_tenants(&mut tx).await?;
    tx.commit().await?;
    for tenant in tenants {
        let mut tx = state.db.tenant(tenant).await?;
        for found in package::list_packages(&mut tx).await? {
            if found.frontend.as_ref().is_some_and(|frontend| frontend.shell != shell) {
                // The same version: nobody asked for a newer one.
                let job = NewJob::now(QUEUE, &found.package).with(json!({ "version": found.version }));
                queue::enqueue(&mut tx, job).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}
