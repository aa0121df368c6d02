//! Uploading from the command line, beside a running server: that builds and brings in, the command waits.

use super::{Actor, Desk};
use crate::domain::upload::MOST_PACKED;
use crate::store::upload::{self, State};
use kernel::{Error, Result, TenantId};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// How often it is looked whether it is built.
const LOOK: Duration = Duration::from_millis(300);

/// Uploads an archive for an organisation and waits until a plugin host has built it; publishes it if that is asked. Returns
/// what became of it.
///
/// # Errors
/// `Input` with everything that is wrong with the archive, or why it cannot be built; `Conflict` as for publishing;
/// `Unavailable` when nobody has built it within `patience`.
pub async fn upload(desk: &Desk, tenant: TenantId, file: &Path, publish: bool, patience: Duration) -> Result<Value> {
    let operator = Actor { label: "operator".to_owned(), member: None };
    let unreadable = |error| Error::input(format!("{} cannot be read: {error}", file.display()));
    let length = tokio::fs::metadata(file).await.map_err(unreadable)?.len();
    if length > MOST_PACKED {
        return Err(Error::too_large(format!("An archive has at most {} MB.", MOST_PACKED >> 20)));
    }
    let id = desk.accept(tenant, file, &operator).await?;
    let deadline = Instant::now() + patience;
    loop {
        let mut tx = desk.db.tenant(tenant).await?;
        let found = upload::find(&mut tx, id).await?.ok_or_else(upload::unknown)?;
        tx.commit().await?;
        match found.state {
            State::Ready => break,
            State::Failed => return Err(Error::input(found.message.unwrap_or_default())),
            State::Building if Instant::now() >= deadline => {
                return Err(Error::unavailable("Nobody has built it yet. It goes on when a plugin host is running."));
            }
            State::Building => tokio::time::sleep(LOOK).await,
        }
    }
    let found = match publish {
        true => desk.publish(tenant, id, &operator).await?,
        false => {
            let mut tx = desk.db.tenant(tenant).await?;
            let found = upload::get_for_update(&mut tx, id).await?;
            tx.commit().await?;
            found
        }
    };
    Ok(json!({ "id": id, "package": found.package, "version": found.version, "pluginId": found.plugin_id,
        "hasBackend": found.backend.is_some(), "hasFrontend": found.frontend.is_some(), "published": publish,
        "checks": found.checks.map(|checks| checks.0) }))
}
