//! A plugin's data during an upgrade: what has to be copied, and clearing away what a killed process left.

use crate::State;
use crate::bundles::{Place, files_below};
use crate::store::package::Backend;
use crate::store::rollout::{Row, Side};
use crate::store::{policy, schema};
use kernel::{Result, TenantId};
use store::plugin_copies as copies;
use store::plugins::{SchemaName, drop_schema};
use uuid::Uuid;

/// What becomes of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// There is none, or the two versions share it.
    Share,
    /// The version is tried on a copy first; that shows whether it changes the schema.
    Try,
    /// It cannot be done now, for this reason.
    Later,
}

/// What is to be done with the data, and why not now.
pub async fn plan(state: &State, row: &Row, next: &Side) -> Result<(Plan, String)> {
    let share = Ok((Plan::Share, String::new()));
    let (Some(url), Some(Backend::Node { .. })) = (&state.config.plugins_url, &next.backend) else { return share };
    let (live, quiet) = live(state, row).await?;
    let (bytes, tables) = copies::size(url, &live).await?;
    if tables == 0 {
        return share;
    }
    let migrations = has_new_migrations(state, row, next).await?;
    if let Some(obstacle) = copies::obstacle(url, &live).await? {
        let reason =
            format!("Its data cannot be copied because of the {obstacle}, and the version has new migrations.");
        return if migrations { Ok((Plan::Later, reason)) } else { share };
    }
    if bytes > state.config.upgrades.copy_bytes {
        if migrations && !quiet {
            let reason = format!("Its data has {} MB and waits for the organisation's quiet hours.", bytes >> 20);
            return Ok((Plan::Later, reason));
        }
        return if migrations { Ok((Plan::Try, String::new())) } else { share };
    }
    Ok((Plan::Try, String::new()))
}

async fn live(state: &State, row: &Row) -> Result<(SchemaName, bool)> {
    let mut tx = state.db.tenant(row.tenant()).await?;
    let live = schema::live(&mut tx, &row.plugin_id).await?;
    let quiet = policy::get(&mut tx, &row.plugin_id).await?.is_quiet(state.clock.now());
    tx.commit().await?;
    Ok((live, quiet))
}

/// Whether the version has migration files that the former one has not, or not like that.
async fn has_new_migrations(state: &State, row: &Row, next: &Side) -> Result<bool> {
    let digest = |side: &Side| match &side.backend {
        Some(Backend::Node { digest, .. }) => digest.clone(),
        _ => None,
    };
    let place = |side: &Side| Place::of(row.tenant(), side.upload);
    let Some(new) = digest(next) else { return Ok(true) };
    let new = state.bundles.manifest(place(next), &new).await?;
    let new = files_below(&new, &row.package, "migrations");
    let Some(old) = digest(&row.former) else { return Ok(!new.is_empty()) };
    let old = state.bundles.manifest(place(&row.former), &old).await?;
    let old = files_below(&old, &row.package, "migrations");
    Ok(new.iter().any(|(path, hash)| old.get(path) != Some(hash)))
}

/// Makes an empty schema and notes it first, so that a killed process's is found.
pub async fn make(state: &State, row: &Row, purpose: &str) -> Result<SchemaName> {
    let name = SchemaName::copy(row.tenant(), Uuid::now_v7());
    let mut tx = state.db.tenant(row.tenant()).await?;
    schema::set(&mut tx, &row.plugin_id, &name, (purpose, None), Some(row.rollout_id)).await?;
    tx.commit().await?;
    let url = state.config.plugins_url.as_deref().unwrap_or_default();
    store::plugins::ensure_schema(url, &name, &Uuid::new_v4().simple().to_string()).await?;
    Ok(name)
}

/// Drops copies that are in nobody's use, and lets the plugin write to its live schema.
pub async fn tidy(state: &State, tenant: TenantId, plugin_id: &str) -> Result<()> {
    let Some(url) = &state.config.plugins_url else { return Ok(()) };
    let mut tx = state.db.tenant(tenant).await?;
    let live = schema::live(&mut tx, plugin_id).await;
    let found = schema::list(&mut tx, plugin_id).await?;
    tx.commit().await?;
    for left in found.iter().filter(|left| left.state == "check" || left.state == "next") {
        drop_schema(url, &SchemaName::stored(tenant, &left.name)?).await?;
        let mut tx = state.db.tenant(tenant).await?;
        schema::delete(&mut tx, plugin_id, &left.name).await?;
        tx.commit().await?;
    }
    if let Ok(live) = live
        && copies::size(url, &live).await?.1 > 0
    {
        copies::thaw(url, &live).await?;
    }
    Ok(())
}
