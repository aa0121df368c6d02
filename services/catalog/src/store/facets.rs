//! Counts entities by value.

use super::conditions::{Start, Steer, push_having, push_set, steer};
use crate::domain::filter::Filter;
use kernel::Result;
use sqlx::{Postgres, QueryBuilder};
use store::{TenantTx, db};
use uuid::Uuid;

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
        return sqlx::query_as(
            "select key, original as value, cardinality(entity_nos) + coalesce((
               select sum(cardinality(list.entity_nos)) from posting_list list
               where list.tenant_id = $1 and list.term_no = term.term_no and term.listed
             ), 0) as count
             from term where tenant_id = $1 and key = any ($2) and original is not null order by key, original",
        )
        .bind(tx.id())
        .bind(keys)
        .fetch_all(tx.conn())
        .await
        .map_err(db);
    }
    steer(tx, Steer::Hash).await?;
    let mut sql = statement(Start::RUN, tx.id(), keys, filter);
    sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)
}

pub(super) fn statement(start: Start, tenant: Uuid, keys: &[String], filter: &Filter) -> QueryBuilder<Postgres> {
    let mut sql = start.with("with hit as materialized (");
    push_set(&mut sql, tenant, filter, None, None);
    // Each term's entities are found by themselves; only then are all of them compared with those that match.
    sql.push(") select tagged.key, tagged.original as value, count(*) as count from (select term.key, term.original, having_it.entity_no from term ");
    push_having(&mut sql, tenant, "term");
    sql.push(" where term.tenant_id = ").push_bind(tenant).push(" and term.key = any (").push_bind(keys.to_vec()).push(
        ") offset 0) tagged join hit on hit.entity_no = tagged.entity_no where tagged.original is not null
         group by tagged.key, tagged.original order by tagged.key, tagged.original",
    );
    sql
}
