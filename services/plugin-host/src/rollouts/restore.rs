//! The way back: the former version in the new one's place, on the former data; what was written since is reported.

use super::{check, data, installed};
use crate::State;
use crate::domain::rollout::{Event, Step};
use crate::store::rollout::{self, Report, Row};
use crate::store::{history, package, schema};
use kernel::{Result, TenantId};
use std::time::Duration;
use store::plugin_copies as copies;
use store::plugins::SchemaName;
use store::{AuditEvent, TenantTx};
use uuid::Uuid;

/// What requests that are under way get before their worker loses the right to write.
const FINISH: Duration = Duration::from_millis(1_500);
/// What those who are writing get.
const FREEZE: Duration = Duration::from_secs(3);

/// Brings one organisation back to the version that it had.
///
/// # Errors
/// When a part of the platform did not answer.
pub async fn restore(state: &State, id: Uuid, tenant: TenantId) -> Result<Event> {
    let Some(row) = check::member(state, id, tenant).await? else { return Ok(Event::Restored(tenant)) };
    if row.step()? == Step::Restored || !has_it(state, &row).await? {
        data::tidy(state, tenant, &row.plugin_id).await?;
        return Ok(Event::Restored(tenant));
    }
    match (&row.former_schema, &row.next_schema) {
        (Some(former), Some(next)) => {
            let (former, next) = (SchemaName::stored(tenant, former)?, SchemaName::stored(tenant, next)?);
            with_former_data(state, &row, &former, &next).await?;
        }
        _ => {
            let report = row.report.as_ref().map(|report| report.0.clone()).unwrap_or_default();
            put_back(state, &row, None, report).await?;
        }
    }
    Ok(Event::Restored(tenant))
}

/// Whether the organisation still has the version: somebody may have installed another meanwhile.
async fn has_it(state: &State, row: &Row) -> Result<bool> {
    let mut tx = state.db.tenant(row.tenant()).await?;
    let found = package::find_package(&mut tx, &row.package).await?;
    tx.commit().await?;
    Ok(found.is_some_and(|found| found.version.as_deref() == Some(&row.version)))
}

async fn with_former_data(state: &State, row: &Row, former: &SchemaName, next: &SchemaName) -> Result<()> {
    let (tenant, url) = (row.tenant(), state.config.plugins_url.as_deref().unwrap_or_default());
    let mut tx = state.db.tenant(tenant).await?;
    let found = schema::list(&mut tx, &row.plugin_id).await?;
    tx.commit().await?;
    let mark = found.into_iter().find(|found| found.name == next.as_str()).and_then(|found| found.live_from_xid);
    let _hold = state.supervisor.hold(tenant, &row.plugin_id);
    state.supervisor.quiet(tenant, &row.plugin_id, FINISH).await;
    copies::freeze(url, next, FREEZE).await?;
    let written = copies::written(url, next, former, mark.as_deref().unwrap_or_default()).await?;
    copies::thaw(url, former).await?;
    let report = row.report.as_ref().map(|report| report.0.clone()).unwrap_or_default();
    let report = Report { written, kept_schema: Some(next.to_string()), ..report };
    put_back(state, row, Some((former, next)), report).await
}

/// Starts the former version, writes the rows and puts it in its place. One that does not start any more gets its rows
/// all the same: the bad version must go.
async fn put_back(state: &State, row: &Row, schemas: Option<(&SchemaName, &SchemaName)>, report: Report) -> Result<()> {
    let (tenant, plugin_id) = (row.tenant(), &row.plugin_id);
    let variant = check::variant(&row.package, &row.former, schemas.map(|(former, _)| former.clone()));
    let staged = match variant {
        Some(variant) => match state.supervisor.stage(tenant, plugin_id, variant).await {
            Ok(staged) => Some(staged),
            Err(error) => {
                tracing::error!(%tenant, plugin = plugin_id, %error, "the former version does not start");
                None
            }
        },
        None => None,
    };
    let mut tx = state.db.tenant(tenant).await?;
    write(state, &mut tx, row, schemas, &report).await?;
    tx.commit().await?;
    match staged {
        Some(staged) => drop(state.supervisor.put_in_place(tenant, plugin_id, staged)),
        None => state.supervisor.remove(tenant, plugin_id),
    }
    state.forget(tenant, plugin_id);
    Ok(())
}

async fn write(
    state: &State,
    tx: &mut TenantTx,
    row: &Row,
    schemas: Option<(&SchemaName, &SchemaName)>,
    report: &Report,
) -> Result<()> {
    let now = state.clock.now();
    rollout::hold_at(tx, row.rollout_id, Step::Restoring).await?;
    let becomes = installed(&row.plugin_id, &row.former);
    package::set_installed(tx, &row.package, &becomes, now).await?;
    history::insert(tx, &row.package, &becomes, ("rollback", Some(row.rollout_id)), now).await?;
    if let Some((former, next)) = schemas {
        let keep = Some(now + state.config.upgrades.keep);
        schema::set(tx, &row.plugin_id, next, ("kept", keep), None).await?;
        schema::set(tx, &row.plugin_id, former, ("live", None), None).await?;
    }
    rollout::set_report(tx, row.rollout_id, report).await?;
    rollout::set_step(tx, row.rollout_id, Step::Restored, (None, None), now).await?;
    let event = AuditEvent::named(&row.plan.by, "plugin.rollback", &row.plugin_id);
    let versions = |version: &str| serde_json::json!({ "package": row.package, "version": version });
    tx.record(event.before(versions(&row.version)).after(versions(&row.former.version))).await
}
