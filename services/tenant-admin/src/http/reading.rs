//! From where the catalog and templates of an organisation read.

use crate::state::TenantAdmin;
use axum::extract::State;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use runtime::outbound::Places;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::audit::AuditRow;
use store::reading::{ReadingRule, reading_rule, set_reading_rule};
use store::{AuditEvent, TenantTx};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Places that one organisation can list.
const MAX_PLACES: usize = 200;

/// From where files are read, beside the source hosts that are connected.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reading {
    /// Whether only the places are read from; every public host otherwise.
    only_listed: bool,
    /// `example.com`, `*.example.com`, `example.com:8443`, each with or without a path such as `/specs/`.
    places: Vec<String>,
}

async fn current(tx: &mut TenantTx) -> kernel::Result<Reading> {
    let ReadingRule { only_listed, places } = reading_rule(tx).await?;
    Ok(Reading { only_listed, places })
}

/// Shows from where files are read.
#[utoipa::path(get, path = "/api/tenant-admin/v1/reading", tag = "organisation",
    responses((status = 200, body = Reading)))]
pub(crate) async fn get_reading(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<Reading>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    Ok(Json(current(&mut tx).await?))
}

/// Sets from where files are read. It holds from the next read on, redirects included. The guard's rules stay: a place that
/// resolves to a private address is read only where the operator has made an exception.
#[utoipa::path(put, path = "/api/tenant-admin/v1/reading", tag = "organisation", request_body = Reading,
    responses((status = 200, body = Reading), (status = 400, description = "Names the entry that is no place")))]
pub(crate) async fn set_reading(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(wanted): Json<Reading>,
) -> Result<Json<Reading>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let before = current(&mut tx).await?;
    let after = set(&mut tx, wanted, admin.clock.now()).await?;
    let event = AuditEvent::by(&caller.principal, "reading.update", "what is read");
    tx.record(event.before(json!(before)).after(json!(after))).await?;
    tx.commit().await?;
    admin.reading_changed(caller.tenant);
    Ok(Json(after))
}

async fn set(tx: &mut TenantTx, wanted: Reading, now: OffsetDateTime) -> kernel::Result<Reading> {
    let wrong = |text: String| Error::input(text.clone()).with_field("places", text);
    if wanted.places.len() > MAX_PLACES {
        return Err(wrong(format!("List at most {MAX_PLACES} places.")));
    }
    let mut places = Places::parse(&wanted.places).map_err(wrong)?.texts();
    places.sort();
    places.dedup();
    let rule = ReadingRule { only_listed: wanted.only_listed, places };
    set_reading_rule(tx, &rule, now).await?;
    Ok(Reading { only_listed: rule.only_listed, places: rule.places })
}

/// Takes a change back; what it was and what it is now.
pub(super) async fn put_back(tx: &mut TenantTx, row: &AuditRow, now: OffsetDateTime) -> kernel::Result<(Value, Value)> {
    let before = json!(current(tx).await?);
    let wanted: Reading = serde_json::from_value(super::taken_back(&before, row)?).map_err(Error::internal)?;
    let after = set(tx, wanted, now).await?;
    Ok((before, json!(after)))
}
