//! Published policies: which rules apply to whom, and the version of all of them together.
//!
//! tenant-admin publishes; the gateway (what a caller holds) and whoever owns resources (which ones) read. Meaning is
//! `authz`'s: here are rows.

use crate::{Db, TenantTx, db};
use kernel::{Result, TenantId};
use serde_json::Value;
use sqlx::Row as _;
use time::OffsetDateTime;

/// A rule that applies to somebody.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct AppliedRow {
    /// The entity ref or built-in role that it is bound to.
    pub subject: String,
    /// The custom role that it is in.
    pub role: String,
    /// The permission's name.
    pub permission: String,
    /// `allow` or `deny`.
    pub effect: String,
    /// `{"pluginId", "resourceType", "conditions"}`.
    pub condition: Option<Value>,
}

/// A rule to publish.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// The custom role that it is in.
    pub role: String,
    /// The permission's name.
    pub permission: String,
    /// `allow` or `deny`.
    pub effect: &'static str,
    /// `{"pluginId", "resourceType", "conditions"}`.
    pub condition: Option<Value>,
}

/// A version to publish.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// One more than the version that holds; taken already: a conflict.
    pub version: i64,
    /// As it was written.
    pub document: Value,
    /// Subject and role, once each.
    pub bindings: Vec<(String, String)>,
    /// In each role's order.
    pub rules: Vec<NewRule>,
    /// What the publisher says about it.
    pub note: String,
    /// Who.
    pub published_by: String,
    /// When.
    pub published_at: OffsetDateTime,
}

/// `tenant_seq.policy_version`: grows with every change of what holds; 0 while there never was a policy.
///
/// # Errors
/// Those of the database.
pub async fn revision(tx: &mut TenantTx) -> Result<i64> {
    let found: Option<i64> = sqlx::query_scalar("select policy_version from tenant_seq where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(found.unwrap_or(0))
}

/// The same at a glance.
///
/// # Errors
/// Those of the database.
pub async fn glance_revision(db_: &Db, tenant: TenantId) -> Result<i64> {
    let row = db_.glance(tenant, "select policy_version from tenant_seq where tenant_id = $1").await?;
    row.map_or(Ok(0), |row| row.try_get(0).map_err(db))
}

/// The rules that apply to these subjects, of one permission or of all.
///
/// # Errors
/// Those of the database.
pub async fn list_applied(tx: &mut TenantTx, subjects: &[&str], permission: Option<&str>) -> Result<Vec<AppliedRow>> {
    sqlx::query_as(
        "select b.subject, r.role, r.permission, r.effect, r.condition
         from policy_binding b join policy_rule r on r.tenant_id = $1 and r.role = b.role
         where b.tenant_id = $1 and b.subject = any ($2) and ($3::text is null or r.permission = $3)
         order by b.subject, r.role, r.rule_no",
    )
    .bind(tx.id())
    .bind(subjects)
    .bind(permission)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The document that holds and its version; `None` while there is none.
///
/// # Errors
/// Those of the database.
pub async fn find_published(tx: &mut TenantTx) -> Result<Option<(i64, Value)>> {
    sqlx::query_as("select version, document from policy_version where tenant_id = $1 order by version desc limit 1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// Makes a version hold in place of the one before. The database raises the revision.
///
/// # Errors
/// `Conflict` when the version is taken; those of the database.
pub async fn publish(tx: &mut TenantTx, new: &NewVersion) -> Result<()> {
    let id = tx.id();
    for statement in ["delete from policy_binding where tenant_id = $1", "delete from policy_rule where tenant_id = $1"]
    {
        sqlx::query(statement).bind(id).execute(tx.conn()).await.map_err(db)?;
    }
    let (subjects, roles): (Vec<&str>, Vec<&str>) =
        new.bindings.iter().map(|(subject, role)| (subject.as_str(), role.as_str())).unzip();
    sqlx::query(
        "insert into policy_binding (tenant_id, subject, role)
         select $1, given.subject, given.role from unnest($2::text[], $3::text[]) as given (subject, role)",
    )
    .bind(id)
    .bind(subjects)
    .bind(roles)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    insert_rules(tx, &new.rules).await?;
    sqlx::query(
        "insert into policy_version (tenant_id, version, document, note, published_at, published_by)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(new.version)
    .bind(&new.document)
    .bind(&new.note)
    .bind(new.published_at)
    .bind(&new.published_by)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

async fn insert_rules(tx: &mut TenantTx, rules: &[NewRule]) -> Result<()> {
    let column = |of: fn(&NewRule) -> &str| rules.iter().map(of).collect::<Vec<_>>();
    let conditions: Vec<Option<&Value>> = rules.iter().map(|rule| rule.condition.as_ref()).collect();
    sqlx::query(
        "insert into policy_rule (tenant_id, role, rule_no, permission, effect, condition)
         select $1, given.role, given.rule_no, given.permission, given.effect, given.condition
         from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[])
           with ordinality as given (role, permission, effect, condition, rule_no)",
    )
    .bind(tx.id())
    .bind(column(|rule| &rule.role))
    .bind(column(|rule| &rule.permission))
    .bind(column(|rule| rule.effect))
    .bind(conditions)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
