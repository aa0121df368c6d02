//! Hosts that an organisation has connected: for its administrators. Tokens come in and never go out.

use crate::Integrations;
use crate::domain::budget::{Budget, Priority};
use crate::domain::source_host::{self as rules, Kind};
use crate::hosts::{Connected, Who, budget_key};
use crate::store::source_host::{self, SourceHostRow};
use ::store::{AuditEvent, TenantTx, violated_constraint};
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, ErrorKind, TenantId};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

/// A connected host, without its token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SourceHost {
    id: Uuid,
    kind: Kind,
    /// As it stands in addresses.
    host: String,
    api_base_url: String,
    has_token: bool,
    /// The end of the token, by which one recognises it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_hint: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    /// What the host lets us ask, once it has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    budget: Option<SourceHostBudget>,
}

/// What a host lets us ask in the present window.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SourceHostBudget {
    limit: u32,
    remaining: u32,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    resets_at: OffsetDateTime,
}

/// The organisation's hosts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceHostList {
    items: Vec<SourceHost>,
}

/// A host to be connected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewSourceHost {
    kind: Kind,
    /// As it stands in addresses: `github.com`, `git.example.com:8443`.
    host: String,
    /// Where the API is; without it, where hosts of this kind have theirs.
    api_base_url: Option<String>,
    /// Without one, public repositories only.
    token: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SourceHostChange {
    api_base_url: Option<String>,
    /// Null takes the token away.
    #[serde(default, deserialize_with = "null_or_value")]
    #[schema(value_type = Option<String>)]
    token: Option<Option<String>>,
}

/// What a host says about the token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceHostTest {
    /// Whether the host answers and takes the token.
    ok: bool,
    /// Whose token it is, where the host says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    login: Option<String>,
    /// What is wrong, or what else there is to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
}

/// Tells a field that is `null` from one that is not there.
fn null_or_value<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

fn shown(row: SourceHostRow, budget: Option<Budget>) -> SourceHost {
    let budget = budget.and_then(|budget| {
        let resets_at = OffsetDateTime::from_unix_timestamp(budget.resets_at).ok()?;
        (budget.resets_at > 0).then_some(SourceHostBudget {
            limit: budget.limit,
            remaining: budget.remaining,
            resets_at,
        })
    });
    SourceHost {
        id: row.source_host_id,
        kind: row.kind,
        host: row.host,
        api_base_url: row.api_base_url,
        has_token: row.sealed_token.is_some(),
        token_hint: row.token_hint,
        created_at: row.created_at,
        budget,
    }
}

/// What the audit log keeps of a host.
fn audited(row: &SourceHostRow) -> Value {
    json!({
        "kind": row.kind, "host": row.host, "apiBaseUrl": row.api_base_url,
        "hasToken": row.sealed_token.is_some(), "tokenHint": row.token_hint,
    })
}

fn unknown() -> Error {
    Error::not_found("There is no such source host.")
}

/// Lists the connected hosts, with what each lets us ask.
#[utoipa::path(get, path = "/api/integrations/v1/source-hosts", tag = "source hosts",
    responses((status = 200, body = SourceHostList)))]
pub(crate) async fn list_source_hosts(
    State(state): State<Integrations>,
    caller: Caller,
) -> Result<Json<SourceHostList>> {
    let mut tx = state.db.tenant_with_keys(caller.tenant).await?;
    let rows = source_host::list(&mut tx).await?;
    drop(tx);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let budget = state.budgets.find(&budget_key(caller.tenant, row.source_host_id)).await;
        items.push(shown(row, budget));
    }
    Ok(Json(SourceHostList { items }))
}

/// Connects a host. What is on it is read with the token from then on, in every process within two seconds.
#[utoipa::path(post, path = "/api/integrations/v1/source-hosts", tag = "source hosts", request_body = NewSourceHost,
    responses((status = 201, body = SourceHost), (status = 400, description = "Says per field what is wrong"),
        (status = 409, description = "The host is connected already")))]
pub(crate) async fn connect_source_host(
    State(state): State<Integrations>,
    caller: Caller,
    Json(form): Json<NewSourceHost>,
) -> Result<(StatusCode, Json<SourceHost>)> {
    let host = field("host", rules::host(&form.host))?;
    let base = form.api_base_url.unwrap_or_else(|| form.kind.api_base(&host));
    let api_base_url = checked_base(&state, &base, form.token.is_some())?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let mut row = SourceHostRow {
        source_host_id: Uuid::now_v7(),
        kind: form.kind,
        host,
        api_base_url,
        sealed_token: None,
        token_hint: None,
        created_at: in_micros(state.clock.now()),
    };
    set_token(&mut tx, &mut row, form.token.as_deref()).await?;
    source_host::insert(&mut tx, &row).await.map_err(|error| connected_already(error, &row.host))?;
    let event = AuditEvent::by(&caller.principal, "source-host.connect", &row.host).after(audited(&row));
    tx.record(event).await?;
    tx.commit().await?;
    state.hosts.changed(caller.tenant);
    Ok((StatusCode::CREATED, Json(shown(row, None))))
}

/// Changes where the API of a host is, or its token.
///
/// The stored token is never sent to another address than it was given for: with another one it must be given again.
#[utoipa::path(patch, path = "/api/integrations/v1/source-hosts/{id}", tag = "source hosts",
    request_body = SourceHostChange, params(("id" = Uuid, Path, description = "The host")),
    responses((status = 200, body = SourceHost), (status = 400, description = "Says per field what is wrong"), (status = 404)))]
pub(crate) async fn change_source_host(
    State(state): State<Integrations>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(change): Json<SourceHostChange>,
) -> Result<Json<SourceHost>> {
    let mut tx = state.db.tenant_with_keys(caller.tenant).await?;
    let mut row = source_host::find_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    let before = audited(&row);
    let keeps_token = change.token.is_none() && row.sealed_token.is_some();
    if let Some(base) = &change.api_base_url {
        let has_token = keeps_token || matches!(change.token, Some(Some(_)));
        let base = checked_base(&state, base, has_token)?;
        if keeps_token && origin(&base) != origin(&row.api_base_url) {
            let text = "Give the token again: it is sent to no other address than the one it was given for.";
            return Err(Error::input(text).with_field("token", text).into());
        }
        row.api_base_url = base;
    }
    if let Some(token) = &change.token {
        set_token(&mut tx, &mut row, token.as_deref()).await?;
    }
    source_host::set(&mut tx, &row, state.clock.now()).await?;
    let event = AuditEvent::by(&caller.principal, "source-host.update", &row.host);
    tx.record(event.before(before).after(audited(&row))).await?;
    tx.commit().await?;
    after_change(&state, caller.tenant, id).await;
    Ok(Json(shown(row, None)))
}

/// Disconnects a host and forgets its token.
#[utoipa::path(delete, path = "/api/integrations/v1/source-hosts/{id}", tag = "source hosts",
    params(("id" = Uuid, Path, description = "The host")), responses((status = 204), (status = 404)))]
pub(crate) async fn disconnect_source_host(
    State(state): State<Integrations>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let row = source_host::find_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    source_host::delete(&mut tx, id).await?;
    let event = AuditEvent::by(&caller.principal, "source-host.disconnect", &row.host).before(audited(&row));
    tx.record(event).await?;
    tx.commit().await?;
    after_change(&state, caller.tenant, id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the host who the token is. What the host answers is in the body; the status is 200 either way.
#[utoipa::path(post, path = "/api/integrations/v1/source-hosts/{id}/test", tag = "source hosts",
    params(("id" = Uuid, Path, description = "The host")), responses((status = 200, body = SourceHostTest), (status = 404)))]
pub(crate) async fn test_source_host(
    State(state): State<Integrations>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<SourceHostTest>> {
    let known = state.hosts.known(caller.tenant).await?;
    let one: &Connected = known.connected.iter().find(|one| one.row.source_host_id == id).ok_or_else(unknown)?;
    let who = Who { tenant: caller.tenant, priority: Priority::User };
    let answer = match state.hosts.connected_host(who, one).identify().await {
        Ok(login) => {
            let without = "Without a token, public repositories are read and nothing else.";
            let message = one.credential.is_none().then(|| without.to_owned());
            SourceHostTest { ok: true, login, message }
        }
        Err(error) if error.kind == ErrorKind::Internal => return Err(error.into()),
        Err(error) => SourceHostTest { ok: false, login: None, message: Some(error.message) },
    };
    Ok(Json(answer))
}

async fn after_change(state: &Integrations, tenant: TenantId, id: Uuid) {
    state.budgets.forget(&budget_key(tenant, id)).await;
    state.hosts.changed(tenant);
}

/// As the database keeps it.
fn in_micros(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(moment.nanosecond() / 1_000 * 1_000).unwrap_or(moment)
}

fn field<T>(name: &str, checked: std::result::Result<T, String>) -> kernel::Result<T> {
    checked.map_err(|problem| Error::input(problem.clone()).with_field(name, problem))
}

/// The address of an API in its normal form. A token travels over TLS, but where the operator has made an exception.
fn checked_base(state: &Integrations, text: &str, has_token: bool) -> kernel::Result<String> {
    let url = field("apiBaseUrl", rules::api_base(text))?;
    if has_token && url.scheme() != "https" && !state.outbound.is_exempt(&url) {
        let text = "Use an address that begins with https://, or the token could be read on its way.";
        return Err(Error::input(text).with_field("apiBaseUrl", text));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn origin(base: &str) -> Option<url::Origin> {
    Url::parse(base).ok().map(|url| url.origin())
}

async fn set_token(tx: &mut TenantTx, row: &mut SourceHostRow, token: Option<&str>) -> kernel::Result<()> {
    let token = token.map(str::trim);
    if let Some(problem) = token.and_then(rules::token_problem) {
        return Err(Error::input(problem).with_field("token", problem));
    }
    row.token_hint = token.and_then(rules::token_hint);
    row.sealed_token = match token {
        Some(token) => Some(source_host::seal_token(tx, row.source_host_id, token).await?),
        None => None,
    };
    Ok(())
}

fn connected_already(error: Error, host: &str) -> Error {
    if violated_constraint(&error) != Some("source_host_host") {
        return error;
    }
    let text = format!("{host} is connected already. Change its entry, or disconnect it first.");
    Error::conflict(text.clone()).with_field("host", text)
}
