//! Asking for a package: the row and the job of one transaction, for the API and for the command line.

use crate::domain::allow_list::AllowList;
use crate::domain::package::Wanted;
use crate::http::view::{Installed, view_of};
use crate::jobs::QUEUE;
use crate::store::installation;
use crate::store::package::{self, State};
use kernel::{Error, Result, SharedClock, TenantId};
use serde_json::json;
use std::time::Duration;
use store::queue::{self, NewJob};
use store::{AuditEvent, Db, TenantTx};
use time::OffsetDateTime;
use tokio::time::Instant;

/// How often the command line looks whether the job has ended.
const LOOK: Duration = Duration::from_millis(300);

/// Notes, in the caller's transaction, that `actor` wants the package; a plugin host installs it once it is committed.
///
/// # Errors
/// `NotAllowed` when the package is not on the operator's list; those of the database.
pub async fn request_install(
    tx: &mut TenantTx,
    allow: &AllowList,
    wanted: &Wanted,
    actor: &str,
    now: OffsetDateTime,
) -> Result<()> {
    allow.check(&wanted.package)?;
    if package::find_package(tx, &wanted.package).await?.is_some_and(|found| found.upload_id.is_some()) {
        return Err(Error::conflict("Your organisation has a plugin of its own by this name. Remove it first."));
    }
    package::want_package(tx, wanted, now).await?;
    queue::enqueue(tx, NewJob::now(QUEUE, &wanted.package)).await?;
    let event = AuditEvent::named(actor, "plugin.install", &wanted.package);
    tx.record(event.after(json!({ "version": wanted.version }))).await
}

/// Installs `PACKAGE[@VERSION]` for an organisation and waits until a plugin host has done it: works beside a running
/// server, and in it.
///
/// # Errors
/// `Input` when the package is none, or cannot be installed, with the reason; `NotAllowed` when it is not on the
/// operator's list; `Unavailable` when nothing has happened within `patience`.
pub async fn install(
    db: &Db,
    clock: &SharedClock,
    allow: &AllowList,
    tenant: TenantId,
    package: &str,
    patience: Duration,
) -> Result<Installed> {
    let wanted = Wanted::parse(package)?;
    let mut tx = db.tenant(tenant).await?;
    request_install(&mut tx, allow, &wanted, "operator", clock.now()).await?;
    tx.commit().await?;
    let deadline = Instant::now() + patience;
    loop {
        let mut tx = db.tenant(tenant).await?;
        let found = package::find_package(&mut tx, &wanted.package).await?;
        let found = found.ok_or_else(|| Error::not_found("The plugin was removed while it was being installed."))?;
        match found.state {
            State::Installed => {
                let installation = installation::find_installation(&mut tx, &found.plugin_id).await?;
                let packages = package::list_packages_of(&mut tx, &found.plugin_id).await?;
                tx.commit().await?;
                return Ok(view_of(&found.plugin_id, installation.as_ref(), &packages, None, None));
            }
            State::Failed => {
                return Err(Error::input(found.message.unwrap_or_default()));
            }
            State::Installing => tx.commit().await?,
        }
        if Instant::now() >= deadline {
            return Err(Error::unavailable(
                "Nobody has finished installing the package yet. It goes on when a plugin host is running.",
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
}
