//! Reads final entities in SQL: one by one, by reference, and as sorted pages. What the index in memory is checked
//! against, and what answers in its place.

use super::conditions::{
    Start, Steer, is_universal, push_filter, push_having, push_own_terms, push_set, push_test, push_text_test, steer,
};
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

/// A statement with its values.
pub(super) type Statement = QueryBuilder<Postgres>;

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
    let size = size(tx, list).await?;
    let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let mut rows: Vec<Row> = Vec::new();
    if size.total > 0 && limit > 0 {
        if list.order.is_some() && !size.is_small {
            steer(tx, Steer::KeepOrder).await?;
        }
        let mut sql = page_statement(Start::RUN, tx.id(), list, size.is_small, wanted, offset);
        rows = sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)?;
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    if list.backwards {
        rows.reverse();
    }
    let (first, last) = (rows.first().map(Row::position), rows.last().map(Row::position));
    Ok(Page { rows: found(rows.iter().map(|row| row.entity_no)), more, first, last, total: size.total })
}

/// SQL does not say of which change a document is: whoever reads it is told.
fn found(numbers: impl Iterator<Item = i32>) -> Vec<Found> {
    numbers.filter_map(|number| Some(Found { number: u32::try_from(number).ok()?, seq: 0 })).collect()
}

/// How long a list is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) total: u64,
    /// Whether each entity's value to sort by is looked up. With more, going through the values in order soon fills a
    /// page.
    pub(super) is_small: bool,
}

/// Up to here a list is small.
const SMALL: u64 = 300;

pub(super) async fn size(tx: &mut TenantTx, list: &EntityList) -> Result<Size> {
    let matching = count(tx, Counted::Matching, list).await?;
    let is_small = matching <= SMALL;
    let counted = match &list.order {
        Some(order) if matching > 0 && !is_universal(&order.field) => {
            if is_small {
                Counted::LookedUp
            } else {
                Counted::Valued
            }
        }
        _ => return Ok(Size { total: matching, is_small }),
    };
    Ok(Size { total: count(tx, counted, list).await?, is_small })
}

/// Which entities of a list are counted, and how.
#[derive(Debug, Clone, Copy)]
pub(super) enum Counted {
    /// All that match.
    Matching,
    /// Those with a value to sort by, from the list of all that have one.
    Valued,
    /// The same, from the terms of each that matches.
    LookedUp,
}

async fn count(tx: &mut TenantTx, counted: Counted, list: &EntityList) -> Result<u64> {
    let mut sql = count_statement(Start::RUN, tx.id(), counted, list);
    let count: i64 = sql.build_query_scalar().fetch_one(tx.conn()).await.map_err(db)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

pub(super) fn count_statement(start: Start, tenant: Uuid, counted: Counted, list: &EntityList) -> Statement {
    let field = list.order.as_ref().map(|order| order.field.as_str());
    let mut sql = start.with("select count(*) from (");
    let valued = field.filter(|_| matches!(counted, Counted::Valued));
    push_set(&mut sql, tenant, &list.filter, list.full_text.as_ref(), valued);
    sql.push(") hit");
    if let (Counted::LookedUp, Some(field)) = (counted, field) {
        sql.push(" where exists (select from ");
        push_own_terms(&mut sql, tenant, "hit.entity_no");
        sql.push(" term where term.key = ").push_bind(field.to_owned());
        sql.push(" and term.value is not null offset 0)");
    }
    sql
}

pub(super) fn page_statement(
    start: Start,
    tenant: Uuid,
    list: &EntityList,
    is_small: bool,
    limit: i64,
    offset: i64,
) -> Statement {
    let forward = list.order.as_ref().map_or(Direction::Asc, |order| order.direction);
    let walking = if list.backwards { forward.reversed() } else { forward };
    let mut sql = match &list.order {
        None => by_number(start, tenant, list, walking),
        Some(order) if is_small => looked_up(start, tenant, list, order, walking),
        Some(order) => in_order(start, tenant, list, order, walking),
    };
    sql.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
    sql
}

fn push_listed(sql: &mut Statement, tenant: Uuid, list: &EntityList) {
    push_set(sql, tenant, &list.filter, list.full_text.as_ref(), None);
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

fn by_number(start: Start, tenant: Uuid, list: &EntityList, walking: Direction) -> Statement {
    let mut sql = start.with("select hit.entity_no, null::text as sort_value from (");
    push_listed(&mut sql, tenant, list);
    sql.push(") hit");
    if let Some(from) = &list.from {
        sql.push(" where hit.entity_no").push(sign(walking)).push_bind(from.number);
    }
    sql.push(" order by hit.entity_no").push(word(walking));
    sql
}

/// Each entity's smallest (largest, when descending) value, and then in order.
fn looked_up(start: Start, tenant: Uuid, list: &EntityList, order: &Order, walking: Direction) -> Statement {
    let mut sql = start.with("with hit as materialized (");
    push_listed(&mut sql, tenant, list);
    sql.push(") select hit.entity_no, sorted.value as sort_value from hit cross join lateral (select ")
        .push(if order.direction == Direction::Asc { "min" } else { "max" })
        .push("(term.value) as value from ");
    push_own_terms(&mut sql, tenant, "hit.entity_no");
    sql.push(" term where term.key = ").push_bind(order.field.clone()).push(") sorted where sorted.value is not null");
    if let Some(from) = &list.from {
        sql.push(" and (sorted.value, hit.entity_no)").push(sign(walking)).push("(");
        sql.push_bind(from.value.clone()).push(" collate \"C\", ").push_bind(from.number).push(")");
    }
    sql.push(" order by sorted.value").push(word(walking)).push(", hit.entity_no").push(word(walking));
    sql
}

/// The values in order, with who has each, until the page is full.
fn in_order(start: Start, tenant: Uuid, list: &EntityList, order: &Order, walking: Direction) -> Statement {
    let mut sql = start.with("select having_it.entity_no, sorted.value as sort_value from term sorted ");
    push_having(&mut sql, tenant, "sorted");
    sql.push(" where sorted.tenant_id = ").push_bind(tenant);
    sql.push(" and sorted.key = ").push_bind(order.field.clone()).push(" and sorted.value is not null");
    if let Some(from) = &list.from {
        // The first part is what the index understands.
        sql.push(" and sorted.value").push(if walking == Direction::Asc { " >= " } else { " <= " });
        sql.push_bind(from.value.clone())
            .push(" and (sorted.value, having_it.entity_no)")
            .push(sign(walking))
            .push("(");
        sql.push_bind(from.value.clone()).push(" collate \"C\", ").push_bind(from.number).push(")");
    }
    sql.push(" and ");
    push_test(&mut sql, tenant, &list.filter, "having_it.entity_no");
    if let Some(full_text) = &list.full_text {
        sql.push(" and ");
        push_text_test(&mut sql, tenant, full_text, "having_it.entity_no");
    }
    // An entity stands at its smallest (largest, when descending) value only.
    sql.push(" and not exists (select from ");
    push_own_terms(&mut sql, tenant, "having_it.entity_no");
    sql.push(" term where term.key = ").push_bind(order.field.clone());
    sql.push(" and (term.value, term.term_no)")
        .push(if order.direction == Direction::Asc { " < " } else { " > " })
        .push("(sorted.value, sorted.term_no) offset 0)");
    sql.push(" order by sorted.value").push(word(walking)).push(", having_it.entity_no").push(word(walking));
    sql
}

/// A page of the older list: by key, or by several fields, entities without a value last. Says whether there is more
/// behind it.
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
    let wanted = limit.map(|limit| i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX));
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let walked = orders.is_empty() && is_walked(tx, filter, wanted, offset).await?;
    let mut sql = if walked {
        steer(tx, Steer::KeepOrder).await?;
        walk_statement(Start::RUN, tx.id(), filter)
    } else {
        if !orders.is_empty() {
            steer(tx, Steer::Hash).await?;
        }
        sorted_statement(Start::RUN, tx.id(), filter, orders)
    };
    sql.push(" offset ").push_bind(offset).push(" limit ").push_bind(wanted);
    let mut rows: Vec<i32> = sql.build_query_scalar().fetch_all(tx.conn()).await.map_err(db)?;
    let limit = limit.unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok((found(rows.into_iter()), more))
}

/// Whether a page in the order of keys is sooner found by testing one entity after the other than by looking up the keys
/// of all that match. A test costs about twice as much as a key.
pub(super) async fn is_walked(tx: &mut TenantTx, filter: &Filter, wanted: Option<i64>, offset: i64) -> Result<bool> {
    let Some(rows) = wanted.map(|wanted| wanted.saturating_add(offset)) else { return Ok(false) };
    let everything: Option<i32> = sqlx::query_scalar("select next_entity_no - 1 from tenant_seq where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    let mut sql = Start::RUN.with("select count(*) from (");
    push_set(&mut sql, tx.id(), filter, None, None);
    sql.push(") hit");
    let hits: i64 = sql.build_query_scalar().fetch_one(tx.conn()).await.map_err(db)?;
    let tested = rows.saturating_mul(i64::from(everything.unwrap_or(0))) / hits.max(1);
    Ok(tested.saturating_mul(2) < hits)
}

pub(super) fn walk_statement(start: Start, tenant: Uuid, filter: &Filter) -> Statement {
    let mut sql = start.with("select e.entity_no from entity e where e.tenant_id = ");
    sql.push_bind(tenant).push(" and ");
    push_filter(&mut sql, tenant, filter);
    sql.push(" order by e.entity_ref");
    sql
}

pub(super) fn sorted_statement(start: Start, tenant: Uuid, filter: &Filter, orders: &[Order]) -> Statement {
    let mut sql = start.with("with hit as materialized (");
    push_set(&mut sql, tenant, filter, None, None);
    sql.push(
        ") select hit.entity_no from hit cross join lateral (
           select entity.entity_ref from entity where entity.tenant_id = ",
    )
    .push_bind(tenant)
    .push(" and entity.entity_no = hit.entity_no offset 0) e");
    for (i, order) in orders.iter().enumerate() {
        sql.push(" left join (select having_it.entity_no, min(sorted.value) as value from term sorted ");
        push_having(&mut sql, tenant, "sorted");
        sql.push(" where sorted.tenant_id = ").push_bind(tenant);
        sql.push(" and sorted.key = ").push_bind(order.field.clone());
        sql.push(" group by having_it.entity_no) sorted_").push(i);
        sql.push(" on sorted_").push(i).push(".entity_no = hit.entity_no");
    }
    sql.push(" order by ");
    for (i, order) in orders.iter().enumerate() {
        sql.push("sorted_").push(i).push(".value").push(word(order.direction)).push(" nulls last, ");
    }
    sql.push("e.entity_ref");
    sql
}
