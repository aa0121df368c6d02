//! What an organisation decides about its catalog.

use super::body::Object;
use super::reply;
use super::source_schema::{CatalogSettings, GuardSetting, SettingsChange};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::kinds::AllowedKinds;
use crate::domain::settings::{OrphanStrategy, RemovalGuard};
use crate::store::{kinds, refresh, remove, sequence, settings};
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
    Ok(reply::value(StatusCode::OK, &shown(&state, &mut tx).await?)?)
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
    body.only(&["orphanStrategy", "removalGuard", "historyDays", "undeleteDays", "allowedKinds"])?;
    let kinds = body.optional_texts("allowedKinds")?.map(allowed_kinds).transpose()?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let before = shown(&state, &mut tx).await?;
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
    if let Some(allowed) = kinds {
        set_allowed_kinds(&mut tx, &state, &caller, allowed).await?;
    }
    let after = shown(&state, &mut tx).await?;
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

/// Kinds that one organisation may accept.
const MAX_ALLOWED: usize = 200;

fn allowed_kinds(texts: Vec<String>) -> kernel::Result<AllowedKinds> {
    let wrong = |hint: &str| {
        let message = format!("request/body/allowedKinds: {hint}");
        Err(Error::input(message).with_field("allowedKinds", hint))
    };
    if texts.is_empty() || texts.len() > MAX_ALLOWED {
        return wrong(&format!("Name between 1 and {MAX_ALLOWED} kinds."));
    }
    match texts.iter().find(|text| !model::custom::is_kind(text)) {
        Some(text) => wrong(&format!("{text:?} is no kind: letters and digits, beginning with a letter, at most 63.")),
        None => Ok(AllowedKinds::new(texts.iter().map(String::as_str))),
    }
}

/// Accepts these kinds besides those of the organisation's own. Everything is read again when that is something new.
async fn set_allowed_kinds(
    tx: &mut TenantTx,
    state: &State,
    caller: &Caller,
    allowed: AllowedKinds,
) -> kernel::Result<()> {
    let counters = sequence::lock(tx, &Cause::person(&caller.principal)).await?;
    let before = kinds::allowed(tx, &state.config.allowed_kinds).await?;
    let own = kinds::list(tx).await?;
    let is_own = |kind: &str| own.iter().any(|row| row.kind.eq_ignore_ascii_case(kind));
    let allowed = AllowedKinds::new(allowed.iter().filter(|kind| !is_own(kind)));
    settings::set(tx, settings::ALLOWED_KINDS, &allowed.iter().collect::<Vec<_>>()).await?;
    if !allowed.are(&before) {
        refresh::force_all(tx).await?;
    }
    sequence::save(tx, &counters).await
}

async fn shown(state: &State, tx: &mut TenantTx) -> kernel::Result<CatalogSettings> {
    let settings = settings::load(tx).await?;
    let allowed = kinds::allowed(tx, &state.config.allowed_kinds).await?;
    let RemovalGuard { percent, entities } = settings.removal_guard;
    Ok(CatalogSettings {
        orphan_strategy: settings.orphan_strategy,
        removal_guard: GuardSetting { percent, entities },
        history_days: settings.history_days,
        undelete_days: settings.undelete_days,
        allowed_kinds: allowed.iter().map(str::to_owned).collect(),
    })
}
