//! What an organisation decides about its catalog.

use super::body::Object;
use super::reply;
use super::source_schema::{CatalogSettings, GuardSetting, SettingsChange};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::settings::{OrphanStrategy, RemovalGuard};
use crate::store::{remove, settings};
use axum::extract::State as Shared;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
use kernel::Error;
use serde_json::json;
use store::{AuditEvent, TenantTx};

/// The settings of the catalog.
#[utoipa::path(get, path = "/api/catalog/v1/settings", tag = "sources",
    responses((status = 200, body = CatalogSettings)))]
pub async fn get_settings(Shared(state): Shared<State>, caller: Caller) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    Ok(reply::value(StatusCode::OK, &shown(&mut tx).await?)?)
}

/// Changes settings of the catalog. Whoever stops keeping orphans removes those there are.
#[utoipa::path(patch, path = "/api/catalog/v1/settings", tag = "sources", request_body = SettingsChange,
    responses((status = 200, body = CatalogSettings), (status = 400)))]
pub async fn change_settings(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let body = Object::read(&headers, &body)?;
    body.only(&["orphanStrategy", "removalGuard", "historyDays", "undeleteDays"])?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let before = shown(&mut tx).await?;
    let mut removed = None;
    if let Some(strategy) = body.optional_choice("orphanStrategy", &["delete", "keep"])? {
        let strategy = if strategy == "keep" { OrphanStrategy::Keep } else { OrphanStrategy::Delete };
        settings::set(&mut tx, settings::ORPHAN_STRATEGY, &strategy).await?;
        if strategy == OrphanStrategy::Delete && before.orphan_strategy == OrphanStrategy::Keep {
            removed = Some(remove::all_orphans(&mut tx, &Cause::person(&caller.principal)).await?.len());
        }
    }
    if let Some(guard) = body.optional_object("removalGuard")? {
        guard.only(&["percent", "entities"])?;
        let percent = within(&guard, "removalGuard", "percent", 0, 100)?.unwrap_or(before.removal_guard.percent);
        let most = within(&guard, "removalGuard", "entities", 0, 1_000_000)?.unwrap_or(before.removal_guard.entities);
        settings::set(&mut tx, settings::REMOVAL_GUARD, &RemovalGuard { percent, entities: most }).await?;
    }
    if let Some(days) = within::<u32>(&body, "", "historyDays", 1, 3650)? {
        settings::set(&mut tx, settings::HISTORY_DAYS, &days).await?;
    }
    if let Some(days) = within::<u32>(&body, "", "undeleteDays", 0, 365)? {
        settings::set(&mut tx, settings::UNDELETE_DAYS, &days).await?;
    }
    let after = shown(&mut tx).await?;
    let event = AuditEvent::by(&caller.principal, "settings.update", "catalog")
        .before(json!(before))
        .after(json!({"settings": after, "removedOrphans": removed}));
    tx.record(event).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(reply::value(StatusCode::OK, &after)?)
}

fn within<T: TryFrom<i64>>(body: &Object, parent: &str, name: &str, min: i64, max: i64) -> kernel::Result<Option<T>> {
    let Some(number) = body.optional_count(name)? else { return Ok(None) };
    let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
    let wrong = || {
        let hint = format!("Enter a number from {min} to {max}.");
        Error::input(format!("{path} must be between {min} and {max}")).with_field(path.clone(), hint)
    };
    if !(min..=max).contains(&number) {
        return Err(wrong());
    }
    T::try_from(number).map(Some).map_err(|_| wrong())
}

async fn shown(tx: &mut TenantTx) -> kernel::Result<CatalogSettings> {
    let settings = settings::load(tx).await?;
    let RemovalGuard { percent, entities } = settings.removal_guard;
    Ok(CatalogSettings {
        orphan_strategy: settings.orphan_strategy,
        removal_guard: GuardSetting { percent, entities },
        history_days: settings.history_days,
        undelete_days: settings.undelete_days,
    })
}
