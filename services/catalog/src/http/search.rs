//! `/api/search/query`, as the stock search page and search bar use it.

use super::reply;
use crate::State;
use crate::domain::document::DOCUMENT_TYPE;
use crate::store::search::{Hit, Search, find};
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use http_shell::{Caller, Result};
use kernel::Error;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

const DEFAULT_PAGE: i32 = 25;
const MAX_PAGE: i32 = 100;
const MAX_TERM: usize = 100;

/// What a client asks for.
#[derive(Debug, Default)]
struct Query {
    term: String,
    types: Vec<String>,
    filters: Vec<(String, Vec<Value>)>,
    page_limit: i32,
    page: i32,
}

/// Documents that contain every word of the term, best first.
#[utoipa::path(get, path = "/api/search/query", tag = "search",
    params(
        ("term" = Option<String>, Query, description = "Words; the last letters of each may be missing"),
        ("types" = Option<Vec<String>>, Query, description = "Document types"),
        ("filters" = Option<Object>, Query, style = DeepObject, explode,
            description = "`filters[kind]=Component`: fields of the document and the values one of which they must have"),
        ("pageLimit" = Option<i32>, Query, description = "Results on a page, 25 by default, at most 100"),
        ("pageCursor" = Option<String>, Query, description = "From the page before or after"),
    ),
    responses((status = 200, body = Object), (status = 400)))]
pub async fn search(Shared(state): Shared<State>, caller: Caller, RawQuery(query): RawQuery) -> Result<Response> {
    let query = parse(query.as_deref().unwrap_or_default())?;
    let id = Uuid::new_v4();
    let (start_tag, end_tag) = (format!("<{id}>"), format!("</{id}>"));
    let search = Search {
        words: words_of(&query.term),
        types: (!query.types.is_empty()).then_some(query.types),
        filters: query.filters,
        start_tag: start_tag.clone(),
        end_tag: end_tag.clone(),
        limit: query.page_limit,
        offset: query.page.saturating_mul(query.page_limit),
    };
    let mut tx = state.db.tenant(caller.tenant).await?;
    let hits = find(&mut tx, &search).await?;
    let total = hits.first().map_or(0, |hit| hit.total);
    let shown = i64::from(search.offset) + i64::try_from(hits.len()).unwrap_or(0);
    let results: Vec<Value> = hits
        .iter()
        .zip(i64::from(search.offset) + 1..)
        .map(|(hit, rank)| result(hit, rank, search.words.is_some(), &start_tag, &end_tag))
        .collect();
    let mut body = json!({"results": results, "numberOfResults": total});
    if shown < total {
        body["nextPageCursor"] = encode_page(query.page + 1).into();
    }
    if query.page > 0 {
        body["previousPageCursor"] = encode_page(query.page - 1).into();
    }
    Ok(reply::value(StatusCode::OK, &body)?)
}

fn result(hit: &Hit, rank: i64, highlighted: bool, start_tag: &str, end_tag: &str) -> Value {
    let fields = if highlighted {
        json!({"text": hit.body, "title": hit.title, "location": hit.location, "path": ""})
    } else {
        json!({})
    };
    json!({
        "type": hit.kind,
        "document": hit.document.0,
        "rank": rank,
        "highlight": {"preTag": start_tag, "postTag": end_tag, "fields": fields},
    })
}

fn encode_page(page: i32) -> String {
    STANDARD.encode(page.to_string())
}

fn decode_page(cursor: &str) -> kernel::Result<i32> {
    let page = STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    page.filter(|page| (0..1_000_000).contains(page)).ok_or_else(|| Error::input("Malformed page cursor"))
}

/// Each word of the term as a prefix, in the syntax of `to_tsquery`; `None` when there is no word.
fn words_of(term: &str) -> Option<String> {
    let words: Vec<String> = term
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !"\0()|&:*!'\\<>\"".contains(*c)).collect::<String>())
        .filter(|word| !word.is_empty())
        .map(|word| format!("('{word}' | '{word}':*)"))
        .collect();
    (!words.is_empty()).then(|| words.join(" & "))
}

fn parse(query: &str) -> kernel::Result<Query> {
    let mut parsed = Query { page_limit: DEFAULT_PAGE, ..Query::default() };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let (plain, rest) = name.split_once('[').map_or((&*name, None), |(plain, rest)| (plain, Some(rest)));
        if name.contains('\0') || value.contains('\0') {
            return Err(Error::input(format!(
                "request/query/{} must not contain null characters",
                plain.replace('\0', "")
            )));
        }
        match plain {
            "term" => parsed.term = value.into_owned(),
            "types" => parsed.types.push(value.into_owned()),
            "filters" => add_filter(&mut parsed.filters, rest.unwrap_or_default(), &value),
            "pageLimit" => parsed.page_limit = page_limit(&value)?,
            "pageCursor" => parsed.page = decode_page(&value)?,
            _ => return Err(Error::input(format!("Unknown query parameter '{plain}'"))),
        }
    }
    if parsed.term.chars().count() > MAX_TERM {
        let length = parsed.term.chars().count();
        return Err(Error::input(format!("The term length \"{length}\" is greater than \"{MAX_TERM}\"")));
    }
    if let Some(unknown) = parsed.types.iter().find(|kind| *kind != DOCUMENT_TYPE) {
        return Err(Error::input(format!("There are no documents of type \"{unknown}\"")));
    }
    Ok(parsed)
}

/// `kind]` or `kind][0]` behind `filters[`.
fn add_filter(filters: &mut Vec<(String, Vec<Value>)>, rest: &str, value: &str) {
    let key = rest.split(']').next().unwrap_or_default();
    match filters.iter_mut().find(|(known, _)| known == key) {
        Some((_, values)) => values.push(value.into()),
        None => filters.push((key.to_owned(), vec![value.into()])),
    }
}

fn page_limit(value: &str) -> kernel::Result<i32> {
    match value.parse::<i32>() {
        Ok(0) => Ok(DEFAULT_PAGE),
        Ok(limit) if limit < 0 => Err(Error::input("request/query/pageLimit must be >= 0")),
        Ok(limit) if limit > MAX_PAGE => {
            Err(Error::input(format!("The page limit \"{limit}\" is greater than \"{MAX_PAGE}\"")))
        }
        Ok(limit) => Ok(limit),
        Err(_) => Err(Error::input("request/query/pageLimit must be integer")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn operators_in_a_term_are_only_letters_that_are_left_out() {
        assert_eq!(words_of("a&b|!()' :*").as_deref(), Some("('ab' | 'ab':*)"));
        assert_eq!(words_of("  && "), None);
    }

    #[test]
    fn filters_are_read_with_and_without_an_index() {
        let query = parse("filters[kind][0]=A&filters[kind][1]=B&filters[type]=c").unwrap();
        assert_eq!(
            query.filters,
            [("kind".to_owned(), vec![json!("A"), json!("B")]), ("type".to_owned(), vec![json!("c")]),]
        );
    }

    #[test]
    fn a_page_cursor_of_another_making_is_refused() {
        assert_eq!(decode_page(&encode_page(3)).unwrap(), 3);
        for bad in ["nope", "", "LTE="] {
            assert!(decode_page(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
