//! Which version an organisation ran from when on.

use crate::store::package::{Backend, Installed};
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// Entries that are shown.
const SHOWN: i64 = 200;

/// One change of version.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    /// The package.
    pub package: String,
    /// Its version since then.
    pub version: String,
    /// The bundle's address.
    pub digest: Option<String>,
    /// `install`, `rollout` or `rollback`.
    pub cause: String,
    /// The rollout, if it was one.
    pub rollout_id: Option<Uuid>,
    /// Since when.
    pub since: OffsetDateTime,
}

/// Writes that this version runs from now on.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut TenantTx,
    package: &str,
    installed: &Installed,
    (cause, rollout): (&str, Option<Uuid>),
    now: OffsetDateTime,
) -> Result<()> {
    let digest = match &installed.backend {
        Some(Backend::Node { digest, .. }) => digest.clone(),
        _ => None,
    };
    sqlx::query(
        "insert into plugin_history (tenant_id, history_id, plugin_id, package, version, digest, cause, rollout_id, since)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tx.id())
    .bind(Uuid::now_v7())
    .bind(&installed.plugin_id)
    .bind(package)
    .bind(&installed.version)
    .bind(digest)
    .bind(cause)
    .bind(rollout)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The plugin's versions, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, plugin_id: &str) -> Result<Vec<Entry>> {
    sqlx::query_as(
        "select package, version, digest, cause, rollout_id, since from plugin_history
         where tenant_id = $1 and plugin_id = $2 order by since desc, history_id desc limit $3",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(SHOWN)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
