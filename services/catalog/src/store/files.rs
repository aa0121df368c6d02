//! What is remembered of the files that units read.

use super::refresh;
use crate::domain::files::{FileOutcome, FileRun, Files, Known, KnownFile};
use crate::domain::outcome::{Problem, Source};
use kernel::Result;
use sqlx::types::Json;
use std::collections::BTreeMap;
use store::queue::Urgency;
use store::{TenantTx, db};
use time::OffsetDateTime;

#[derive(sqlx::FromRow)]
struct Row {
    url: String,
    glob: Option<String>,
    etag: Option<String>,
    sha256: Option<String>,
    rules: String,
    emitted: Vec<String>,
    reads: Json<Vec<Source>>,
}

impl From<Row> for KnownFile {
    fn from(row: Row) -> Self {
        let Row { url, glob, etag, sha256, rules, emitted, reads } = row;
        Self { url, glob, etag, sha256, rules, reads: reads.0, emitted }
    }
}

/// What is remembered of a unit's files.
///
/// # Errors
/// Those of the database.
pub async fn known(tx: &mut TenantTx, source: &str, read_all: bool) -> Result<Known> {
    let rows: Vec<Row> = sqlx::query_as(
        "select url, glob, etag, sha256, rules, emitted,
           (select coalesce(jsonb_agg(jsonb_build_object('url', read.url, 'etag', read.etag, 'sha256', read.sha256)), '[]')
            from refresh_read read
            where read.tenant_id = $1 and read.source = $2 and read.file = refresh_file.url) as reads
         from refresh_file where tenant_id = $1 and source = $2",
    )
    .bind(tx.id())
    .bind(source)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let files: BTreeMap<String, KnownFile> = rows.into_iter().map(|row| (row.url.clone(), row.into())).collect();
    Ok(Known { files, read_all })
}

/// Remembers what a run made of a unit's files. After a failure only the problems are noted: the next run takes over
/// what this one could not.
///
/// # Errors
/// Those of the database.
pub async fn remember(tx: &mut TenantTx, source: &str, files: &Files, taken_over: bool) -> Result<()> {
    if !taken_over {
        return note(tx, source, &files.files).await;
    }
    let processed: Vec<&KnownFile> = files
        .files
        .iter()
        .filter_map(|file| match &file.outcome {
            FileOutcome::Processed(known) => Some(known),
            _ => None,
        })
        .collect();
    upsert(tx, source, &processed).await?;
    replace_reads(tx, source, &processed).await?;
    set_unchanged(tx, source, &files.files).await?;
    forget(tx, source, &files.vanished).await
}

async fn upsert(tx: &mut TenantTx, source: &str, files: &[&KnownFile]) -> Result<()> {
    // One statement each: the lists of keys cannot be an array of arrays of different lengths.
    for file in files {
        sqlx::query(
            "insert into refresh_file (tenant_id, source, url, glob, etag, sha256, rules, emitted)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict on constraint refresh_file_pk do update set glob = excluded.glob, etag = excluded.etag,
               sha256 = excluded.sha256, rules = excluded.rules, emitted = excluded.emitted, problem = null,
               read_at = clock_timestamp()",
        )
        .bind(tx.id())
        .bind(source)
        .bind(&file.url)
        .bind(&file.glob)
        .bind(&file.etag)
        .bind(&file.sha256)
        .bind(&file.rules)
        .bind(&file.emitted)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    Ok(())
}

async fn replace_reads(tx: &mut TenantTx, source: &str, files: &[&KnownFile]) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    sqlx::query("delete from refresh_read where tenant_id = $1 and source = $2 and file = any ($3)")
        .bind(tx.id())
        .bind(source)
        .bind(files.iter().map(|file| file.url.as_str()).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    let reads: Vec<(&str, &Source)> =
        files.iter().flat_map(|file| file.reads.iter().map(|read| (file.url.as_str(), read))).collect();
    if reads.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into refresh_read (tenant_id, source, file, url, etag, sha256)
         select $1, $2, file, url, etag, sha256
         from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as new (file, url, etag, sha256)",
    )
    .bind(tx.id())
    .bind(source)
    .bind(reads.iter().map(|(file, _)| *file).collect::<Vec<_>>())
    .bind(reads.iter().map(|(_, read)| read.url.as_str()).collect::<Vec<_>>())
    .bind(reads.iter().map(|(_, read)| read.etag.as_deref()).collect::<Vec<_>>())
    .bind(reads.iter().map(|(_, read)| read.sha256.as_deref()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// New validators of files that are what they were, and an end to their problems.
async fn set_unchanged(tx: &mut TenantTx, source: &str, files: &[FileRun]) -> Result<()> {
    let unchanged: Vec<(&str, Option<&str>)> = files
        .iter()
        .filter_map(|file| match &file.outcome {
            FileOutcome::Unchanged { etag } => Some((file.url.as_str(), etag.as_deref())),
            _ => None,
        })
        .collect();
    if unchanged.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update refresh_file set etag = now.etag, problem = null
         from unnest($3::text[], $4::text[]) as now (url, etag)
         where refresh_file.tenant_id = $1 and refresh_file.source = $2 and refresh_file.url = now.url
           and (refresh_file.etag is distinct from now.etag or refresh_file.problem is not null)",
    )
    .bind(tx.id())
    .bind(source)
    .bind(unchanged.iter().map(|(url, _)| *url).collect::<Vec<_>>())
    .bind(unchanged.iter().map(|(_, etag)| *etag).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes the files of a failed run with their problems, and leaves everything else as it was.
async fn note(tx: &mut TenantTx, source: &str, files: &[FileRun]) -> Result<()> {
    let problem = |file: &FileRun| match &file.outcome {
        FileOutcome::Failed(problem) => Some(Json(problem.clone())),
        _ => None,
    };
    sqlx::query(
        "insert into refresh_file (tenant_id, source, url, glob, problem)
         select $1, $2, url, glob, problem from unnest($3::text[], $4::text[], $5::jsonb[]) as new (url, glob, problem)
         on conflict on constraint refresh_file_pk do update set problem = excluded.problem,
           read_at = case when excluded.problem is null then refresh_file.read_at else clock_timestamp() end",
    )
    .bind(tx.id())
    .bind(source)
    .bind(files.iter().map(|file| file.url.as_str()).collect::<Vec<_>>())
    .bind(files.iter().map(|file| file.glob.as_deref()).collect::<Vec<_>>())
    .bind(files.iter().map(problem).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

async fn forget(tx: &mut TenantTx, source: &str, urls: &[String]) -> Result<()> {
    if urls.is_empty() {
        return Ok(());
    }
    for statement in [
        "delete from refresh_file where tenant_id = $1 and source = $2 and url = any ($3)",
        "delete from refresh_read where tenant_id = $1 and source = $2 and file = any ($3)",
    ] {
        sqlx::query(statement).bind(tx.id()).bind(source).bind(urls).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}

/// Forgets all files of units that go.
///
/// # Errors
/// Those of the database.
pub async fn forget_all(tx: &mut TenantTx, sources: &[String]) -> Result<()> {
    if sources.is_empty() {
        return Ok(());
    }
    for statement in [
        "delete from refresh_file where tenant_id = $1 and source = any ($2)",
        "delete from refresh_read where tenant_id = $1 and source = any ($2)",
    ] {
        sqlx::query(statement).bind(tx.id()).bind(sources).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}

/// Makes units process those of their files anew that emit one of these entities, changed or not, as soon as possible.
///
/// # Errors
/// Those of the database.
pub async fn force(tx: &mut TenantTx, sources: &[String], entity_refs: &[String]) -> Result<()> {
    if sources.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update refresh_file set rules = '' where tenant_id = $1 and source = any ($2) and emitted && $3::text[]",
    )
    .bind(tx.id())
    .bind(sources)
    .bind(entity_refs)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    refresh::enqueue_units(tx, sources, Urgency::Person).await
}

/// Units that read one of these addresses, as a file or for a placeholder.
///
/// # Errors
/// Those of the database.
pub async fn readers_of(tx: &mut TenantTx, urls: &[String]) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select source from refresh_file where tenant_id = $1 and url = any ($2)
         union select source from refresh_read where tenant_id = $1 and url = any ($2)",
    )
    .bind(tx.id())
    .bind(urls)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// A file as progress shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FileStatus {
    /// The unit that reads it.
    pub source: String,
    /// Its address.
    pub url: String,
    /// The pattern that found it.
    pub glob: Option<String>,
    /// Whether there is such a file.
    pub exists: bool,
    /// Whether it was ever taken over.
    pub taken_over: bool,
    /// How many entities it emits.
    pub entities: i32,
    /// Why it failed last.
    pub problem: Option<Json<Problem>>,
    /// When it was last found to be different, or failed.
    pub read_at: OffsetDateTime,
}

/// The files of these units.
///
/// # Errors
/// Those of the database.
pub async fn list_status(tx: &mut TenantTx, sources: &[&str]) -> Result<Vec<FileStatus>> {
    sqlx::query_as(
        "select source, url, glob, sha256 is not null as exists, rules <> '' as taken_over,
           coalesce(cardinality(emitted), 0) as entities, problem, read_at
         from refresh_file where tenant_id = $1 and source = any ($2) order by source, url",
    )
    .bind(tx.id())
    .bind(sources)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
