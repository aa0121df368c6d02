//! Conditions under which people may see and touch entities, and the version of all of them together.

use super::conditions::push_filter;
use crate::domain::filter::Filter;
use authz::Permission;
use kernel::Result;
use serde_json::Value;
use sqlx::QueryBuilder;
use sqlx::types::Json;
use std::collections::HashSet;
use store::{TenantTx, db};
use uuid::Uuid;

/// `tenant_seq.policy_version`: grows with every change of a condition; 0 while there was never one.
///
/// # Errors
/// Those of the database.
pub async fn version(tx: &mut TenantTx) -> Result<i64> {
    let version: Option<i64> = sqlx::query_scalar("select policy_version from tenant_seq where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(version.unwrap_or(0))
}

/// The conditions of these subjects.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, permission: Permission, subjects: &[&str]) -> Result<Vec<Value>> {
    let rows: Vec<Json<Value>> = sqlx::query_scalar(
        "select condition from catalog_condition
         where tenant_id = $1 and permission = $2 and subject = any ($3) order by subject",
    )
    .bind(tx.id())
    .bind(permission.name())
    .bind(subjects)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    Ok(rows.into_iter().map(|Json(condition)| condition).collect())
}

/// Gives a subject a condition in place of the one it has. The database raises the version.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, permission: Permission, subject: &str, condition: &Value) -> Result<()> {
    sqlx::query(
        "insert into catalog_condition (tenant_id, permission, subject, condition) values ($1, $2, $3, $4)
         on conflict on constraint catalog_condition_pk do update set condition = excluded.condition",
    )
    .bind(tx.id())
    .bind(permission.name())
    .bind(subject)
    .bind(Json(condition))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Takes a subject's condition away. The database raises the version.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, permission: Permission, subject: &str) -> Result<()> {
    sqlx::query("delete from catalog_condition where tenant_id = $1 and permission = $2 and subject = $3")
        .bind(tx.id())
        .bind(permission.name())
        .bind(subject)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// One entity.
#[derive(Debug, Clone, Copy)]
pub enum Which<'w> {
    /// By its key.
    Ref(&'w str),
    /// By its uid.
    Uid(Uuid),
}

/// Which of two conditions hold for one entity.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Verdict {
    /// Its key.
    pub entity_ref: String,
    /// The caller may see it.
    pub readable: bool,
    /// The caller may do what they ask for.
    pub allowed: bool,
}

/// Judges one entity; `None` when there is none.
///
/// # Errors
/// Those of the database.
pub async fn judge(tx: &mut TenantTx, which: Which<'_>, read: &Filter, act: &Filter) -> Result<Option<Verdict>> {
    let tenant = tx.id();
    let mut sql = QueryBuilder::new("select e.entity_ref, (");
    push_filter(&mut sql, tenant, read);
    sql.push(") as readable, (");
    push_filter(&mut sql, tenant, act);
    sql.push(") as allowed from entity e where e.tenant_id = ").push_bind(tenant);
    match which {
        Which::Ref(entity_ref) => sql.push(" and e.entity_ref = ").push_bind(entity_ref.to_owned()),
        Which::Uid(uid) => sql.push(" and e.entity_id = ").push_bind(uid),
    };
    sql.build_query_as().fetch_optional(tx.conn()).await.map_err(db)
}

/// Those of these entities that exist and that the condition does not hold for.
///
/// # Errors
/// Those of the database.
pub async fn hidden(tx: &mut TenantTx, entity_refs: &[&str], condition: &Filter) -> Result<HashSet<String>> {
    if condition.is_everything() || entity_refs.is_empty() {
        return Ok(HashSet::new());
    }
    let tenant = tx.id();
    let mut sql = QueryBuilder::new("select e.entity_ref from entity e where e.tenant_id = ");
    sql.push_bind(tenant).push(" and e.entity_ref = any (");
    sql.push_bind(entity_refs.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()).push(") and not (");
    push_filter(&mut sql, tenant, condition);
    sql.push(")");
    let refs: Vec<String> = sql.build_query_scalar().fetch_all(tx.conn()).await.map_err(db)?;
    Ok(refs.into_iter().collect())
}
