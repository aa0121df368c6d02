//! Rows of `policy_draft` and `policy_version`.

use kernel::Result;
use serde_json::Value;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// The draft.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DraftRow {
    /// Grows with each change.
    pub revision: i64,
    /// The version that it was begun from; 0: none.
    pub based_on: i64,
    /// What is written so far.
    pub document: Value,
    /// When it was last changed.
    pub changed_at: OffsetDateTime,
    /// By whom.
    pub changed_by: String,
}

/// A published version without its document.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VersionRow {
    /// Counted from 1.
    pub version: i64,
    /// What the publisher said.
    pub note: String,
    /// When.
    pub published_at: OffsetDateTime,
    /// Who.
    pub published_by: String,
    /// Custom roles in it.
    pub roles: i32,
}

/// The draft, if there is one, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_draft_for_update(tx: &mut TenantTx) -> Result<Option<DraftRow>> {
    sqlx::query_as(
        "select revision, based_on, document, changed_at, changed_by from policy_draft where tenant_id = $1 for update",
    )
    .bind(tx.id())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The draft, if there is one.
///
/// # Errors
/// Those of the database.
pub async fn find_draft(tx: &mut TenantTx) -> Result<Option<DraftRow>> {
    sqlx::query_as("select revision, based_on, document, changed_at, changed_by from policy_draft where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// Writes the draft whose revision was `seen` (0: there was none); `false` when somebody else was faster.
///
/// # Errors
/// Those of the database.
pub async fn set_draft(tx: &mut TenantTx, draft: &DraftRow, seen: i64) -> Result<bool> {
    let done = sqlx::query(
        "insert into policy_draft (tenant_id, revision, based_on, document, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint policy_draft_pk do update
         set revision = excluded.revision, document = excluded.document, changed_at = excluded.changed_at,
             changed_by = excluded.changed_by
         where policy_draft.revision = $7",
    )
    .bind(tx.id())
    .bind(draft.revision)
    .bind(draft.based_on)
    .bind(&draft.document)
    .bind(draft.changed_at)
    .bind(&draft.changed_by)
    .bind(seen)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(done.rows_affected() > 0)
}

/// Removes the draft.
///
/// # Errors
/// Those of the database.
pub async fn delete_draft(tx: &mut TenantTx) -> Result<()> {
    sqlx::query("delete from policy_draft where tenant_id = $1").bind(tx.id()).execute(tx.conn()).await.map_err(db)?;
    Ok(())
}

/// Published versions below `before`, newest first. What held before the first of them is version 0.
///
/// # Errors
/// Those of the database.
pub async fn list_versions(tx: &mut TenantTx, before: i64, limit: i64) -> Result<Vec<VersionRow>> {
    sqlx::query_as(
        "select version, note, published_at, published_by, jsonb_array_length(document -> 'roles') as roles
         from policy_version where tenant_id = $1 and version < $2
         union all
         select 0, 'The built-in roles alone', created_at, 'sign-up', 0 from tenant
         where tenant_id = $1 and 0 < $2 and exists (select from policy_version first where first.tenant_id = $1)
         order by version desc limit $3",
    )
    .bind(tx.id())
    .bind(before)
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One published version and its document; version 0 has no roles.
///
/// # Errors
/// Those of the database.
pub async fn find_version(tx: &mut TenantTx, version: i64) -> Result<Option<(VersionRow, Value)>> {
    let row: Option<(i64, String, OffsetDateTime, String, Value)> = sqlx::query_as(
        "select version, note, published_at, published_by, document
         from policy_version where tenant_id = $1 and version = $2
         union all
         select 0, 'The built-in roles alone', created_at, 'sign-up', '{\"roles\": []}'::jsonb from tenant
         where tenant_id = $1 and $2 = 0",
    )
    .bind(tx.id())
    .bind(version)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    Ok(row.map(|(version, note, published_at, published_by, document)| {
        let roles = document["roles"].as_array().map_or(0, Vec::len);
        let roles = i32::try_from(roles).unwrap_or(i32::MAX);
        (VersionRow { version, note, published_at, published_by, roles }, document)
    }))
}
