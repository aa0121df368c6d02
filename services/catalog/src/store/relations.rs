//! Relations between entities, by who says so.

use kernel::Result;
use model::Relation;
use std::collections::{BTreeSet, HashMap};
use store::{TenantTx, db};

/// Relations as (type, target), by the entity that shows them.
pub type BySource = HashMap<String, Vec<(String, String)>>;

/// What [`replace`] did.
#[derive(Debug, Default)]
pub struct Replaced {
    /// Every entity whose relations are different now.
    pub affected: BTreeSet<String>,
    /// Whose word was taken.
    pub origins: Vec<String>,
    /// All that they say, so that it need not be read back.
    pub said: BySource,
}

/// What an entity says.
#[derive(Debug, Clone, Copy)]
pub struct Said<'r> {
    /// Who says it.
    pub origin: &'r str,
    /// Both directions.
    pub relations: &'r [Relation],
    /// Whether it never said anything before.
    pub is_new: bool,
    /// The change in which it says so.
    pub seq: i64,
}

/// Replaces what these entities say.
///
/// # Errors
/// Those of the database.
pub async fn replace(tx: &mut TenantTx, said: &[Said<'_>]) -> Result<Replaced> {
    if said.is_empty() {
        return Ok(Replaced::default());
    }
    let origins: Vec<String> = said.iter().map(|one| one.origin.to_owned()).collect();
    let known: Vec<&str> = said.iter().filter(|one| !one.is_new).map(|one| one.origin).collect();
    let before = list_said_by(tx, &known).await?;
    let before: BTreeSet<Row<'_>> = before.iter().map(Row::from).collect();
    // A set: two fields of one entity may say the same thing.
    let after: BTreeSet<Row<'_>> =
        said.iter().flat_map(|one| one.relations.iter().map(|r| Row::new(one.origin, r))).collect();
    let gone: Vec<Row<'_>> = before.difference(&after).copied().collect();
    let added: Vec<Row<'_>> = after.difference(&before).copied().collect();
    let seqs: HashMap<&str, i64> = said.iter().map(|one| (one.origin, one.seq)).collect();
    delete(tx, &gone, &seqs).await?;
    insert(tx, &added, &seqs).await?;
    let affected = gone.iter().chain(&added).map(|row| row.source.to_owned()).collect();
    let mut said = BySource::new();
    for row in &after {
        let relation = (row.kind.to_owned(), row.target.to_owned());
        match said.get_mut(row.source) {
            Some(relations) => relations.push(relation),
            None => drop(said.insert(row.source.to_owned(), vec![relation])),
        }
    }
    Ok(Replaced { affected, origins, said })
}

/// A row as it is stored: source, type, target, origin.
type Stored = (String, String, String, String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row<'r> {
    source: &'r str,
    kind: &'r str,
    target: &'r str,
    origin: &'r str,
}

impl<'r> Row<'r> {
    fn new(origin: &'r str, relation: &'r Relation) -> Self {
        Self { source: &relation.source, kind: &relation.kind, target: &relation.target, origin }
    }
}

impl<'r> From<&'r Stored> for Row<'r> {
    fn from((source, kind, target, origin): &'r Stored) -> Self {
        Self { source, kind, target, origin }
    }
}

async fn list_said_by(tx: &mut TenantTx, origins: &[&str]) -> Result<Vec<Stored>> {
    if origins.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(
        "select source_ref, type, target_ref, origin_ref from relation where tenant_id = $1 and origin_ref = any ($2)",
    )
    .bind(tx.id())
    .bind(origins)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Rows written by one statement, so that a huge file stays below the statement timeout.
const CHUNK: usize = 20_000;

/// Each row, with the change in which its origin says so.
fn seq_of(row: &Row<'_>, seqs: &HashMap<&str, i64>) -> i64 {
    seqs.get(row.origin).copied().unwrap_or_default()
}

async fn insert(tx: &mut TenantTx, rows: &[Row<'_>], seqs: &HashMap<&str, i64>) -> Result<()> {
    // In the order of the primary key.
    let mut rows: Vec<&Row<'_>> = rows.iter().collect();
    rows.sort_unstable_by_key(|row| (row.origin, row.kind, row.source, row.target));
    for rows in rows.chunks(CHUNK) {
        sqlx::query(
            "insert into relation (tenant_id, source_ref, type, target_ref, origin_ref, since_seq)
             select $1, source_ref, type, target_ref, origin_ref, since_seq
             from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
               as new (source_ref, type, target_ref, origin_ref, since_seq)",
        )
        .bind(tx.id())
        .bind(rows.iter().map(|row| row.source).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.target).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.origin).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| seq_of(row, seqs)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    Ok(())
}

async fn delete(tx: &mut TenantTx, rows: &[Row<'_>], seqs: &HashMap<&str, i64>) -> Result<()> {
    for rows in rows.chunks(CHUNK) {
        sqlx::query(
            "with ended as (
               delete from relation using unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
                 as gone (source_ref, type, target_ref, origin_ref, seq)
               where relation.tenant_id = $1 and relation.source_ref = gone.source_ref and relation.type = gone.type
                 and relation.target_ref = gone.target_ref and relation.origin_ref = gone.origin_ref
               returning relation.*, gone.seq
             )
             insert into relation_version (tenant_id, source_ref, type, target_ref, origin_ref, from_seq, to_seq)
             select $1, ended.source_ref, ended.type, ended.target_ref, ended.origin_ref, ended.since_seq, ended.seq
             from ended where ended.since_seq < ended.seq",
        )
        .bind(tx.id())
        .bind(rows.iter().map(|row| row.source).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.target).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.origin).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| seq_of(row, seqs)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
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

/// The relations of these entities. What was said in this very transaction is taken from `replaced`, all else is read.
///
/// # Errors
/// Those of the database.
pub async fn list_of(tx: &mut TenantTx, sources: &[String], replaced: &Replaced) -> Result<BySource> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select source_ref, type, target_ref from relation
         where tenant_id = $1 and source_ref = any ($2) and origin_ref <> all ($3)",
    )
    .bind(tx.id())
    .bind(sources)
    .bind(&replaced.origins)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let mut by_source = BySource::new();
    for (source, kind, target) in rows {
        by_source.entry(source).or_default().push((kind, target));
    }
    for source in sources {
        if let Some(said) = replaced.said.get(source) {
            by_source.entry(source.clone()).or_default().extend(said.iter().cloned());
        }
    }
    Ok(by_source)
}
