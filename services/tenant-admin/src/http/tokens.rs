//! Personal API tokens: one's own; who may see all of the organisation's sees those of others too.

use crate::create::{TokenDraft, new_token};
use crate::domain::settings::Settings;
use crate::domain::token::{MAX_TOKENS, lifetime_problem, scopes};
use crate::domain::{FormProblems, person};
use crate::state::TenantAdmin;
use crate::store::token::{self, OwnedTokenRow, TokenRow};
use crate::store::{member, tenant};
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, User};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{AuditEvent, TenantTx};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

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
    /// The address of the last use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_from: Option<String>,
    /// Names of the permissions that it is limited to; without them, it may do what its owner may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scopes: Option<Vec<String>>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        let TokenRow { api_token_id: id, name, created_at, expires_at, last_used_at, last_used_from, scopes } = row;
        Self { id, name, created_at, expires_at, last_used_at, last_used_from, scopes }
    }
}

/// One's tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenList {
    items: Vec<Token>,
}

/// The longest life that the organisation gives new tokens, in days.
pub(super) async fn longest_life(tx: &mut TenantTx) -> kernel::Result<Option<i64>> {
    Ok(Settings::read(tenant::get(tx).await?.settings).tokens.max_days)
}

fn person_behind(caller: &Caller) -> kernel::Result<&User> {
    caller
        .principal
        .user()
        .filter(|user| user.is_member())
        .ok_or_else(|| Error::not_allowed("Only people have personal tokens"))
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
    /// Days until it stops working; without it, it works until it is deleted, where the organisation allows that.
    expires_in_days: Option<i64>,
    /// Names of the permissions that it is limited to; without them, it may do what its owner may.
    scopes: Option<Vec<String>>,
}

/// A new token with its text, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    #[serde(flatten)]
    row: Token,
    token: String,
}

/// Makes a token that may do what its owner may, or less.
#[utoipa::path(post, path = "/api/tenant-admin/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = MadeToken), (status = 400, description = "Says per field what is wrong")))]
pub(crate) async fn create_token(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>)> {
    let user = person_behind(&caller)?;
    let scopes = scopes(form.scopes, &caller.principal)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let longest = longest_life(&mut tx).await?;
    let mut problems = FormProblems::default();
    problems.check("name", person::name_problem(&form.name));
    problems.check("expiresInDays", lifetime_problem(form.expires_in_days, longest));
    problems.into_result()?;
    let now = admin.clock.now();
    let expires_at = form.expires_in_days.map(|days| now + Duration::days(days));
    if token::count(&mut tx, user.id).await? >= MAX_TOKENS {
        return Err(Error::conflict("You have 200 tokens already. Delete some that you do not use.").into());
    }
    let row = member::find(&mut tx, user.id).await?;
    let row = row.ok_or_else(|| Error::not_found("You are not a member any more"))?;
    let draft = TokenDraft { name: form.name.trim(), expires_at, scopes };
    let (made, token) = new_token(&mut tx, &row, draft, &user.entity_ref, now).await?;
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

/// A token and whose it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberToken {
    #[serde(flatten)]
    token: Token,
    owner_name: String,
    owner_ref: String,
}

impl From<OwnedTokenRow> for MemberToken {
    fn from(row: OwnedTokenRow) -> Self {
        Self { token: row.token.into(), owner_name: row.owner_name, owner_ref: row.owner_ref }
    }
}

/// Everybody's tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberTokenList {
    items: Vec<MemberToken>,
}

/// Lists the personal tokens of all members, newest first.
#[utoipa::path(get, path = "/api/tenant-admin/v1/member-tokens", tag = "tokens",
    responses((status = 200, body = MemberTokenList)))]
pub(crate) async fn list_member_tokens(
    State(admin): State<TenantAdmin>,
    caller: Caller,
) -> Result<Json<MemberTokenList>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let items = token::list_all(&mut tx).await?.into_iter().map(MemberToken::from).collect();
    Ok(Json(MemberTokenList { items }))
}

/// Revokes anybody's token; it stops working within two seconds.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/member-tokens/{id}", tag = "tokens",
    params(("id" = Uuid, Path, description = "The token")), responses((status = 204), (status = 404)))]
pub(crate) async fn revoke_member_token(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let gone = token::delete_of_anybody(&mut tx, id).await?;
    let (name, owner) = gone.ok_or_else(|| Error::not_found("There is no such token"))?;
    let event = AuditEvent::by(&caller.principal, "token.revoke", owner);
    tx.record(event.before(json!({ "token": id, "name": name }))).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}
