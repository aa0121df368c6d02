//! Writes final entities: row, terms and search document, for whatever changed, in a few statements.

use super::history::{self, Superseded};
use super::sequence::{self, Counters};
use super::{additions, postings, relations};
use crate::domain::cause::Cause;
use crate::domain::outcome::{Problem, Processed};
use crate::domain::text::lower;
use crate::domain::{content, document, stitch, terms};
use kernel::{Error, Result};
use model::Envelope;
use serde_json::Value;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};
use store::{TenantTx, db};
use uuid::Uuid;

/// Stitches the entities that were processed anew and those whose relations or status changed.
///
/// Entities in `processed` take that content; all others keep theirs. Keys without an entity are passed over, since a
/// relation may name what does not exist.
///
/// # Errors
/// Those of the database.
pub async fn stitch_all(
    tx: &mut TenantTx,
    counters: &mut Counters,
    processed: &BTreeMap<&str, &Processed>,
    affected: &BTreeSet<String>,
) -> Result<()> {
    let mut wanted: Vec<String> = affected.iter().cloned().collect();
    wanted.extend(processed.keys().filter(|key| !affected.contains(**key)).map(|key| (*key).to_owned()));
    if wanted.is_empty() {
        return Ok(());
    }
    let known = list_known(tx, &wanted).await?;
    let mut relations = relations::list_of(tx, &wanted).await?;
    let mut additions = additions::load(tx, &wanted).await?;
    let mut rows = Vec::new();
    for known in known {
        let fresh = processed.get(known.entity_ref.as_str());
        let content: Value = match (fresh, &known.document) {
            (Some(processed), _) if processed.unsearchable.is_none() => processed.entity.clone(),
            (_, Some(document)) => {
                let base = additions.base(&known.entity_ref).unwrap_or(document);
                serde_json::from_str(base).map_err(Error::internal)?
            }
            _ => continue,
        };
        let content = additions.dress(&known.entity_ref, content);
        let related = relations.remove(&known.entity_ref).unwrap_or_default();
        let entity_no = known.entity_no.unwrap_or_else(|| {
            let entity_no = counters.next_entity_no;
            counters.next_entity_no += 1;
            entity_no
        });
        if let Some(mut row) = Row::new(entity_no, &known, &content, &related)? {
            if let (Some(before), Some(since_seq)) = (&known.document, known.since_seq) {
                let may_differ = fresh.is_some() || additions.concern(&known.entity_ref);
                row.superseded = may_differ.then(|| content::superseded(before, &row.document)).flatten();
                row.since_seq = if row.superseded.is_some() { counters.seq } else { since_seq };
            } else {
                row.since_seq = counters.seq;
            }
            rows.push(row);
        }
    }
    let ended: Vec<Superseded<'_>> = rows.iter().filter_map(Row::superseded).collect();
    history::supersede(tx, counters.seq, &ended).await?;
    upsert(tx, counters.seq, &rows).await?;
    additions.save(tx).await?;
    upsert_search(tx, &rows).await?;
    let terms: Vec<_> = rows.into_iter().map(|row| (row.entity_no, row.terms)).collect();
    postings::replace(tx, counters, &terms).await
}

/// Stitches one entity, because what is added to it changed.
///
/// # Errors
/// Those of the database.
pub async fn stitch_again(tx: &mut TenantTx, entity_ref: &str, cause: &Cause) -> Result<()> {
    let mut counters = sequence::lock(tx, cause).await?;
    stitch_all(tx, &mut counters, &BTreeMap::new(), &BTreeSet::from([entity_ref.to_owned()])).await?;
    sequence::save(tx, &counters).await
}

#[derive(sqlx::FromRow)]
struct Known {
    entity_ref: String,
    entity_id: Uuid,
    problem: Option<Json<Problem>>,
    entity_no: Option<i32>,
    document: Option<String>,
    etag: Option<String>,
    since_seq: Option<i64>,
}

async fn list_known(tx: &mut TenantTx, entity_refs: &[String]) -> Result<Vec<Known>> {
    sqlx::query_as(
        "select state.entity_ref, state.entity_id, state.problem, entity.entity_no, entity.document, entity.etag,
           entity.since_seq
         from refresh_state state
         left join entity on entity.tenant_id = state.tenant_id and entity.entity_ref = state.entity_ref
         where state.tenant_id = $1 and state.entity_ref = any ($2)
         order by state.entity_ref",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

struct Row {
    entity_no: i32,
    entity_id: Uuid,
    entity_ref: String,
    kind: String,
    namespace: String,
    name: String,
    title: Option<String>,
    spec_type: Option<String>,
    lifecycle: Option<String>,
    owner_ref: Option<String>,
    system_ref: Option<String>,
    etag: String,
    document: String,
    search: document::SearchDocument,
    terms: Vec<terms::Term>,
    /// The change that brought the content, as against relations and status.
    since_seq: i64,
    /// The content that this one replaces.
    superseded: Option<String>,
}

impl Row {
    /// `None` when the entity is exactly what is stored.
    fn new(entity_no: i32, known: &Known, content: &Value, related: &[(String, String)]) -> Result<Option<Self>> {
        let uid = known.entity_id.to_string();
        let status = known.problem.as_ref().map(|problem| problem.status());
        let stitched = stitch::stitch(content, &uid, related, status.as_ref());
        if known.etag.as_deref() == Some(&stitched.etag) {
            return Ok(None);
        }
        let envelope = Envelope::of(content).ok_or_else(|| Error::internal("entity without envelope"))?;
        let terms = terms::of_entity(content, &uid, related).map_err(Error::internal)?;
        let spec = |field: &str| content["spec"][field].as_str().map(str::to_lowercase);
        let related_to = |kind: &str, prefix: &str| {
            let mut targets: Vec<&String> =
                related.iter().filter(|(k, target)| k == kind && target.starts_with(prefix)).map(|(_, t)| t).collect();
            targets.sort();
            targets.first().map(|target| (*target).clone())
        };
        Ok(Some(Self {
            entity_no,
            entity_id: known.entity_id,
            entity_ref: known.entity_ref.clone(),
            kind: envelope.kind.to_lowercase(),
            namespace: envelope.namespace.to_lowercase(),
            name: envelope.name.to_lowercase(),
            title: model::entity::title(content).map(str::to_owned),
            spec_type: spec("type"),
            lifecycle: spec("lifecycle"),
            owner_ref: related_to("ownedBy", ""),
            system_ref: related_to("partOf", "system:"),
            etag: stitched.etag,
            document: stitched.document,
            search: document::of_entity(content),
            terms,
            since_seq: 0,
            superseded: None,
        }))
    }

    fn superseded(&self) -> Option<Superseded<'_>> {
        let content = self.superseded.as_deref()?;
        Some(Superseded { entity_ref: &self.entity_ref, content })
    }
}

fn column<'r, T>(rows: &'r [Row], of: impl Fn(&'r Row) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

async fn upsert(tx: &mut TenantTx, seq: i64, rows: &[Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into entity (tenant_id, seq, entity_no, entity_id, entity_ref, kind, namespace, name, title, type,
           lifecycle, owner_ref, system_ref, sort_name, etag, document, since_seq)
         select $1, $2, entity_no, entity_id, entity_ref, kind, namespace, name, title, type,
           lifecycle, owner_ref, system_ref, name, etag, document, since_seq
         from unnest($3::integer[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
             $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[])
           as new (entity_no, entity_id, entity_ref, kind, namespace, name, title, type, lifecycle, owner_ref,
             system_ref, etag, document, since_seq)
         on conflict on constraint entity_ref do update set
           seq = excluded.seq, entity_id = excluded.entity_id, title = excluded.title, type = excluded.type,
           lifecycle = excluded.lifecycle, owner_ref = excluded.owner_ref, system_ref = excluded.system_ref,
           etag = excluded.etag, document = excluded.document, since_seq = excluded.since_seq",
    )
    .bind(tx.id())
    .bind(seq)
    .bind(column(rows, |row| row.entity_no))
    .bind(column(rows, |row| row.entity_id))
    .bind(column(rows, |row| row.entity_ref.as_str()))
    .bind(column(rows, |row| row.kind.as_str()))
    .bind(column(rows, |row| row.namespace.as_str()))
    .bind(column(rows, |row| row.name.as_str()))
    .bind(column(rows, |row| row.title.as_deref()))
    .bind(column(rows, |row| row.spec_type.as_deref()))
    .bind(column(rows, |row| row.lifecycle.as_deref()))
    .bind(column(rows, |row| row.owner_ref.as_deref()))
    .bind(column(rows, |row| row.system_ref.as_deref()))
    .bind(column(rows, |row| row.etag.as_str()))
    .bind(column(rows, |row| row.document.as_str()))
    .bind(column(rows, |row| row.since_seq))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

async fn upsert_search(tx: &mut TenantTx, rows: &[Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    // The organisation is a word of the vector, so that the index alone can tell its documents from all others; and so
    // is the name, since a title may have nothing of it.
    sqlx::query(
        "insert into search_document (tenant_id, entity_no, type, title, heading, name, body, document, vector)
         select $1, entity_no, $2, title, heading, name, body, document,
           setweight(to_tsvector('pg_catalog.english', title), 'A')
             || setweight(to_tsvector('pg_catalog.english', body), 'B')
             || setweight(to_tsvector('pg_catalog.english', document - '{title,text}'::text[]), 'C')
             || array_to_tsvector(array['tenant ' || $1::text, 'name ' || name])
         from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
           as new (entity_no, title, heading, name, body, document)
         on conflict on constraint search_document_pk do update set
           title = excluded.title, heading = excluded.heading, name = excluded.name, body = excluded.body,
           document = excluded.document, vector = excluded.vector
         where search_document.document <> excluded.document or search_document.heading is null",
    )
    .bind(tx.id())
    .bind(document::DOCUMENT_TYPE)
    .bind(column(rows, |row| row.entity_no))
    .bind(column(rows, |row| row.search.title.as_str()))
    .bind(column(rows, |row| lower(&row.search.title)))
    .bind(column(rows, |row| row.name.as_str()))
    .bind(column(rows, |row| row.search.text.as_str()))
    .bind(column(rows, |row| row.search.json.clone()))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Deletes the final rows of these entities; their refresh state stays.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, entity_refs: &[String]) -> Result<()> {
    history::bury(tx, entity_refs).await?;
    let entity_nos: Vec<i32> =
        sqlx::query_scalar("select entity_no from entity where tenant_id = $1 and entity_ref = any ($2)")
            .bind(tx.id())
            .bind(entity_refs)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    postings::forget(tx, &entity_nos).await?;
    sqlx::query("delete from entity where tenant_id = $1 and entity_no = any ($2)")
        .bind(tx.id())
        .bind(entity_nos)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
