//! Reads final entities in SQL: one by one, by reference, and as sorted pages. What the index in memory is checked
//! against, and what answers in its place.

use super::conditions::{OWN_TERMS, push_filter, push_set, push_test, push_text_test};
use super::facets::prefer_hashing;
use crate::domain::cursor::{Direction, EntityList, Order, Position};
use crate::domain::filter::Filter;
use crate::index::order::{Found, Page};
use kernel::Result;
use sqlx::{Postgres, QueryBuilder};
use std::collections::HashMap;
use store::{TenantTx, db};
use uuid::Uuid;

/// The document of the entity with this key, if the condition holds for it.
///
/// # Errors
/// Those of the database.
pub async fn find_by_ref(tx: &mut TenantTx, entity_ref: &str, condition: &Filter) -> Result<Option<String>> {
    let mut sql = QueryBuilder::new("select e.document from entity e where e.tenant_id = ");
    sql.push_bind(tx.id()).push(" and e.entity_ref = ").push_bind(entity_ref.to_owned()).push(" and ");
    push_filter(&mut sql, tx.id(), condition);
    sql.build_query_scalar().fetch_optional(tx.conn()).await.map_err(db)
}

/// The document of the entity with this uid, if the condition holds for it.
///
/// # Errors
/// Those of the database.
pub async fn find_by_uid(tx: &mut TenantTx, uid: Uuid, condition: &Filter) -> Result<Option<String>> {
    let mut sql = QueryBuilder::new("select e.document from entity e where e.tenant_id = ");
    sql.push_bind(tx.id()).push(" and e.entity_id = ").push_bind(uid).push(" and ");
    push_filter(&mut sql, tx.id(), condition);
    sql.build_query_scalar().fetch_optional(tx.conn()).await.map_err(db)
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

/// Those of these entities that the filter holds for.
///
/// # Errors
/// Those of the database.
pub async fn matching(tx: &mut TenantTx, entities: &[u32], filter: &Filter) -> Result<Vec<u32>> {
    let numbers: Vec<i32> = entities.iter().filter_map(|number| i32::try_from(*number).ok()).collect();
    let mut sql = QueryBuilder::new("select e.entity_no from entity e where e.tenant_id = ");
    sql.push_bind(tx.id()).push(" and e.entity_no = any (").push_bind(numbers).push(") and ");
    push_filter(&mut sql, tx.id(), filter);
    let rows: Vec<i32> = sql.build_query_scalar().fetch_all(tx.conn()).await.map_err(db)?;
    Ok(rows.into_iter().filter_map(|number| u32::try_from(number).ok()).collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    entity_no: i32,
    sort_value: Option<String>,
}

impl Row {
    fn position(&self) -> Position {
        Position { value: self.sort_value.clone(), number: self.entity_no }
    }
}

/// One page of the list, after (before, when the list says so) its position. Entities without a value to sort by are not
/// in it.
///
/// # Errors
/// Those of the database.
pub async fn page(tx: &mut TenantTx, list: &EntityList, limit: usize, offset: usize) -> Result<Page> {
    let total = count(tx, list).await?;
    let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let mut rows: Vec<Row> = match total.min(limit as u64) {
        0 => Vec::new(),
        _ => page_statement(tx.id(), list, total, wanted, offset)
            .build_query_as()
            .fetch_all(tx.conn())
            .await
            .map_err(db)?,
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    if list.backwards {
        rows.reverse();
    }
    let (first, last) = (rows.first().map(Row::position), rows.last().map(Row::position));
    Ok(Page { rows: found(rows.iter().map(|row| row.entity_no)), more, first, last, total })
}

/// SQL does not say of which change a document is: whoever reads it is told.
fn found(numbers: impl Iterator<Item = i32>) -> Vec<Found> {
    numbers.filter_map(|number| Some(Found { number: u32::try_from(number).ok()?, seq: 0 })).collect()
}

async fn count(tx: &mut TenantTx, list: &EntityList) -> Result<u64> {
    let mut sql = count_statement(tx.id(), list);
    let count: i64 = sql.build_query_scalar().fetch_one(tx.conn()).await.map_err(db)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

pub(super) fn count_statement(tenant: Uuid, list: &EntityList) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("select count(*) from (");
    push_listed(&mut sql, tenant, list);
    sql.push(") hit");
    sql
}

fn push_listed(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, list: &EntityList) {
    let valued = list.order.as_ref().map(|order| order.field.as_str());
    push_set(sql, tenant, &list.filter, list.full_text.as_ref(), valued);
}

/// Up to so many entities, each one's value is looked up; with more, going through the values in order soon fills a page.
const LOOKED_UP: u64 = 300;

pub(super) fn page_statement(
    tenant: Uuid,
    list: &EntityList,
    total: u64,
    limit: i64,
    offset: i64,
) -> QueryBuilder<Postgres> {
    let forward = list.order.as_ref().map_or(Direction::Asc, |order| order.direction);
    let walking = if list.backwards { forward.reversed() } else { forward };
    let mut sql = match &list.order {
        None => by_number(tenant, list, walking),
        Some(order) if total <= LOOKED_UP => looked_up(tenant, list, order, walking),
        Some(order) => in_order(tenant, list, order, walking),
    };
    sql.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
    sql
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Asc => " asc",
        Direction::Desc => " desc",
    }
}

const fn sign(walking: Direction) -> &'static str {
    match walking {
        Direction::Asc => " > ",
        Direction::Desc => " < ",
    }
}

fn by_number(tenant: Uuid, list: &EntityList, walking: Direction) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("select hit.entity_no, null::text as sort_value from (");
    push_listed(&mut sql, tenant, list);
    sql.push(") hit");
    if let Some(from) = &list.from {
        sql.push(" where hit.entity_no").push(sign(walking)).push_bind(from.number);
    }
    sql.push(" order by hit.entity_no").push(word(walking));
    sql
}

/// Each entity's smallest (largest, when descending) value, and then in order.
fn looked_up(tenant: Uuid, list: &EntityList, order: &Order, walking: Direction) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("with hit as materialized (");
    push_listed(&mut sql, tenant, list);
    sql.push(") select hit.entity_no, sorted.value as sort_value from hit cross join lateral (select ")
        .push(if order.direction == Direction::Asc { "min" } else { "max" })
        .push("(term.value) as value from ")
        .push(OWN_TERMS)
        .push(" join term on term.tenant_id = ")
        .push_bind(tenant)
        .push(" and term.term_no = own.term_no where having_them.tenant_id = ")
        .push_bind(tenant)
        .push(" and having_them.entity_no = hit.entity_no and term.key = ")
        .push_bind(order.field.clone())
        .push(") sorted where sorted.value is not null");
    if let Some(from) = &list.from {
        sql.push(" and (sorted.value, hit.entity_no)").push(sign(walking)).push("(");
        sql.push_bind(from.value.clone()).push(" collate \"C\", ").push_bind(from.number).push(")");
    }
    sql.push(" order by sorted.value").push(word(walking)).push(", hit.entity_no").push(word(walking));
    sql
}

/// The values in order, with who has each, until the page is full.
fn in_order(tenant: Uuid, list: &EntityList, order: &Order, walking: Direction) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(
        "select having_it.entity_no, term.value as sort_value
         from term cross join lateral (select posting.entity_no from posting where posting.tenant_id = ",
    );
    sql.push_bind(tenant).push(" and posting.term_no = term.term_no offset 0) having_it where term.tenant_id = ");
    sql.push_bind(tenant).push(" and term.key = ").push_bind(order.field.clone()).push(" and term.value is not null");
    if let Some(from) = &list.from {
        // The first part is what the index understands.
        sql.push(" and term.value").push(if walking == Direction::Asc { " >= " } else { " <= " });
        sql.push_bind(from.value.clone()).push(" and (term.value, having_it.entity_no)").push(sign(walking)).push("(");
        sql.push_bind(from.value.clone()).push(" collate \"C\", ").push_bind(from.number).push(")");
    }
    // An entity stands at its smallest (largest, when descending) value only.
    sql.push(" and not exists (select from ")
        .push(OWN_TERMS)
        .push(" join term other_term on other_term.tenant_id = ")
        .push_bind(tenant)
        .push(" and other_term.term_no = own.term_no where having_them.tenant_id = ")
        .push_bind(tenant)
        .push(" and having_them.entity_no = having_it.entity_no and other_term.key = ")
        .push_bind(order.field.clone())
        .push(" and (other_term.value, other_term.term_no)")
        .push(if order.direction == Direction::Asc { " < " } else { " > " })
        .push("(term.value, term.term_no) offset 0) and ");
    push_test(&mut sql, tenant, &list.filter, "having_it.entity_no");
    if let Some(full_text) = &list.full_text {
        sql.push(" and ");
        push_text_test(&mut sql, tenant, full_text, "having_it.entity_no");
    }
    sql.push(" order by term.value").push(word(walking)).push(", having_it.entity_no").push(word(walking));
    sql
}

/// A page of the older list: by reference, or by several fields, entities without a value last. Says whether there is
/// more behind it.
///
/// # Errors
/// Those of the database.
pub async fn page_by_offset(
    tx: &mut TenantTx,
    filter: &Filter,
    orders: &[Order],
    limit: Option<usize>,
    offset: usize,
) -> Result<(Vec<Found>, bool)> {
    prefer_hashing(tx).await?;
    let mut sql = offset_statement(tx.id(), filter, orders, limit, offset);
    let mut rows: Vec<i32> = sql.build_query_scalar().fetch_all(tx.conn()).await.map_err(db)?;
    let limit = limit.unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok((found(rows.into_iter()), more))
}

pub(super) fn offset_statement(
    tenant: Uuid,
    filter: &Filter,
    orders: &[Order],
    limit: Option<usize>,
    offset: usize,
) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("with hit as materialized (");
    push_set(&mut sql, tenant, filter, None, None);
    sql.push(") select e.entity_no from hit join entity e on e.tenant_id = ").push_bind(tenant);
    sql.push(" and e.entity_no = hit.entity_no");
    for (i, order) in orders.iter().enumerate() {
        sql.push(" left join (select having_it.entity_no, min(term.value) as value from term cross join lateral (select posting.entity_no from posting where posting.tenant_id = ")
            .push_bind(tenant)
            .push(" and posting.term_no = term.term_no offset 0) having_it where term.tenant_id = ")
            .push_bind(tenant)
            .push(" and term.key = ")
            .push_bind(order.field.clone())
            .push(" group by having_it.entity_no) sorted_")
            .push(i)
            .push(" on sorted_")
            .push(i)
            .push(".entity_no = e.entity_no");
    }
    sql.push(" order by ");
    for (i, order) in orders.iter().enumerate() {
        sql.push("sorted_").push(i).push(".value").push(word(order.direction)).push(" nulls last, ");
    }
    sql.push("e.entity_ref offset ").push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
    if let Some(limit) = limit {
        sql.push(" limit ").push_bind(i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX));
    }
    sql
}
