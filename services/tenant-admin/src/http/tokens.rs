//! Personal API tokens: one's own, and nobody else's.

use crate::create::new_token;
use crate::domain::{FormProblems, person};
use crate::state::TenantAdmin;
use crate::store::member;
use crate::store::token::{self, TokenRow};
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, User};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::AuditEvent;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

const MAX_DAYS: i64 = 3650;

/// A token, without its text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    id: Uuid,
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    expires_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    last_used_at: Option<OffsetDateTime>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        let TokenRow { api_token_id: id, name, created_at, expires_at, last_used_at } = row;
        Self { id, name, created_at, expires_at, last_used_at }
    }
}

/// One's tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenList {
    items: Vec<Token>,
}

fn person_behind(caller: &Caller) -> kernel::Result<&User> {
    caller.principal.user().ok_or_else(|| Error::not_allowed("Only people have personal tokens"))
}

/// Lists one's own tokens, newest first.
#[utoipa::path(get, path = "/api/tenant-admin/v1/tokens", tag = "tokens", responses((status = 200, body = TokenList)))]
pub(crate) async fn list_tokens(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<TokenList>> {
    let user = person_behind(&caller)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let items = token::list(&mut tx, user.id).await?.into_iter().map(Token::from).collect();
    Ok(Json(TokenList { items }))
}

/// A token to be made.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct NewToken {
    #[schema(required)]
    name: String,
    /// Days until it stops working; without it, it works until it is deleted.
    expires_in_days: Option<i64>,
}

/// A new token with its text, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    #[serde(flatten)]
    row: Token,
    token: String,
}

/// Makes a token that may do what its owner may.
#[utoipa::path(post, path = "/api/tenant-admin/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = MadeToken), (status = 400, description = "Says per field what is wrong")))]
pub(crate) async fn create_token(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>)> {
    let user = person_behind(&caller)?;
    let days_are_wrong = form.expires_in_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days));
    let mut problems = FormProblems::default();
    problems.check("name", person::name_problem(&form.name));
    problems.check("expiresInDays", days_are_wrong.then_some("Choose between 1 and 3650 days."));
    problems.into_result()?;
    let now = admin.clock.now();
    let expires_at = form.expires_in_days.map(|days| now + Duration::days(days));
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = member::find(&mut tx, user.id).await?;
    let row = row.ok_or_else(|| Error::not_found("You are not a member any more"))?;
    let (made, token) = new_token(&mut tx, &row, form.name.trim(), &user.entity_ref, now, expires_at).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(MadeToken { row: made.into(), token: token.reveal().to_owned() })))
}

/// Deletes one of one's own tokens; it stops working within two seconds.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/tokens/{id}", tag = "tokens",
    params(("id" = Uuid, Path, description = "The token")), responses((status = 204), (status = 404)))]
pub(crate) async fn delete_token(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let user = person_behind(&caller)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let name = token::delete(&mut tx, user.id, id).await?;
    let name = name.ok_or_else(|| Error::not_found("You have no such token"))?;
    let event = AuditEvent::by(&caller.principal, "token.delete", &user.entity_ref);
    tx.record(event.before(json!({ "token": id, "name": name }))).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}
