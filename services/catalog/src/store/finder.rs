//! What the text index in memory is made from, and what Postgres alone can say about texts.

use crate::finder::words::{Changes, NewDocument, Words};
use futures::TryStreamExt as _;
use kernel::{Error, Result};
use roaring::RoaringBitmap;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use store::{TenantTx, db};
use uuid::Uuid;

/// More changed entities, or more pushed documents, than these are not taken over one by one.
const MANY: usize = 2_000;

const ENTITIES: &str = "select d.type, d.entity_no, 0, e.seq, coalesce(d.heading, lower(d.title)),
       coalesce(d.name, substring(d.document ->> 'location' from '[^/]*$')),
       (d.document - '{title,text,location}'::text[])::text, d.vector::text
     from entity e join search_document d on d.tenant_id = $1 and d.entity_no = e.entity_no
     where e.tenant_id = $1 and e.seq > $2";

const PAGES: &str = "select d.type, d.entity_no, d.part, t.seq, d.heading, '',
       (d.document - '{title,text,location}'::text[])::text, d.vector::text
     from search_type t join search_page d on d.tenant_id = $1 and d.type = t.type
     where t.tenant_id = $1 and t.seq > $2";

async fn counters(tx: &mut TenantTx) -> Result<(Uuid, i64, i64)> {
    let found = sqlx::query_as("select epoch, seq, tombstones_after from tenant_seq where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(found.unwrap_or((Uuid::nil(), 0, 0)))
}

fn document(row: &PgRow) -> Result<NewDocument> {
    Ok(NewDocument {
        kind: row.try_get(0).map_err(db)?,
        entity: u32::try_from(row.try_get::<i32, _>(1).map_err(db)?).map_err(Error::internal)?,
        part: row.try_get(2).map_err(db)?,
        seq: row.try_get(3).map_err(db)?,
        heading: row.try_get(4).map_err(db)?,
        name: row.try_get(5).map_err(db)?,
        fields: row.try_get(6).map_err(db)?,
        vector: row.try_get(7).map_err(db)?,
    })
}

/// Hands over the documents that changed after `since`, until one is refused. Says whether none was.
async fn each(
    tx: &mut TenantTx,
    statement: &'static str,
    since: i64,
    mut take: impl FnMut(NewDocument) -> bool,
) -> Result<bool> {
    let id = tx.id();
    let mut rows = sqlx::query(statement).bind(id).bind(since).fetch(tx.conn());
    while let Some(row) = rows.try_next().await.map_err(db)? {
        if !take(document(&row)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn types_since(tx: &mut TenantTx, since: i64) -> Result<Vec<String>> {
    sqlx::query_scalar("select type from search_type where tenant_id = $1 and seq > $2 order by type")
        .bind(tx.id())
        .bind(since)
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// All documents as one state has them; `None` when they would take more than so many bytes.
///
/// # Errors
/// Those of the database.
pub async fn load(tx: &mut TenantTx, max_bytes: usize) -> Result<Option<Words>> {
    let (epoch, seq, _) = counters(tx).await?;
    let mut words = Words::empty(epoch, seq);
    for kind in types_since(tx, i64::MIN).await? {
        words.kind(&kind);
    }
    for statement in [ENTITIES, PAGES] {
        let fits = each(tx, statement, i64::MIN, |new| words.put(&new).is_some() && words.bytes() <= max_bytes);
        if !fits.await? {
            return Ok(None);
        }
    }
    Ok(Some(words))
}

/// What happened since the change `since` of this epoch; `None` when the index has to be made anew.
///
/// # Errors
/// Those of the database.
pub async fn load_changes(tx: &mut TenantTx, epoch: Uuid, since: i64) -> Result<Option<Changes>> {
    let (now, seq, tombstones_after) = counters(tx).await?;
    if now != epoch || seq < since || tombstones_after > since {
        return Ok(None);
    }
    let gone: Vec<i32> = sqlx::query_scalar("select entity_no from entity_tombstone where tenant_id = $1 and seq > $2")
        .bind(tx.id())
        .bind(since)
        .fetch_all(tx.conn())
        .await
        .map_err(db)?;
    let kinds = types_since(tx, since).await?;
    let mut documents = Vec::new();
    for statement in [ENTITIES, PAGES] {
        let few = each(tx, statement, since, |new| {
            documents.push(new);
            documents.len() <= MANY
        });
        if !few.await? {
            return Ok(None);
        }
    }
    let gone: RoaringBitmap = gone.into_iter().filter_map(|entity_no| u32::try_from(entity_no).ok()).collect();
    Ok(Some(Changes { seq, gone, kinds, documents }))
}

/// A document as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Shown {
    /// The change that made it.
    pub seq: i64,
    /// The document as JSON.
    pub document: String,
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// Its path.
    pub location: String,
}

/// What is shown of these documents, in this order; `None` where there is none.
///
/// # Errors
/// Those of the database.
pub async fn shown(tx: &mut TenantTx, documents: &[(&str, u32, i32)]) -> Result<Vec<Option<Shown>>> {
    let rows = sqlx::query(
        "select coalesce(e.seq, t.seq), coalesce(d.document, p.document)::text, coalesce(d.title, p.title),
           coalesce(d.body, p.body), coalesce(coalesce(d.document, p.document) ->> 'location', '')
         from unnest($2::text[], $3::integer[], $4::integer[])
           with ordinality as wanted (type, entity_no, part, position)
         left join search_document d on d.tenant_id = $1 and d.entity_no = wanted.entity_no and d.type = wanted.type
         left join entity e on e.tenant_id = $1 and e.entity_no = d.entity_no
         left join search_page p on p.tenant_id = $1
           and p.type = wanted.type and p.entity_no = wanted.entity_no and p.part = wanted.part
         left join search_type t on t.tenant_id = $1 and t.type = p.type
         order by wanted.position",
    )
    .bind(tx.id())
    .bind(documents.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>())
    .bind(documents.iter().map(|(_, entity, _)| i32::try_from(*entity).unwrap_or(0)).collect::<Vec<_>>())
    .bind(documents.iter().map(|(.., part)| *part).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let one = |row: &PgRow| {
        let Some(seq) = row.try_get::<Option<i64>, _>(0).map_err(db)? else { return Ok(None) };
        let text = |column: usize| row.try_get::<String, _>(column).map_err(db);
        Ok(Some(Shown { seq, document: text(1)?, title: text(2)?, body: text(3)?, location: text(4)? }))
    };
    rows.iter().map(one).collect()
}

/// What words in the syntax of `to_tsquery` come to.
///
/// # Errors
/// Those of the database.
pub async fn normalize(tx: &mut TenantTx, words: &str) -> Result<String> {
    sqlx::query_scalar("select to_tsquery('pg_catalog.english', $1)::text")
        .bind(words)
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// What these words in lower case come to; `None` for those that are not searched.
///
/// # Errors
/// Those of the database.
pub async fn stems(tx: &mut TenantTx, words: &[String]) -> Result<Vec<Option<String>>> {
    sqlx::query_scalar(
        "select (ts_lexize('pg_catalog.english_stem', word))[1]
         from unnest($1::text[]) with ordinality as given (word, position) order by position",
    )
    .bind(words)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// These texts, or the parts of them where the words are, with marks around what was found.
///
/// # Errors
/// Those of the database.
pub async fn headlines(tx: &mut TenantTx, words: &str, options: &str, texts: &[&str]) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select ts_headline('pg_catalog.english', body, to_tsquery('pg_catalog.english', $1), $2)
         from unnest($3::text[]) with ordinality as given (body, position) order by position",
    )
    .bind(words)
    .bind(options)
    .bind(texts)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Which of these entities' documents have words in the order that was asked for.
///
/// # Errors
/// Those of the database.
pub async fn in_a_row(tx: &mut TenantTx, words: &str, entities: &[i32]) -> Result<Vec<i32>> {
    sqlx::query_scalar(
        "select entity_no from search_document
         where tenant_id = $1 and entity_no = any ($2) and vector @@ to_tsquery('pg_catalog.english', $3)",
    )
    .bind(tx.id())
    .bind(entities)
    .bind(words)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
