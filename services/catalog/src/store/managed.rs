//! Entities that people wrote here, as they wrote them, and whose an entity is.

use super::conditions::push_filter;
use crate::domain::filter::Filter;
use crate::domain::source::Source;
use kernel::Result;
use sqlx::QueryBuilder;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// An entity of a set.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Managed {
    /// The set's name.
    pub set_name: String,
    /// Its key.
    pub entity_ref: String,
    /// JSON text, as it was put.
    pub document: String,
    /// When.
    pub changed_at: OffsetDateTime,
    /// Who, as audit rows name them.
    pub changed_by: String,
}

/// The sets, each with the number of its entities that the condition holds for.
///
/// # Errors
/// Those of the database.
pub async fn list_sets(tx: &mut TenantTx, condition: &Filter) -> Result<Vec<(String, i64)>> {
    let mut sql = QueryBuilder::new(
        "select written.set_name, count(*) from managed_entity written
         join entity e on e.tenant_id = written.tenant_id and e.entity_ref = written.entity_ref
         where written.tenant_id = ",
    );
    sql.push_bind(tx.id()).push(" and ");
    push_filter(&mut sql, tx.id(), condition);
    sql.push(" group by written.set_name order by written.set_name");
    sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)
}

/// The entities of a set, by key.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, set: &str) -> Result<Vec<Managed>> {
    sqlx::query_as(
        "select set_name, entity_ref, document, changed_at, changed_by from managed_entity
         where tenant_id = $1 and set_name = $2 order by entity_ref",
    )
    .bind(tx.id())
    .bind(set)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The entity of this key, whatever set it is in.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, entity_ref: &str) -> Result<Option<Managed>> {
    sqlx::query_as(
        "select set_name, entity_ref, document, changed_at, changed_by from managed_entity
         where tenant_id = $1 and entity_ref = $2",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Writes entities down, new or anew. What is written exactly as it was keeps its moment and its author.
///
/// # Errors
/// Those of the database.
pub async fn put(tx: &mut TenantTx, entities: &[Managed]) -> Result<()> {
    sqlx::query(
        "insert into managed_entity (tenant_id, set_name, entity_ref, document, changed_at, changed_by)
         select $1, set_name, entity_ref, document, changed_at, changed_by
         from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])
           as new (set_name, entity_ref, document, changed_at, changed_by)
         on conflict on constraint managed_entity_ref do update set
           set_name = excluded.set_name, document = excluded.document, changed_at = excluded.changed_at,
           changed_by = excluded.changed_by
         where managed_entity.document <> excluded.document or managed_entity.set_name <> excluded.set_name",
    )
    .bind(tx.id())
    .bind(entities.iter().map(|one| one.set_name.as_str()).collect::<Vec<_>>())
    .bind(entities.iter().map(|one| one.entity_ref.as_str()).collect::<Vec<_>>())
    .bind(entities.iter().map(|one| one.document.as_str()).collect::<Vec<_>>())
    .bind(entities.iter().map(|one| one.changed_at).collect::<Vec<_>>())
    .bind(entities.iter().map(|one| one.changed_by.as_str()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Forgets these entities of a set.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, set: &str, entity_refs: &[String]) -> Result<()> {
    sqlx::query("delete from managed_entity where tenant_id = $1 and set_name = $2 and entity_ref = any ($3)")
        .bind(tx.id())
        .bind(set)
        .bind(entity_refs)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Who emits this entity, as edges name them.
///
/// # Errors
/// Those of the database.
pub async fn list_sources(tx: &mut TenantTx, entity_ref: &str) -> Result<Vec<String>> {
    sqlx::query_scalar("select source from refresh_edge where tenant_id = $1 and entity_ref = $2 order by source")
        .bind(tx.id())
        .bind(entity_ref)
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// The edge source that stands for a set.
#[must_use]
pub fn set_source(set: &str) -> String {
    Source::Set(set).to_string()
}
