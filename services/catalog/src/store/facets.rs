//! Counts entities by value.

use super::conditions::push_filter;
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
    let tenant = tx.id();
    let mut sql = QueryBuilder::new(
        "select term.key, term.original as value, count(*) as count
         from term join posting on posting.tenant_id = ",
    );
    sql.push_bind(tenant)
        .push(" and posting.term_no = term.term_no join entity e on e.tenant_id = ")
        .push_bind(tenant)
        .push(" and e.entity_no = posting.entity_no where term.tenant_id = ")
        .push_bind(tenant)
        .push(" and term.key = any (")
        .push_bind(keys.to_vec())
        .push(") and term.original is not null and ");
    push_filter(&mut sql, tenant, filter);
    sql.push(" group by term.key, term.original order by term.key, term.original");
    sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)
}
