//! Registered locations.

use crate::domain::filter::Filter;
use crate::domain::text::after_prefix;
use kernel::{Error, Result};
use model::location::LocationRef;
use sqlx::{Postgres, QueryBuilder};
use store::{TenantTx, db, is_unique_violation};
use time::OffsetDateTime;
use uuid::Uuid;

/// A registered location.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Location {
    /// UUIDv7.
    pub location_id: Uuid,
    /// `url`.
    #[sqlx(rename = "type")]
    pub kind: String,
    /// For example `https://host/catalog-info.yaml`.
    pub target: String,
    /// Key of the Location entity that stands for it.
    pub entity_ref: String,
}

impl Location {
    /// `type:target`.
    #[must_use]
    pub fn location_ref(&self) -> LocationRef {
        LocationRef { kind: self.kind.clone(), target: self.target.clone() }
    }

    /// Name of the Location entity that stands for it.
    #[must_use]
    pub fn entity_name(&self) -> &str {
        self.entity_ref.rsplit_once('/').map_or(&self.entity_ref, |(_, name)| name)
    }
}

fn already_exists(location: &LocationRef) -> impl FnOnce(sqlx::Error) -> Error {
    let message = format!("Location {location} already exists");
    move |error| if is_unique_violation(&error, None) { Error::conflict(message) } else { db(error) }
}

/// Adds a location.
///
/// # Errors
/// `Conflict` when type and target are registered already.
pub async fn insert(
    tx: &mut TenantTx,
    location: &LocationRef,
    entity_ref: &str,
    now: OffsetDateTime,
) -> Result<Location> {
    sqlx::query_as(
        "insert into location (tenant_id, location_id, type, target, entity_ref, created_at)
         values ($1, $2, $3, $4, $5, $6) returning location_id, type, target, entity_ref",
    )
    .bind(tx.id())
    .bind(Uuid::now_v7())
    .bind(&location.kind)
    .bind(&location.target)
    .bind(entity_ref)
    .bind(now)
    .fetch_one(tx.conn())
    .await
    .map_err(already_exists(location))
}

/// Points a location at another target; its Location entity keeps its name.
///
/// # Errors
/// `Conflict` when type and target are registered already.
pub async fn set_target(tx: &mut TenantTx, location_id: Uuid, location: &LocationRef) -> Result<Option<Location>> {
    sqlx::query_as(
        "update location set type = $3, target = $4 where tenant_id = $1 and location_id = $2
         returning location_id, type, target, entity_ref",
    )
    .bind(tx.id())
    .bind(location_id)
    .bind(&location.kind)
    .bind(&location.target)
    .fetch_optional(tx.conn())
    .await
    .map_err(already_exists(location))
}

/// Deletes a location.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, location_id: Uuid) -> Result<Option<Location>> {
    sqlx::query_as(
        "delete from location where tenant_id = $1 and location_id = $2
         returning location_id, type, target, entity_ref",
    )
    .bind(tx.id())
    .bind(location_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The location with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, location_id: Uuid) -> Result<Option<Location>> {
    sqlx::query_as(
        "select location_id, type, target, entity_ref from location where tenant_id = $1 and location_id = $2",
    )
    .bind(tx.id())
    .bind(location_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The location with this type and target.
///
/// # Errors
/// Those of the database.
pub async fn find_by_target(tx: &mut TenantTx, location: &LocationRef) -> Result<Option<Location>> {
    sqlx::query_as(
        "select location_id, type, target, entity_ref from location
         where tenant_id = $1 and type = $2 and target = $3",
    )
    .bind(tx.id())
    .bind(&location.kind)
    .bind(&location.target)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// All locations, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Location>> {
    sqlx::query_as(
        "select location_id, type, target, entity_ref from location where tenant_id = $1 order by location_id",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Up to `limit` locations after `after` that the filter holds for, and how many there are in all.
///
/// # Errors
/// `Input` when the filter asks for what a location does not have.
pub async fn page(tx: &mut TenantTx, filter: &Filter, after: Option<Uuid>, limit: i64) -> Result<(Vec<Location>, i64)> {
    let mut sql = QueryBuilder::new("select count(*) from location l where l.tenant_id = ");
    sql.push_bind(tx.id()).push(" and ");
    push_filter(&mut sql, filter)?;
    let total = sql.build_query_scalar().fetch_one(tx.conn()).await.map_err(db)?;
    let mut sql =
        QueryBuilder::new("select l.location_id, l.type, l.target, l.entity_ref from location l where l.tenant_id = ");
    sql.push_bind(tx.id()).push(" and l.location_id > ").push_bind(after.unwrap_or_default()).push(" and ");
    push_filter(&mut sql, filter)?;
    sql.push(" order by l.location_id limit ").push_bind(limit);
    let rows = sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)?;
    Ok((rows, total))
}

fn column(key: &str) -> Result<&'static str> {
    match key {
        "id" => Ok("l.location_id::text"),
        "type" => Ok("lower(l.type)"),
        "target" => Ok("lower(l.target)"),
        "entityref" => Ok("l.entity_ref"),
        _ => Err(Error::input(format!(
            "Invalid filter predicate, expected key to be 'id', 'type', 'target', or 'entityRef', got '{key}'"
        ))),
    }
}

fn push_filter(sql: &mut QueryBuilder<Postgres>, filter: &Filter) -> Result<()> {
    match filter {
        Filter::All(parts) => return push_joined(sql, parts, " and ", "true"),
        Filter::Any(parts) => return push_joined(sql, parts, " or ", "false"),
        Filter::Not(inner) => {
            sql.push("not (");
            push_filter(sql, inner)?;
            sql.push(")");
        }
        Filter::Exists(key) => {
            sql.push(column(key)?).push(" is not null");
        }
        Filter::Values(key, values) => {
            sql.push(column(key)?).push(" = any (").push_bind(values.clone()).push(")");
        }
        Filter::Prefix(key, prefix) => {
            sql.push(column(key)?).push(" collate \"C\" >= ").push_bind(prefix.clone());
            if let Some(end) = after_prefix(prefix) {
                sql.push(" and ").push(column(key)?).push(" collate \"C\" < ").push_bind(end);
            }
        }
        Filter::Relation { .. } => return column("relations").map(|_| ()),
    }
    Ok(())
}

fn push_joined(sql: &mut QueryBuilder<Postgres>, parts: &[Filter], word: &str, empty: &'static str) -> Result<()> {
    if parts.is_empty() {
        sql.push(empty);
        return Ok(());
    }
    sql.push("(");
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            sql.push(word);
        }
        push_filter(sql, part)?;
    }
    sql.push(")");
    Ok(())
}
