//! Counts entities by value.

use super::conditions::push_set;
use crate::domain::filter::Filter;
use kernel::Result;
use sqlx::QueryBuilder;
use store::{TenantTx, db};

/// One value of one facet.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Bucket {
    /// The key asked for, lower case.
    pub key: String,
    /// The value as written.
    pub value: String,
    /// How many entities have it.
    pub count: i64,
}

/// The values of these keys among the entities that the filter holds for, in order of key and value.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, keys: &[String], filter: &Filter) -> Result<Vec<Bucket>> {
    if filter.is_everything() {
        // Every term knows how many entities have it.
        return sqlx::query_as(
            "select key, original as value, entities::bigint as count from term
             where tenant_id = $1 and key = any ($2) and original is not null order by key, original",
        )
        .bind(tx.id())
        .bind(keys)
        .fetch_all(tx.conn())
        .await
        .map_err(db);
    }
    prefer_hashing(tx).await?;
    let mut sql = statement(tx, keys, filter);
    sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)
}

/// Both sides of the join are lists whose lengths the planner cannot know. When it takes them for short, it compares
/// each with each; hashing is right for all lengths.
pub(super) async fn prefer_hashing(tx: &mut TenantTx) -> Result<()> {
    sqlx::query("set local enable_nestloop = off").execute(tx.conn()).await.map_err(db)?;
    Ok(())
}

pub(super) fn statement(tx: &TenantTx, keys: &[String], filter: &Filter) -> QueryBuilder<sqlx::Postgres> {
    let tenant = tx.id();
    let mut sql = QueryBuilder::new("with hit as materialized (");
    push_set(&mut sql, tenant, filter, None, None);
    // The lateral part is one range of the index for each term.
    sql.push(
        ") select term.key, term.original as value, count(*) as count
         from term cross join lateral (select posting.entity_no from posting where posting.tenant_id = ",
    )
    .push_bind(tenant)
    .push(" and posting.term_no = term.term_no offset 0) having_it join hit on hit.entity_no = having_it.entity_no")
    .push(" where term.tenant_id = ")
    .push_bind(tenant)
    .push(" and term.key = any (")
    .push_bind(keys.to_vec())
    .push(") and term.original is not null group by term.key, term.original order by term.key, term.original");
    sql
}
