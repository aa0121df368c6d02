//! What an organisation decides about its catalog.

use super::body::Object;
use super::reply;
use super::source_schema::{CatalogSettings, GuardSetting, SettingsChange};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::settings::{OrphanStrategy, RemovalGuard};
use crate::store::{kinds, refresh, rejudge, remove, sequence, settings};
use axum::extract::State as Shared;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
use kernel::Error;
use serde_json::json;
use store::{AuditEvent, TenantTx};

/// Kinds that can be allowed.
const MAX_KINDS: usize = 200;

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
    if let Some(mut kinds) = allowed_kinds(&body)? {
        // Its own kinds are accepted anyway.
        let own = kinds::list(&mut tx).await?;
        kinds.retain(|kind| !own.iter().any(|row| row.kind.eq_ignore_ascii_case(kind)));
        let counters = sequence::lock(&mut tx, &Cause::person(&caller.principal)).await?;
        settings::set(&mut tx, settings::ALLOWED_KINDS, &kinds).await?;
        sequence::save(&mut tx, &counters).await?;
        refresh::force_all(&mut tx).await?;
        let kinds = kinds::load(&mut tx, &state.config.allowed_kinds).await?;
        rejudge::sets(&mut tx, &kinds, &Cause::person(&caller.principal)).await?;
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

/// The kinds to accept, as they are written; without Location nothing could be read any more.
fn allowed_kinds(body: &Object) -> kernel::Result<Option<Vec<String>>> {
    let Some(kinds) = body.optional_texts("allowedKinds")? else { return Ok(None) };
    let wrong = |hint: String| Error::input(format!("allowedKinds: {hint}")).with_field("allowedKinds", hint);
    if kinds.len() > MAX_KINDS {
        return Err(wrong(format!("At most {MAX_KINDS} kinds.")));
    }
    let is_name = |kind: &String| {
        (1..=63).contains(&kind.len())
            && kind.starts_with(|c: char| c.is_ascii_alphabetic())
            && kind.chars().all(|c| c.is_ascii_alphanumeric())
    };
    if let Some(other) = kinds.iter().find(|kind| !is_name(kind)) {
        return Err(wrong(format!("'{other}' cannot be a kind: use letters and digits.")));
    }
    if !kinds.iter().any(|kind| kind.eq_ignore_ascii_case("location")) {
        return Err(wrong("Location must be among them: without it nothing can be read.".to_owned()));
    }
    Ok(Some(kinds))
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

async fn shown(state: &State, tx: &mut TenantTx) -> kernel::Result<CatalogSettings> {
    let settings = settings::load(tx).await?;
    let kinds = kinds::allowed(tx, &state.config.allowed_kinds).await?;
    let RemovalGuard { percent, entities } = settings.removal_guard;
    Ok(CatalogSettings {
        orphan_strategy: settings.orphan_strategy,
        removal_guard: GuardSetting { percent, entities },
        history_days: settings.history_days,
        undelete_days: settings.undelete_days,
        allowed_kinds: kinds.iter().map(str::to_owned).collect(),
    })
}
