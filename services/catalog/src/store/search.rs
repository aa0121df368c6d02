//! Full-text search, through the one function that may use the text index; and the documents that others push.

use super::conditions::push_filter;
use crate::domain::document::DOCUMENT_TYPE;
use crate::domain::filter::Filter;
use crate::domain::page::Page;
use kernel::Result;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use std::collections::HashMap;
use store::{TenantTx, db};

/// What to search for.
#[derive(Debug, Clone)]
pub struct Search {
    /// In the syntax of `to_tsquery`, each word with `:*` behind it; `None` for all documents.
    pub words: Option<String>,
    /// What was asked for, in lower case: titles and names that are or begin like it come first.
    pub asked: String,
    /// Document types; `None` for all.
    pub types: Option<Vec<String>>,
    /// Fields of the document and the values one of which they must have.
    pub filters: Vec<(String, Vec<String>)>,
    /// Put before a word that was found.
    pub start_tag: String,
    /// Put after it.
    pub end_tag: String,
    /// Results on a page.
    pub limit: i32,
    /// Results before it.
    pub offset: i32,
}

/// One result.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Hit {
    /// Results on all pages.
    pub total: i64,
    /// Document type.
    #[sqlx(rename = "type")]
    pub kind: String,
    /// The document as it was indexed, as JSON.
    pub document: String,
    /// Title with the words that were found marked.
    pub title: Option<String>,
    /// The part of the text where words were found, marked.
    pub body: Option<String>,
    /// Path with the words that were found marked.
    pub location: Option<String>,
}

/// In which order results come, by columns of `text_search.hits`.
const ORDER: &str = " order by hit.grade, hit.weight desc, case when hit.grade < 5 then length(hit.heading) end, \
                     hit.heading, hit.type, hit.entity_no, hit.part";

/// One page of what the scope lets one see, best first.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, search: &Search, scope: &Filter) -> Result<Vec<Hit>> {
    let tenant = tx.id();
    // The function reads the tenant from the transaction, so that no argument can name another one.
    let mut sql = QueryBuilder::new("with found as materialized (select hit.* from text_search.hits(");
    sql.push_bind(search.words.clone()).push(", ").push_bind(search.asked.clone());
    sql.push(", ").push_bind(search.types.clone());
    sql.push(", ").push_bind(filters_of(search)).push(") hit");
    if !scope.is_everything() {
        sql.push(" join entity e on e.tenant_id = ").push_bind(tenant);
        sql.push(" and e.entity_no = hit.entity_no where ");
        push_filter(&mut sql, tenant, scope);
    }
    sql.push("), hit as (select * from found hit").push(ORDER);
    sql.push(" limit ").push_bind(search.limit).push(" offset ").push_bind(search.offset);
    sql.push(") select (select count(*) from found) as total, hit.type, coalesce(d.document, p.document)::text as document, ");
    push_headline(&mut sql, search, "coalesce(d.title, p.title)", "title");
    push_headline(&mut sql, search, "coalesce(d.body, p.body)", "body");
    push_headline(&mut sql, search, "coalesce(d.document, p.document) ->> 'location'", "location");
    sql.push("hit.grade from hit left join search_document d on hit.type = ").push_bind(DOCUMENT_TYPE);
    sql.push(" and d.tenant_id = ").push_bind(tenant).push(" and d.entity_no = hit.entity_no");
    sql.push(" left join search_page p on hit.type <> ").push_bind(DOCUMENT_TYPE);
    sql.push(" and p.tenant_id = ").push_bind(tenant);
    sql.push(" and p.type = hit.type and p.entity_no = hit.entity_no and p.part = hit.part").push(ORDER);
    sql.build_query_as().fetch_all(tx.conn()).await.map_err(db)
}

fn filters_of(search: &Search) -> Option<Json<HashMap<String, Vec<String>>>> {
    let filters: HashMap<String, Vec<String>> = search.filters.iter().cloned().collect();
    (!filters.is_empty()).then_some(Json(filters))
}

/// As Backstage marks and shortens: at most 35 words around what was found, or the first 15.
fn push_headline(sql: &mut QueryBuilder<Postgres>, search: &Search, text: &str, name: &str) {
    let Some(words) = &search.words else {
        sql.push("null::text as ").push(name).push(", ");
        return;
    };
    let options = format!(
        "MaxWords=35, MinWords=15, ShortWord=3, HighlightAll=false, MaxFragments=0, FragmentDelimiter=\" ... \", \
         StartSel=\"{}\", StopSel=\"{}\"",
        search.start_tag, search.end_tag
    );
    sql.push("ts_headline('pg_catalog.english', ").push(text).push(", to_tsquery('pg_catalog.english', ");
    sql.push_bind(words.clone()).push("), ").push_bind(options).push(") as ").push(name).push(", ");
}

/// The types of documents that somebody pushed.
///
/// # Errors
/// Those of the database.
pub async fn pushed_types(tx: &mut TenantTx) -> Result<Vec<String>> {
    sqlx::query_scalar("select type from search_type where tenant_id = $1 order by type")
        .bind(tx.id())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Notes that documents of this type are pushed by the change of this number.
///
/// # Errors
/// Those of the database.
pub async fn touch_type(tx: &mut TenantTx, kind: &str, seq: i64) -> Result<()> {
    sqlx::query(
        "insert into search_type (tenant_id, type, seq) values ($1, $2, $3)
         on conflict on constraint search_type_pk do update set seq = excluded.seq",
    )
    .bind(tx.id())
    .bind(kind)
    .bind(seq)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The numbers of these entities, as far as they exist.
///
/// # Errors
/// Those of the database.
pub async fn entity_numbers(tx: &mut TenantTx, entity_refs: &[&str]) -> Result<HashMap<String, i32>> {
    let rows: Vec<(String, i32)> =
        sqlx::query_as("select entity_ref, entity_no from entity where tenant_id = $1 and entity_ref = any ($2)")
            .bind(tx.id())
            .bind(entity_refs)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    Ok(rows.into_iter().collect())
}

/// Takes pages of this type away: those of one entity, or all.
///
/// # Errors
/// Those of the database.
pub async fn delete_pages(tx: &mut TenantTx, kind: &str, entity_no: Option<i32>) -> Result<()> {
    sqlx::query(
        "delete from search_page where tenant_id = $1 and type = $2 and ($3::integer is null or entity_no = $3)",
    )
    .bind(tx.id())
    .bind(kind)
    .bind(entity_no)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Adds pages of entities that have none of this type yet. Each is counted up within its entity.
///
/// # Errors
/// Those of the database.
pub async fn insert_pages(tx: &mut TenantTx, kind: &str, pages: &[(i32, &Page)]) -> Result<()> {
    if pages.is_empty() {
        return Ok(());
    }
    // The organisation is a word of the vector, so that the index alone can tell its pages from all others.
    sqlx::query(
        "insert into search_page (tenant_id, type, entity_no, part, title, heading, body, document, vector)
         select $1, $2, entity_no, row_number() over (partition by entity_no order by ordinal)::integer, title, heading,
           body, document,
           setweight(to_tsvector('pg_catalog.english', title), 'A')
             || setweight(to_tsvector('pg_catalog.english', body), 'B')
             || setweight(to_tsvector('pg_catalog.english', document - '{title,text}'::text[]), 'C')
             || array_to_tsvector(array['tenant ' || $1::text])
         from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
           with ordinality as new (entity_no, title, heading, body, document, ordinal)",
    )
    .bind(tx.id())
    .bind(kind)
    .bind(pages.iter().map(|(entity_no, _)| *entity_no).collect::<Vec<_>>())
    .bind(pages.iter().map(|(_, page)| page.title.as_str()).collect::<Vec<_>>())
    .bind(pages.iter().map(|(_, page)| page.heading.as_str()).collect::<Vec<_>>())
    .bind(pages.iter().map(|(_, page)| page.text.as_str()).collect::<Vec<_>>())
    .bind(pages.iter().map(|(_, page)| page.json.clone()).collect::<Vec<Value>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
