//! The switch: the new version up and healthy, then the row, then the route; the former one finishes what it has.

use super::{check, data, installed};
use crate::State;
use crate::domain::rollout::{Event, Step};
use crate::store::rollout::{self, Both, Report, Row, Side};
use crate::store::{history, package, policy, schema};
use kernel::{Error, ErrorKind, Result, TenantId};
use std::time::Duration;
use store::plugin_copies::{self as copies, Access};
use store::plugins::SchemaName;
use store::{AuditEvent, TenantTx};
use tokio::time::Instant;
use uuid::Uuid;

/// What requests that are under way get before their worker loses the right to write.
const FINISH: Duration = Duration::from_millis(1_500);

/// Puts the new version in the former's place for one organisation.
///
/// # Errors
/// When a part of the platform did not answer.
pub async fn switch(state: &State, id: Uuid, tenant: TenantId) -> Result<Event> {
    let Some(row) = check::member(state, id, tenant).await? else {
        return Ok(Event::Deferred(tenant, "The organisation is gone.".to_owned()));
    };
    if row.step()? == Step::Watching {
        return Ok(Event::Switched(tenant));
    }
    data::tidy(state, tenant, &row.plugin_id).await?;
    let Some(next) = row.next.as_ref().map(|next| next.0.clone()) else {
        return Err(Error::internal("a switch before its check"));
    };
    if row.data.as_deref() == Some("migrate") {
        return with_new_data(state, &row, &next).await;
    }
    let staged = match check::variant(&row.package, &next, None) {
        Some(variant) => match state.supervisor.stage(tenant, &row.plugin_id, variant).await {
            Ok(staged) => Some(staged),
            Err(error) => return Ok(Event::Refused(tenant, error.message)),
        },
        None => None,
    };
    let mut tx = state.db.tenant(tenant).await?;
    write(state, &mut tx, &row, &next, None).await?;
    tx.commit().await?;
    if let Some(staged) = staged {
        state.supervisor.put_in_place(tenant, &row.plugin_id, staged);
    }
    state.forget(tenant, &row.plugin_id);
    Ok(Event::Switched(tenant))
}

/// As above, with requests held while the data is copied and migrated.
async fn with_new_data(state: &State, row: &Row, next: &Side) -> Result<Event> {
    let (tenant, url) = (row.tenant(), state.config.plugins_url.as_deref().unwrap_or_default());
    let mut tx = state.db.tenant(tenant).await?;
    let live = schema::live(&mut tx, &row.plugin_id).await?;
    let quiet = policy::get(&mut tx, &row.plugin_id).await?.is_quiet(state.clock.now());
    tx.commit().await?;
    let limit = if quiet { state.config.upgrades.quiet_hold } else { state.config.upgrades.hold };
    let copy = data::make(state, row, "next").await?;
    let hold = state.supervisor.hold(tenant, &row.plugin_id);
    let begun = Instant::now();
    let left = || limit.saturating_sub(begun.elapsed());
    state.supervisor.quiet(tenant, &row.plugin_id, FINISH.min(limit / 2)).await;
    let moved = async {
        copies::copy(url, &live, &copy, Access::Frozen, left()).await?;
        let variant = check::variant(&row.package, next, Some(copy.clone()));
        let variant = variant.ok_or_else(|| Error::internal("data without a back end"))?;
        let staging = state.supervisor.stage(tenant, &row.plugin_id, variant);
        let late = |_| Error::unavailable(format!("Its migrations took longer than {} s.", limit.as_secs()));
        let staged = tokio::time::timeout(left(), staging).await.map_err(late)?;
        let staged = staged.map_err(|error| Error::new(ErrorKind::Input, error.message))?;
        let mark = copies::mark(url).await?;
        let held_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut tx = state.db.tenant(tenant).await?;
        write(state, &mut tx, row, next, Some((&live, &copy, mark.as_str(), held_ms))).await?;
        tx.commit().await?;
        Ok::<_, Error>(staged)
    };
    match moved.await {
        Ok(staged) => {
            state.supervisor.put_in_place(tenant, &row.plugin_id, staged);
            state.forget(tenant, &row.plugin_id);
            drop(hold);
            Ok(Event::Switched(tenant))
        }
        Err(error) => {
            // The former version goes on with its own data, as if nothing had been tried.
            let thawed = copies::thaw(url, &live).await;
            drop(hold);
            thawed?;
            data::tidy(state, tenant, &row.plugin_id).await?;
            match error.kind {
                ErrorKind::Input => Ok(Event::Refused(tenant, error.message)),
                ErrorKind::Unavailable => Ok(Event::Deferred(tenant, error.message)),
                _ => Err(error),
            }
        }
    }
}

/// The rows of a switch, in one transaction.
async fn write(
    state: &State,
    tx: &mut TenantTx,
    row: &Row,
    next: &Side,
    data: Option<(&SchemaName, &SchemaName, &str, u64)>,
) -> Result<()> {
    let now = state.clock.now();
    rollout::hold_at(tx, row.rollout_id, Step::Switching).await?;
    let becomes = installed(&row.plugin_id, next);
    if !package::set_installed(tx, &row.package, &becomes, now).await? {
        return Err(Error::new(ErrorKind::Input, "The plugin was removed meanwhile."));
    }
    history::insert(tx, &row.package, &becomes, ("rollout", Some(row.rollout_id)), now).await?;
    let figures = Both { old: state.supervisor.figures(row.tenant(), &row.plugin_id), new: Default::default() };
    rollout::set_figures(tx, row.rollout_id, &figures).await?;
    let mut schemas = (None, None);
    if let Some((live, copy, mark, held_ms)) = data {
        let keep = Some(now + state.config.upgrades.keep);
        schema::set(tx, &row.plugin_id, live, ("kept", keep), None).await?;
        schema::set(tx, &row.plugin_id, copy, ("live", None), Some(row.rollout_id)).await?;
        schema::set_live_from(tx, &row.plugin_id, copy, mark).await?;
        let report = row.report.as_ref().map(|report| report.0.clone()).unwrap_or_default();
        rollout::set_report(tx, row.rollout_id, &Report { held_ms: Some(held_ms), ..report }).await?;
        schemas = (Some(live.as_str()), Some(copy.as_str()));
    }
    rollout::set_step(tx, row.rollout_id, Step::Watching, schemas, now).await?;
    let event = AuditEvent::named(&row.plan.by, "plugin.upgrade", &row.plugin_id);
    let versions = |version: &str| serde_json::json!({ "package": row.package, "version": version });
    tx.record(event.before(versions(&row.former.version)).after(versions(&next.version))).await
}
