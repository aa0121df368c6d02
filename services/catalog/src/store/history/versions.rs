//! Entities and relations as they were after one change: an index lookup for each entity.

use crate::domain::content;
use crate::domain::filter::Filter;
use crate::domain::history::{self, Relation};
use crate::store::conditions::push_filter;
use kernel::{Error, Result};
use serde_json::Value;
use sqlx::QueryBuilder;
use std::collections::{HashMap, HashSet};
use store::{TenantTx, db};
use uuid::Uuid;

/// What an entity was after one change.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Then {
    /// Its number then.
    pub entity_no: i32,
    /// Its key.
    pub entity_ref: String,
    /// Its uid then.
    pub entity_id: Uuid,
    /// As JSON; relations, status and etag in it may be those of another time.
    pub document: String,
    /// Whether nothing of the document changed since.
    pub is_exact: bool,
}

/// These entities as they were after the change `seq`, as far as they were there.
///
/// # Errors
/// Those of the database.
pub async fn list_at(tx: &mut TenantTx, seq: i64, entity_refs: &[String]) -> Result<Vec<Then>> {
    // One statement, so that a version that is superseded meanwhile is in one of the tables. The document of an entity
    // that is due to be stitched is behind its relations.
    sqlx::query_as(
        "select entity_no, entity_ref, entity_id, document, seq <= $3 and not exists (
             select from stitch_due due where due.tenant_id = $1 and due.entity_ref = entity.entity_ref
           ) as is_exact
         from entity where tenant_id = $1 and entity_ref = any ($2) and since_seq <= $3
         union all
         select past.entity_no, past.entity_ref, past.entity_id, past.document, false
         from (select distinct unnest($2::text[]) as entity_ref) asked
         cross join lateral (
           select version.* from entity_version version
           where version.tenant_id = $1 and version.entity_ref = asked.entity_ref and version.to_seq > $3
           order by version.to_seq limit 1
         ) past
         where past.from_seq <= $3",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .bind(seq)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The key of the entity that had this uid after the change `seq`.
///
/// # Errors
/// Those of the database.
pub async fn find_ref_by_uid(tx: &mut TenantTx, seq: i64, uid: Uuid) -> Result<Option<String>> {
    sqlx::query_scalar(
        "select entity_ref from entity where tenant_id = $1 and entity_id = $2 and since_seq <= $3
         union all
         select past.entity_ref from (
           select entity_ref, from_seq from entity_version
           where tenant_id = $1 and entity_id = $2 and to_seq > $3 order by to_seq limit 1
         ) past
         where past.from_seq <= $3
         limit 1",
    )
    .bind(tx.id())
    .bind(uid)
    .bind(seq)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The relations of each of these entities after the change beside it.
///
/// # Errors
/// Those of the database.
pub async fn list_relations_at(tx: &mut TenantTx, asked: &[(&str, i64)]) -> Result<HashMap<String, Vec<Relation>>> {
    // One row for each entity: there are nine relations for each, and a row costs more than what is in it.
    let rows: Vec<(String, Vec<String>, Vec<String>)> = sqlx::query_as(
        "select source_ref, array_agg(type), array_agg(target_ref) from (
           select relation.source_ref, relation.type, relation.target_ref
           from unnest($2::text[], $3::bigint[]) as asked (source_ref, seq)
           join relation on relation.tenant_id = $1 and relation.source_ref = asked.source_ref
             and relation.since_seq <= asked.seq
           union all
           select version.source_ref, version.type, version.target_ref
           from unnest($2::text[], $3::bigint[]) as asked (source_ref, seq)
           join relation_version version on version.tenant_id = $1 and version.source_ref = asked.source_ref
             and version.to_seq > asked.seq and version.from_seq <= asked.seq
         ) related
         group by source_ref",
    )
    .bind(tx.id())
    .bind(asked.iter().map(|(source, _)| *source).collect::<Vec<_>>())
    .bind(asked.iter().map(|(_, seq)| *seq).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let by_source = rows.into_iter().map(|(source, kinds, targets)| {
        let mut relations: Vec<Relation> = kinds.into_iter().zip(targets).collect();
        // Several entities may say the same.
        relations.sort_unstable();
        relations.dedup();
        (source, relations)
    });
    Ok(by_source.collect())
}

/// All entities that are there now and that the condition does not hold for.
///
/// # Errors
/// Those of the database.
pub async fn list_all_denied_now(tx: &mut TenantTx, condition: &Filter) -> Result<Vec<String>> {
    let mut sql = QueryBuilder::new("select e.entity_ref from entity e where e.tenant_id = ");
    sql.push_bind(tx.id()).push(" and not (");
    push_filter(&mut sql, tx.id(), condition);
    sql.push(")");
    sql.build_query_scalar().fetch_all(tx.conn()).await.map_err(db)
}

/// Those of these entities that are there now and that the condition does not hold for.
///
/// # Errors
/// Those of the database.
pub async fn list_denied_now(tx: &mut TenantTx, entity_refs: &[String], condition: &Filter) -> Result<HashSet<String>> {
    if condition.is_everything() {
        return Ok(HashSet::new());
    }
    let mut sql = QueryBuilder::new("select e.entity_ref from entity e where e.tenant_id = ");
    sql.push_bind(tx.id()).push(" and e.entity_ref = any (").push_bind(entity_refs.to_vec()).push(") and not (");
    push_filter(&mut sql, tx.id(), condition);
    sql.push(")");
    let denied: Vec<String> = sql.build_query_scalar().fetch_all(tx.conn()).await.map_err(db)?;
    Ok(denied.into_iter().collect())
}

/// The documents of these entities after the change `seq`, by key, as far as `filter` held for them then and
/// `condition` held then and holds for what they are now.
///
/// # Errors
/// Those of the database.
pub async fn list_documents_at(
    tx: &mut TenantTx,
    seq: i64,
    entity_refs: &[String],
    filter: &Filter,
    condition: &Filter,
) -> Result<HashMap<String, String>> {
    let denied = list_denied_now(tx, entity_refs, condition).await?;
    let mut then = list_at(tx, seq, entity_refs).await?;
    then.retain(|entity| !denied.contains(&entity.entity_ref));
    let wanted = filter.clone().and(condition.clone());
    let asked: Vec<(&str, i64)> = then
        .iter()
        .filter(|entity| !wanted.is_everything() || !is_ready(entity))
        .map(|entity| (entity.entity_ref.as_str(), seq))
        .collect();
    let mut relations = if asked.is_empty() { HashMap::new() } else { list_relations_at(tx, &asked).await? };
    let mut documents = HashMap::with_capacity(then.len());
    for entity in then {
        let related = relations.remove(&entity.entity_ref).unwrap_or_default();
        if let Some(document) = document_of(&entity, &related, &wanted)? {
            documents.insert(entity.entity_ref, document);
        }
    }
    Ok(documents)
}

/// Whether the stored document is what was answered then. Status is not part of what is kept.
fn is_ready(entity: &Then) -> bool {
    entity.is_exact && !entity.document.contains("\"status\":")
}

fn document_of(entity: &Then, relations: &[Relation], wanted: &Filter) -> Result<Option<String>> {
    if wanted.is_everything() && is_ready(entity) {
        return Ok(Some(entity.document.clone()));
    }
    let content: Value = content::of_document(&entity.document)
        .ok_or_else(|| Error::internal(format!("the stored version of {} is not JSON", entity.entity_ref)))?;
    let uid = entity.entity_id.to_string();
    if !history::is_visible(&content, &uid, relations, wanted) {
        return Ok(None);
    }
    Ok(Some(history::document(&content, &uid, relations)))
}
