//! Conditions, asked of single entities.

use super::conditions::push_filter;
use crate::domain::filter::Filter;
use kernel::Result;
use sqlx::QueryBuilder;
use std::collections::HashSet;
use store::{TenantTx, db};
use uuid::Uuid;

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
