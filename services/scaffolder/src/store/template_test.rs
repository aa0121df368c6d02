//! What came of the tests of templates.

use crate::trial::Finding;
use kernel::Result;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// What came of a template's tests.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TemplateTest {
    /// Key of the template.
    pub template_ref: String,
    /// `pending`, `passed`, `failed`, `none` or `unreadable`.
    pub state: String,
    /// Why there was nothing to run.
    pub problem: Option<String>,
    /// How many there are.
    pub cases: i32,
    /// How many of them were not as expected.
    pub failed: i32,
    /// The first things that were not.
    pub findings: Json<Vec<Finding>>,
    /// Of which files.
    pub content_digest: Option<String>,
    /// Of which actions.
    pub actions_digest: Option<String>,
    /// Of which commit.
    pub commit: Option<String>,
    /// When they were run.
    pub ran_at: Option<OffsetDateTime>,
    /// When it was looked whether something changed.
    pub checked_at: OffsetDateTime,
}

const COLUMNS: &str = "select template_ref, state, problem, cases, failed, findings, content_digest, actions_digest,
    commit, ran_at, checked_at from template_test where tenant_id = $1";

/// What came of the tests of this template.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, template_ref: &str) -> Result<Option<TemplateTest>> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} and template_ref = $2")))
        .bind(tx.id())
        .bind(template_ref)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// What came of the tests of all templates, by reference.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, limit: i64) -> Result<Vec<TemplateTest>> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} order by template_ref limit $2")))
        .bind(tx.id())
        .bind(limit)
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Has the next look run the tests, whatever has changed.
///
/// # Errors
/// Those of the database.
pub async fn set_pending(tx: &mut TenantTx, template_ref: &str) -> Result<()> {
    sqlx::query(
        "insert into template_test (tenant_id, template_ref, state) values ($1, $2, 'pending')
         on conflict on constraint template_test_pk do update set state = 'pending', content_digest = null,
           actions_digest = null, commit = null",
    )
    .bind(tx.id())
    .bind(template_ref)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// What came of it now.
#[derive(Debug, Default)]
pub struct Outcome<'a> {
    /// See [`TemplateTest::state`].
    pub state: &'static str,
    /// Why there was nothing to run.
    pub problem: Option<&'a str>,
    /// How many there are.
    pub cases: i32,
    /// How many were not as expected.
    pub failed: i32,
    /// The first things that were not.
    pub findings: Vec<Finding>,
    /// Of which files.
    pub content_digest: Option<&'a str>,
    /// Of which actions.
    pub actions_digest: Option<&'a str>,
    /// Of which commit.
    pub commit: Option<&'a str>,
}

/// Writes what came of it.
///
/// # Errors
/// Those of the database.
pub async fn set_outcome(tx: &mut TenantTx, template_ref: &str, outcome: &Outcome<'_>) -> Result<()> {
    sqlx::query(
        "insert into template_test (tenant_id, template_ref, state, problem, cases, failed, findings, content_digest,
           actions_digest, commit, ran_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
           case when $3 in ('passed', 'failed') then clock_timestamp() end)
         on conflict on constraint template_test_pk do update set state = excluded.state, problem = excluded.problem,
           cases = excluded.cases, failed = excluded.failed, findings = excluded.findings,
           content_digest = excluded.content_digest, actions_digest = excluded.actions_digest,
           commit = excluded.commit, ran_at = excluded.ran_at, checked_at = clock_timestamp()",
    )
    .bind(tx.id())
    .bind(template_ref)
    .bind(outcome.state)
    .bind(outcome.problem)
    .bind(outcome.cases)
    .bind(outcome.failed)
    .bind(Json(&outcome.findings))
    .bind(outcome.content_digest)
    .bind(outcome.actions_digest)
    .bind(outcome.commit)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Says that nothing has changed, whatever the commit.
///
/// # Errors
/// Those of the database.
pub async fn set_checked(tx: &mut TenantTx, template_ref: &str, commit: Option<&str>) -> Result<()> {
    sqlx::query(
        "update template_test set checked_at = clock_timestamp(), commit = coalesce($3, commit)
         where tenant_id = $1 and template_ref = $2",
    )
    .bind(tx.id())
    .bind(template_ref)
    .bind(commit)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Forgets a template that is gone.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, template_ref: &str) -> Result<()> {
    sqlx::query("delete from template_test where tenant_id = $1 and template_ref = $2")
        .bind(tx.id())
        .bind(template_ref)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
