//! Reads final entities: one by one, by reference, and as sorted pages.

use super::conditions::{push_filter, push_full_text};
use crate::domain::cursor::{Direction, EntityList, FullText, Order, Position};
use crate::domain::filter::Filter;
use kernel::Result;
use sqlx::{Postgres, QueryBuilder};
use std::collections::HashMap;
use store::{TenantTx, db};
use uuid::Uuid;

/// The document of the entity with this key.
///
/// # Errors
/// Those of the database.
pub async fn find_by_ref(tx: &mut TenantTx, entity_ref: &str) -> Result<Option<String>> {
    sqlx::query_scalar("select document from entity where tenant_id = $1 and entity_ref = $2")
        .bind(tx.id())
        .bind(entity_ref)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// The document of the entity with this uid.
///
/// # Errors
/// Those of the database.
pub async fn find_by_uid(tx: &mut TenantTx, uid: Uuid) -> Result<Option<String>> {
    sqlx::query_scalar("select document from entity where tenant_id = $1 and entity_id = $2")
        .bind(tx.id())
        .bind(uid)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// The documents of these entities, by key, as far as the filter holds for them.
///
/// # Errors
/// Those of the database.
pub async fn list_by_refs(
    tx: &mut TenantTx,
    entity_refs: &[String],
    filter: &Filter,
) -> Result<HashMap<String, String>> {
    let mut sql = QueryBuilder::new("select e.entity_ref, e.document from entity e where e.tenant_id = ");
    sql.push_bind(tx.id()).push(" and e.entity_ref = any (").push_bind(entity_refs.to_vec()).push(") and ");
    push_filter(&mut sql, tx.id(), filter);
    let rows: Vec<(String, String)> = sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)?;
    Ok(rows.into_iter().collect())
}

/// One row of a page.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    /// The entity's number.
    pub entity_no: i32,
    /// The value it is sorted by.
    pub sort_value: Option<String>,
    /// The entity as JSON.
    pub document: String,
}

impl Row {
    /// Where it stands in the list.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { value: self.sort_value.clone(), number: self.entity_no }
    }
}

/// How many entities the list has. Those without a value to sort by are not in it.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut TenantTx, list: &EntityList) -> Result<i64> {
    let mut sql = QueryBuilder::new("select count(*) from ");
    push_list(&mut sql, tx.id(), list);
    sql.build_query_scalar().fetch_one(tx.conn()).await.map_err(db)
}

/// Up to `limit` rows after (before, when the list says so) its position, in the order of the list.
///
/// # Errors
/// Those of the database.
pub async fn page(tx: &mut TenantTx, list: &EntityList, limit: i64, offset: i64) -> Result<Vec<Row>> {
    let tenant = tx.id();
    let mut sql = QueryBuilder::new("select e.entity_no, ");
    sql.push(sort_column(list.order.as_ref())).push(" as sort_value, e.document from ");
    push_list(&mut sql, tenant, list);
    let forward = list.order.as_ref().map_or(Direction::Asc, |order| order.direction);
    let direction = if list.backwards { forward.reversed() } else { forward };
    if let Some(from) = &list.from {
        let sign = if direction == Direction::Asc { " > (" } else { " < (" };
        match (&list.order, &from.value) {
            (Some(_), Some(value)) => {
                sql.push(" and (").push(sort_column(list.order.as_ref())).push(", e.entity_no)").push(sign);
                sql.push_bind(value.clone()).push(" collate \"C\", ").push_bind(from.number).push(")");
            }
            _ => {
                sql.push(" and (e.entity_no)").push(sign).push_bind(from.number).push(")");
            }
        }
    }
    sql.push(" order by ");
    if list.order.is_some() {
        sql.push("2").push(word(direction)).push(", ");
    }
    sql.push("1").push(word(direction));
    sql.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
    let mut rows: Vec<Row> = sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)?;
    if list.backwards {
        rows.reverse();
    }
    Ok(rows)
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Asc => " asc",
        Direction::Desc => " desc",
    }
}

fn sort_column(order: Option<&Order>) -> &'static str {
    match order {
        None => "null::text",
        Some(order) if order.field == "metadata.name" => "e.sort_name",
        Some(_) => "sorted.value",
    }
}

/// `entity e …` with everything that decides which entities are in the list.
fn push_list(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, list: &EntityList) {
    sql.push("entity e");
    if let Some(order) = &list.order
        && order.field != "metadata.name"
    {
        push_sorted(sql, tenant, order);
        sql.push(" on sorted.entity_no = e.entity_no");
    }
    push_where(sql, tenant, &list.filter, list.full_text.as_ref());
}

/// Each entity once, with its smallest (largest, when descending) value of the field.
fn push_sorted(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, order: &Order) {
    sql.push(" join (select posting.entity_no, ")
        .push(if order.direction == Direction::Asc { "min" } else { "max" })
        .push("(term.value) as value from term join posting on posting.tenant_id = ")
        .push_bind(tenant)
        .push(" and posting.term_no = term.term_no where term.tenant_id = ")
        .push_bind(tenant)
        .push(" and term.key = ")
        .push_bind(order.field.clone())
        .push(" and term.value is not null group by posting.entity_no) sorted");
}

fn push_where(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, filter: &Filter, full_text: Option<&FullText>) {
    sql.push(" where e.tenant_id = ").push_bind(tenant).push(" and ");
    push_filter(sql, tenant, filter);
    if let Some(full_text) = full_text {
        sql.push(" and ");
        push_full_text(sql, tenant, full_text);
    }
}

/// A page of the older list: by reference, or by several fields, entities without a value last.
///
/// # Errors
/// Those of the database.
pub async fn page_by_offset(
    tx: &mut TenantTx,
    filter: &Filter,
    orders: &[Order],
    limit: Option<i64>,
    offset: i64,
) -> Result<Vec<String>> {
    let tenant = tx.id();
    let mut sql = QueryBuilder::new("select e.document from entity e");
    for (i, order) in orders.iter().enumerate() {
        sql.push(" left join (select posting.entity_no, min(term.value) as value from term join posting on posting.tenant_id = ")
            .push_bind(tenant)
            .push(" and posting.term_no = term.term_no where term.tenant_id = ")
            .push_bind(tenant)
            .push(" and term.key = ")
            .push_bind(order.field.clone())
            .push(" group by posting.entity_no) sorted_")
            .push(i)
            .push(" on sorted_")
            .push(i)
            .push(".entity_no = e.entity_no");
    }
    push_where(&mut sql, tenant, filter, None);
    sql.push(" order by ");
    for (i, order) in orders.iter().enumerate() {
        sql.push("sorted_").push(i).push(".value").push(word(order.direction)).push(" nulls last, ");
    }
    sql.push("e.entity_ref offset ").push_bind(offset);
    if let Some(limit) = limit {
        sql.push(" limit ").push_bind(limit);
    }
    sql.build_query_scalar().fetch_all(tx.conn()).await.map_err(db)
}
