//! Relations between entities, by who says so.

use kernel::Result;
use model::Relation;
use std::collections::{BTreeSet, HashMap};
use store::{TenantTx, db};

/// Replaces what these entities say. Returns every entity whose relations are different now.
///
/// # Errors
/// Those of the database.
pub async fn replace(tx: &mut TenantTx, said: &[(String, &[Relation])]) -> Result<BTreeSet<String>> {
    let origins: Vec<&str> = said.iter().map(|(origin, _)| origin.as_str()).collect();
    let before = list_said_by(tx, &origins).await?;
    // A set: two fields of one entity may say the same thing.
    let after: BTreeSet<Row> = said.iter().flat_map(|(origin, all)| all.iter().map(|r| Row::new(origin, r))).collect();
    let gone: Vec<Row> = before.difference(&after).cloned().collect();
    let added: Vec<Row> = after.difference(&before).cloned().collect();
    delete(tx, &gone).await?;
    insert(tx, &added).await?;
    Ok(gone.into_iter().chain(added).map(|row| row.source).collect())
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
struct Row {
    #[sqlx(rename = "source_ref")]
    source: String,
    #[sqlx(rename = "type")]
    kind: String,
    #[sqlx(rename = "target_ref")]
    target: String,
    #[sqlx(rename = "origin_ref")]
    origin: String,
}

impl Row {
    fn new(origin: &str, relation: &Relation) -> Self {
        Self {
            source: relation.source.clone(),
            kind: relation.kind.to_string(),
            target: relation.target.clone(),
            origin: origin.to_owned(),
        }
    }
}

async fn list_said_by(tx: &mut TenantTx, origins: &[&str]) -> Result<BTreeSet<Row>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select source_ref, type, target_ref, origin_ref from relation where tenant_id = $1 and origin_ref = any ($2)",
    )
    .bind(tx.id())
    .bind(origins)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    Ok(rows.into_iter().collect())
}

async fn insert(tx: &mut TenantTx, rows: &[Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into relation (tenant_id, source_ref, type, target_ref, origin_ref, since_seq)
         select $1, source_ref, type, target_ref, origin_ref, (select seq from tenant_seq where tenant_id = $1)
         from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as new (source_ref, type, target_ref, origin_ref)",
    )
    .bind(tx.id())
    .bind(rows.iter().map(|row| row.source.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.target.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.origin.as_str()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

async fn delete(tx: &mut TenantTx, rows: &[Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "with ended as (
           delete from relation using unnest($2::text[], $3::text[], $4::text[], $5::text[])
             as gone (source_ref, type, target_ref, origin_ref)
           where relation.tenant_id = $1 and relation.source_ref = gone.source_ref and relation.type = gone.type
             and relation.target_ref = gone.target_ref and relation.origin_ref = gone.origin_ref
           returning relation.*
         )
         insert into relation_version (tenant_id, source_ref, type, target_ref, origin_ref, from_seq, to_seq)
         select $1, ended.source_ref, ended.type, ended.target_ref, ended.origin_ref, ended.since_seq, now.seq
         from ended join tenant_seq now on now.tenant_id = $1 and ended.since_seq < now.seq",
    )
    .bind(tx.id())
    .bind(rows.iter().map(|row| row.source.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.target.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.origin.as_str()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Deletes whatever these entities say. Returns every entity whose relations are different now.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut TenantTx, origins: &[String]) -> Result<BTreeSet<String>> {
    let sources: Vec<String> = sqlx::query_scalar(
        "with ended as (
           delete from relation where tenant_id = $1 and origin_ref = any ($2) returning relation.*
         ),
         kept as (
           insert into relation_version (tenant_id, source_ref, type, target_ref, origin_ref, from_seq, to_seq)
           select $1, ended.source_ref, ended.type, ended.target_ref, ended.origin_ref, ended.since_seq, now.seq
           from ended join tenant_seq now on now.tenant_id = $1 and ended.since_seq < now.seq
         )
         select source_ref from ended",
    )
    .bind(tx.id())
    .bind(origins)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    Ok(sources.into_iter().collect())
}

/// The relations of these entities as (type, target), by entity.
///
/// # Errors
/// Those of the database.
pub async fn list_of(tx: &mut TenantTx, sources: &[String]) -> Result<HashMap<String, Vec<(String, String)>>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select distinct source_ref, type, target_ref from relation where tenant_id = $1 and source_ref = any ($2)",
    )
    .bind(tx.id())
    .bind(sources)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let mut by_source: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (source, kind, target) in rows {
        by_source.entry(source).or_default().push((kind, target));
    }
    Ok(by_source)
}
