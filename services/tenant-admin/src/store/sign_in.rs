//! Rows of `sign_in_provider`, `sign_in_test`, `sign_in_rule` and `break_glass`.

use credential::provider::Settings;
use kernel::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A provider's row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ProviderRow {
    /// Row id.
    pub provider_id: Uuid,
    /// Part of its addresses.
    pub name: String,
    /// What its button says.
    pub title: String,
    /// Its protocol's word.
    pub kind: String,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// How we prove it, sealed under the row id.
    pub sealed_secret: Option<Vec<u8>>,
    /// What its words mean.
    pub settings: Json<Settings>,
    /// Whether people can come in through it.
    pub enabled: bool,
    /// When a try of it last worked.
    pub tested_at: Option<OffsetDateTime>,
    /// When it was set up.
    pub created_at: OffsetDateTime,
}

/// What is tried: a provider that need not be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Part of its addresses.
    pub name: String,
    /// What its button says.
    pub title: String,
    /// Its protocol's word.
    pub kind: String,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// What its words mean.
    pub settings: Settings,
}

/// A try.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TestRow {
    /// What is tried.
    pub draft: Json<Draft>,
    /// Its secret, sealed under the try's id.
    pub sealed_secret: Option<Vec<u8>>,
    /// What came back.
    pub result: Option<Value>,
}

/// All providers by title.
///
/// # Errors
/// Those of the database.
pub async fn list_providers(tx: &mut TenantTx) -> Result<Vec<ProviderRow>> {
    sqlx::query_as(
        "select provider_id, name, title, kind, issuer, client_id, sealed_secret, settings, enabled, tested_at, created_at
         from sign_in_provider where tenant_id = $1 order by lower(title), name",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One provider, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_provider_for_update(tx: &mut TenantTx, provider: Uuid) -> Result<Option<ProviderRow>> {
    sqlx::query_as(
        "select provider_id, name, title, kind, issuer, client_id, sealed_secret, settings, enabled, tested_at, created_at
         from sign_in_provider where tenant_id = $1 and provider_id = $2 for update",
    )
    .bind(tx.id())
    .bind(provider)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Keeps a new provider, or a changed one.
///
/// # Errors
/// Those of the database; `Conflict` when the name is taken.
pub async fn set_provider(tx: &mut TenantTx, row: &ProviderRow, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into sign_in_provider (tenant_id, provider_id, name, title, kind, issuer, client_id, sealed_secret,
           settings, enabled, tested_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (tenant_id, provider_id) do update set name = excluded.name, title = excluded.title,
           kind = excluded.kind, issuer = excluded.issuer, client_id = excluded.client_id,
           sealed_secret = excluded.sealed_secret, settings = excluded.settings, enabled = excluded.enabled,
           tested_at = excluded.tested_at, updated_at = excluded.updated_at",
    )
    .bind(tx.id())
    .bind(row.provider_id)
    .bind(&row.name)
    .bind(&row.title)
    .bind(&row.kind)
    .bind(&row.issuer)
    .bind(&row.client_id)
    .bind(&row.sealed_secret)
    .bind(&row.settings)
    .bind(row.enabled)
    .bind(row.tested_at)
    .bind(row.created_at)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes a provider. Who its people are stays known, for when it comes back.
///
/// # Errors
/// Those of the database.
pub async fn delete_provider(tx: &mut TenantTx, provider: Uuid) -> Result<()> {
    sqlx::query("delete from sign_in_provider where tenant_id = $1 and provider_id = $2")
        .bind(tx.id())
        .bind(provider)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Keeps a try, and forgets those whose time is over.
///
/// # Errors
/// Those of the database.
pub async fn insert_test(
    tx: &mut TenantTx,
    (test, member): (Uuid, Uuid),
    draft: &Draft,
    sealed_secret: Option<Vec<u8>>,
    (now, expires_at): (OffsetDateTime, OffsetDateTime),
) -> Result<()> {
    sqlx::query("delete from sign_in_test where tenant_id = $1 and expires_at <= $2")
        .bind(tx.id())
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    sqlx::query(
        "insert into sign_in_test (tenant_id, test_id, member_id, draft, sealed_secret, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tx.id())
    .bind(test)
    .bind(member)
    .bind(Json(draft))
    .bind(sealed_secret)
    .bind(expires_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// A try of this member's that is not over.
///
/// # Errors
/// Those of the database.
pub async fn find_test(tx: &mut TenantTx, test: Uuid, member: Uuid, now: OffsetDateTime) -> Result<Option<TestRow>> {
    sqlx::query_as(
        "select draft, sealed_secret, result from sign_in_test
         where tenant_id = $1 and test_id = $2 and member_id = $3 and expires_at > $4",
    )
    .bind(tx.id())
    .bind(test)
    .bind(member)
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Whether a provider that is on has been tried with success.
///
/// # Errors
/// Those of the database.
pub async fn has_tested_provider(tx: &mut TenantTx) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from sign_in_provider where tenant_id = $1 and enabled and tested_at is not null)",
    )
    .bind(tx.id())
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

/// Sets whether members must come through a provider.
///
/// # Errors
/// Those of the database.
pub async fn set_enforced(tx: &mut TenantTx, enforced: bool, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into sign_in_rule (tenant_id, enforced, updated_at) values ($1, $2, $3)
         on conflict (tenant_id) do update set enforced = excluded.enforced, updated_at = excluded.updated_at",
    )
    .bind(tx.id())
    .bind(enforced)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The members who keep their password for emergencies.
///
/// # Errors
/// Those of the database.
pub async fn list_break_glass(tx: &mut TenantTx) -> Result<Vec<Uuid>> {
    sqlx::query_scalar("select member_id from break_glass where tenant_id = $1 order by member_id")
        .bind(tx.id())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Names the members who keep their password for emergencies.
///
/// # Errors
/// Those of the database.
pub async fn set_break_glass(tx: &mut TenantTx, members: &[Uuid]) -> Result<()> {
    sqlx::query("delete from break_glass where tenant_id = $1 and not (member_id = any($2))")
        .bind(tx.id())
        .bind(members)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    sqlx::query(
        "insert into break_glass (tenant_id, member_id) select $1, member_id from unnest($2::uuid[]) as it (member_id)
         on conflict do nothing",
    )
    .bind(tx.id())
    .bind(members)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Which of these members are active administrators with a password: who can come in when no provider answers.
///
/// # Errors
/// Those of the database.
pub async fn list_able(tx: &mut TenantTx, members: &[Uuid]) -> Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "select m.member_id from member m join password p on p.tenant_id = $1 and p.member_id = m.member_id
         where m.tenant_id = $1 and m.member_id = any($2) and m.role = 'admin' and m.status = 'active'
         order by m.member_id",
    )
    .bind(tx.id())
    .bind(members)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
