//! Full-text search, through the one function that may use the text index.

use kernel::Result;
use serde_json::Value;
use sqlx::types::Json;
use store::{TenantTx, db};

/// What to search for.
#[derive(Debug, Clone)]
pub struct Search {
    /// In the syntax of `to_tsquery`; `None` for all documents.
    pub words: Option<String>,
    /// Document types; `None` for all.
    pub types: Option<Vec<String>>,
    /// Fields of the document and the values one of which they must have.
    pub filters: Vec<(String, Vec<Value>)>,
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
    /// The document as it was indexed.
    pub document: Json<Value>,
    /// Title with the words that were found marked.
    pub title: Option<String>,
    /// Text with the words that were found marked.
    pub body: Option<String>,
    /// Path with the words that were found marked.
    pub location: Option<String>,
}

/// One page of results, best first.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, search: &Search) -> Result<Vec<Hit>> {
    let filters: Vec<Value> =
        search.filters.iter().map(|(key, values)| serde_json::json!({"key": key, "values": values})).collect();
    // The function reads the tenant from the transaction, so that no argument can name another one.
    sqlx::query_as(
        "select total, type, document, title, body, location
         from text_search.find_documents($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&search.words)
    .bind(&search.types)
    .bind(Json(filters))
    .bind(&search.start_tag)
    .bind(&search.end_tag)
    .bind(search.limit)
    .bind(search.offset)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
