//! Tokens of the organisation's own, and what holds for new tokens of any kind.

use super::members::RoleName;
use super::tokens::longest_life;
use crate::domain::settings::{Settings, TokenPolicy};
use crate::domain::token::{MAX_DAYS, MAX_TOKENS, lifetime_problem, role, scopes, service_name_problem};
use crate::domain::{FormProblems, secret::description_problem};
use crate::state::TenantAdmin;
use crate::store::service_token::{self, ServiceTokenRow};
use crate::store::tenant;
use axum::extract::State;
use axum::http::StatusCode;
use credential::ApiToken;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::AuditEvent;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

/// A token of the organisation's own, without its text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceToken {
    id: Uuid,
    name: String,
    /// As whom it acts: `service:default/NAME`.
    entity_ref: String,
    description: String,
    #[schema(value_type = RoleName)]
    role: String,
    /// Names of the permissions that it is limited to; without them, it may do what its role may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scopes: Option<Vec<String>>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    created_by: String,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    expires_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    last_used_at: Option<OffsetDateTime>,
    /// The address of the last use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_from: Option<String>,
}

impl From<ServiceTokenRow> for ServiceToken {
    fn from(row: ServiceTokenRow) -> Self {
        Self {
            id: row.service_token_id,
            entity_ref: format!("service:default/{}", row.name),
            name: row.name,
            description: row.description,
            role: row.role,
            scopes: row.scopes,
            created_at: row.created_at,
            created_by: row.created_by,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            last_used_from: row.last_used_from,
        }
    }
}

/// The organisation's own tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServiceTokenList {
    items: Vec<ServiceToken>,
}

/// Lists the organisation's own tokens, by name.
#[utoipa::path(get, path = "/api/tenant-admin/v1/service-tokens", tag = "tokens",
    responses((status = 200, body = ServiceTokenList)))]
pub(crate) async fn list_service_tokens(
    State(admin): State<TenantAdmin>,
    caller: Caller,
) -> Result<Json<ServiceTokenList>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let items = service_token::list(&mut tx).await?.into_iter().map(ServiceToken::from).collect();
    Ok(Json(ServiceTokenList { items }))
}

/// A token to be made.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct NewServiceToken {
    /// It acts as `service:default/NAME`.
    #[schema(required)]
    name: String,
    #[schema(nullable = false, required = false)]
    description: String,
    #[schema(required, value_type = RoleName)]
    role: String,
    /// Days until it stops working; without it, it works until it is deleted, where the organisation allows that.
    expires_in_days: Option<i64>,
    /// Names of the permissions that it is limited to; without them, it may do what its role may.
    scopes: Option<Vec<String>>,
}

/// A new token with its text, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeServiceToken {
    #[serde(flatten)]
    row: ServiceToken,
    token: String,
}

/// Makes a token that belongs to the organisation: it stays when whoever made it leaves.
#[utoipa::path(post, path = "/api/tenant-admin/v1/service-tokens", tag = "tokens", request_body = NewServiceToken,
    responses((status = 201, body = MadeServiceToken), (status = 400, description = "Says per field what is wrong"),
        (status = 403, description = "It would hold more than whoever makes it"),
        (status = 409, description = "There is one of this name")))]
pub(crate) async fn create_service_token(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<NewServiceToken>,
) -> Result<(StatusCode, Json<MadeServiceToken>)> {
    let scopes = scopes(form.scopes, &caller.principal)?;
    let role = role(&form.role, scopes.as_deref(), &caller.principal)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let longest = longest_life(&mut tx).await?;
    let mut problems = FormProblems::default();
    problems.check("name", service_name_problem(&form.name));
    problems.check("description", description_problem(&form.description));
    problems.check("expiresInDays", lifetime_problem(form.expires_in_days, longest));
    problems.into_result()?;
    if i64::try_from(service_token::list(&mut tx).await?.len()).unwrap_or(i64::MAX) >= MAX_TOKENS {
        return Err(Error::conflict("There are 200 service tokens already. Delete some that nobody uses.").into());
    }
    let now = admin.clock.now();
    let row = ServiceTokenRow {
        service_token_id: Uuid::now_v7(),
        name: form.name,
        description: form.description.trim().to_owned(),
        role: role.name().to_owned(),
        scopes,
        created_at: now,
        created_by: caller.principal.label(),
        expires_at: form.expires_in_days.map(|days| now + Duration::days(days)),
        last_used_at: None,
        last_used_from: None,
    };
    let token = ApiToken::generate(caller.tenant)?;
    service_token::insert(&mut tx, &row, token.digest()).await.map_err(name_is_taken)?;
    let made = ServiceToken::from(row);
    let after = json!({ "token": made.id, "role": made.role, "scopes": made.scopes });
    tx.record(AuditEvent::by(&caller.principal, "serviceToken.create", &made.entity_ref).after(after)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(MadeServiceToken { row: made, token: token.reveal().to_owned() })))
}

fn name_is_taken(error: Error) -> Error {
    if error.kind != ErrorKind::Conflict {
        return error;
    }
    let text = "There is a service token of this name already. Delete it first, or choose another name.";
    Error::conflict(text).with_field("name", text).with_source(error)
}

/// Deletes a token of the organisation's own; it stops working within two seconds.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/service-tokens/{id}", tag = "tokens",
    params(("id" = Uuid, Path, description = "The token")), responses((status = 204), (status = 404)))]
pub(crate) async fn delete_service_token(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let name = service_token::delete(&mut tx, id).await?;
    let name = name.ok_or_else(|| Error::not_found("There is no such token"))?;
    let event = AuditEvent::by(&caller.principal, "serviceToken.delete", format!("service:default/{name}"));
    tx.record(event.before(json!({ "token": id }))).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}

/// Shows what holds for new tokens.
#[utoipa::path(get, path = "/api/tenant-admin/v1/token-policy", tag = "tokens",
    responses((status = 200, body = TokenPolicy)))]
pub(crate) async fn get_token_policy(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<TokenPolicy>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    Ok(Json(TokenPolicy { max_days: longest_life(&mut tx).await? }))
}

/// Changes what holds for new tokens; those that are there stay as they are.
#[utoipa::path(put, path = "/api/tenant-admin/v1/token-policy", tag = "tokens", request_body = TokenPolicy,
    responses((status = 200, body = TokenPolicy), (status = 400, description = "Says per field what is wrong")))]
pub(crate) async fn set_token_policy(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(policy): Json<TokenPolicy>,
) -> Result<Json<TokenPolicy>> {
    let wrong = policy.max_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days));
    let mut problems = FormProblems::default();
    problems.check("maxDays", wrong.then_some("Choose between 1 and 3650 days."));
    problems.into_result()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = tenant::get_for_update(&mut tx).await?;
    let mut settings = Settings::read(row.settings);
    let before = std::mem::replace(&mut settings.tokens, policy.clone());
    let stored = serde_json::to_value(settings).map_err(Error::internal)?;
    tenant::set(&mut tx, &row.name, &stored).await?;
    let event = AuditEvent::by(&caller.principal, "tokenPolicy.update", &row.slug);
    tx.record(event.before(json!(before)).after(json!(policy))).await?;
    tx.commit().await?;
    Ok(Json(policy))
}
