//! Providers as the gateway sends people through them: saved ones that are on, and drafts that are being tried.

use credential::provider::{Kind, Settings};
use kernel::{Error, Result};
use serde::Deserialize;
use sqlx::types::Json;
use store::{TenantTx, db, sign_in};
use time::OffsetDateTime;
use uuid::Uuid;

/// A provider with its secret opened. It is read anew for every step, so a change counts at once.
#[derive(Clone)]
pub struct Provider {
    /// Part of its addresses.
    pub name: String,
    /// What its button says.
    pub title: String,
    /// Which protocol it speaks.
    pub kind: Kind,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// How we prove it.
    pub secret: Option<String>,
    /// What its words mean.
    pub settings: Settings,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("name", &self.name).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// A button of the sign-in page.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Offered {
    /// Part of its addresses.
    pub name: String,
    /// What the button says.
    pub title: String,
    /// Its protocol's word.
    pub kind: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    provider_id: Uuid,
    name: String,
    title: String,
    kind: String,
    issuer: String,
    client_id: String,
    sealed_secret: Option<Vec<u8>>,
    settings: Json<Settings>,
}

/// What is tried, as tenant-admin keeps it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Draft {
    name: String,
    title: String,
    kind: Kind,
    issuer: String,
    client_id: String,
    settings: Settings,
}

/// The providers that are on, by title.
///
/// # Errors
/// Those of the database.
pub async fn list_offered(tx: &mut TenantTx) -> Result<Vec<Offered>> {
    sqlx::query_as(
        "select name, title, kind from sign_in_provider where tenant_id = $1 and enabled order by lower(title), name",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The provider of this name with its id, if it is on.
///
/// # Errors
/// Those of the database, and of opening its secret.
pub async fn find_enabled(tx: &mut TenantTx, name: &str) -> Result<Option<(Uuid, Provider)>> {
    let row: Option<Row> = sqlx::query_as(
        "select provider_id, name, title, kind, issuer, client_id, sealed_secret, settings
         from sign_in_provider where tenant_id = $1 and name = $2 and enabled",
    )
    .bind(tx.id())
    .bind(name)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let kind = Kind::named(&row.kind).ok_or_else(|| Error::internal("a provider has an unknown kind"))?;
    let secret = sign_in::open_secret(tx, row.provider_id, row.sealed_secret.as_deref()).await?;
    let provider = Provider {
        name: row.name,
        title: row.title,
        kind,
        issuer: row.issuer,
        client_id: row.client_id,
        secret,
        settings: row.settings.0,
    };
    Ok(Some((row.provider_id, provider)))
}

/// What this member is trying, if it is theirs and not over yet.
///
/// # Errors
/// Those of the database, and of opening its secret.
pub async fn find_draft(tx: &mut TenantTx, test: Uuid, member: Uuid, now: OffsetDateTime) -> Result<Option<Provider>> {
    let row: Option<(Json<Draft>, Option<Vec<u8>>)> = sqlx::query_as(
        "select draft, sealed_secret from sign_in_test
         where tenant_id = $1 and test_id = $2 and member_id = $3 and expires_at > $4",
    )
    .bind(tx.id())
    .bind(test)
    .bind(member)
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    let Some((Json(draft), sealed)) = row else { return Ok(None) };
    let secret = sign_in::open_secret(tx, test, sealed.as_deref()).await?;
    let Draft { name, title, kind, issuer, client_id, settings } = draft;
    Ok(Some(Provider { name, title, kind, issuer, client_id, secret, settings }))
}

/// Keeps what came back from a try.
///
/// # Errors
/// Those of the database.
pub async fn set_test_result(tx: &mut TenantTx, test: Uuid, result: &serde_json::Value) -> Result<()> {
    sqlx::query("update sign_in_test set result = $3 where tenant_id = $1 and test_id = $2")
        .bind(tx.id())
        .bind(test)
        .bind(result)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
