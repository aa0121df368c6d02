//! `/api/search/query`, as the stock search page and search bar use it.

use super::reply;
use crate::State;
use crate::domain::document::DOCUMENT_TYPE;
use crate::domain::text::lower;
use crate::store::search::{Hit, Search, find, pushed_types};
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use http_shell::{Caller, Result};
use kernel::Error;
use serde::Serialize;
use serde_json::value::RawValue;
use store::TenantTx;
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
    filters: Vec<(String, Vec<String>)>,
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
    let words = words_of(&query.term);
    let search = Search {
        words: (!words.is_empty()).then(|| prefixes(&words)),
        asked: lower(&words.join(" ")),
        types: (!query.types.is_empty()).then_some(query.types),
        filters: query.filters,
        start_tag: format!("<{id}>"),
        end_tag: format!("</{id}>"),
        limit: query.page_limit,
        offset: query.page.saturating_mul(query.page_limit),
    };
    let mut tx = state.db.tenant(caller.tenant).await?;
    check_types(&mut tx, search.types.as_deref().unwrap_or_default()).await?;
    let scope = state.scope_in(&mut tx, &caller).await?;
    let hits = find(&mut tx, &search, &scope.condition).await?;
    drop(tx);
    Ok(reply::text(StatusCode::OK, answer(&search, query.page, &hits)?))
}

/// Refuses types that there are no documents of.
async fn check_types(tx: &mut TenantTx, types: &[String]) -> kernel::Result<()> {
    if types.iter().all(|kind| kind == DOCUMENT_TYPE) {
        return Ok(());
    }
    let pushed = pushed_types(tx).await?;
    match types.iter().find(|kind| *kind != DOCUMENT_TYPE && !pushed.contains(kind)) {
        Some(unknown) => Err(Error::input(format!("There are no documents of type \"{unknown}\""))),
        None => Ok(()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    results: Vec<Found<'a>>,
    number_of_results: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_page_cursor: Option<String>,
}

#[derive(Serialize)]
struct Found<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    document: &'a RawValue,
    rank: i64,
    highlight: Highlight<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Highlight<'a> {
    pre_tag: &'a str,
    post_tag: &'a str,
    fields: Fields<'a>,
}

/// Nothing when nothing in particular was asked for.
#[derive(Serialize)]
struct Fields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'static str>,
}

fn answer(search: &Search, page: i32, hits: &[Hit]) -> kernel::Result<String> {
    let total = hits.first().map_or(0, |hit| hit.total);
    let shown = i64::from(search.offset) + i64::try_from(hits.len()).unwrap_or(0);
    let results = hits.iter().zip(i64::from(search.offset) + 1..).map(|(hit, rank)| {
        Ok(Found {
            kind: &hit.kind,
            document: serde_json::from_str(&hit.document).map_err(Error::internal)?,
            rank,
            highlight: Highlight {
                pre_tag: &search.start_tag,
                post_tag: &search.end_tag,
                fields: Fields {
                    text: hit.body.as_deref(),
                    title: hit.title.as_deref(),
                    location: hit.location.as_deref(),
                    path: search.words.is_some().then_some(""),
                },
            },
        })
    });
    let answer = Answer {
        results: results.collect::<kernel::Result<_>>()?,
        number_of_results: total,
        next_page_cursor: (shown < total).then(|| encode_page(page + 1)),
        previous_page_cursor: (page > 0).then(|| encode_page(page - 1)),
    };
    serde_json::to_string(&answer).map_err(Error::internal)
}

fn encode_page(page: i32) -> String {
    STANDARD.encode(page.to_string())
}

fn decode_page(cursor: &str) -> kernel::Result<i32> {
    let page = STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    page.filter(|page| (0..1_000_000).contains(page)).ok_or_else(|| Error::input("Malformed page cursor"))
}

/// The words of a term, without what means something to `to_tsquery`.
fn words_of(term: &str) -> Vec<String> {
    let plain = |word: &str| word.chars().filter(|c| !"\0()|&:*!'\\<>\"".contains(*c)).collect::<String>();
    term.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect()
}

/// All of the words, the last letters of each of which may be missing, in the syntax of `to_tsquery`.
fn prefixes(words: &[String]) -> String {
    words.iter().map(|word| format!("'{word}':*")).collect::<Vec<_>>().join(" & ")
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
    Ok(parsed)
}

/// `kind]` or `kind][0]` behind `filters[`.
fn add_filter(filters: &mut Vec<(String, Vec<String>)>, rest: &str, value: &str) {
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
        assert_eq!(words_of("a&b|!()' :* c"), ["ab", "c"]);
        assert_eq!(prefixes(&words_of("ab c")), "'ab':* & 'c':*");
        assert!(words_of("  && ").is_empty());
    }

    #[test]
    fn filters_are_read_with_and_without_an_index() {
        let query = parse("filters[kind][0]=A&filters[kind][1]=B&filters[type]=c").unwrap();
        assert_eq!(
            query.filters,
            [("kind".to_owned(), vec!["A".to_owned(), "B".to_owned()]), ("type".to_owned(), vec!["c".to_owned()])]
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
