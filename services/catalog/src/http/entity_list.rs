//! Sorted pages of entities, with cursors in both directions.

use super::as_of::{self, AS_OF};
use super::body::Object;
use super::entities::predicate_of;
use super::params::Params;
use super::reply;
use super::schema::{EntityPage, PageInfo};
use crate::State;
use crate::domain::cursor::{Direction, EntityList, FullText, Order, Position};
use crate::domain::fields::Fields;
use crate::domain::filter::Filter;
use crate::domain::text::lower;
use crate::index::order::Page;
use crate::index::{View, When};
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use http_shell::{Caller, Result};
use kernel::Error;

const DEFAULT_LIMIT: usize = 200;
const CURSORS: &str = "entities";
/// Cursors of lists of the past: with the change that the listed state comes after.
const PAST_CURSORS: &str = "entities of the past";
const PARAMETERS: [&str; 10] = [
    AS_OF,
    "fields",
    "limit",
    "offset",
    "orderField",
    "cursor",
    "filter",
    "fullTextFilterTerm",
    "fullTextFilterFields",
    "totalItems",
];

/// A page that a client asks for.
struct Wanted {
    list: EntityList,
    fields: Fields,
    limit: usize,
    offset: usize,
    is_first: bool,
    when: When,
}

/// A page of entities that match a filter.
#[utoipa::path(get, path = "/api/catalog/entities/by-query", tag = "entities",
    params(
        ("filter" = Option<Vec<String>>, Query, description = "`key=value,key2`: AND at commas, OR between repetitions"),
        ("fields" = Option<Vec<String>>, Query, description = "Paths to keep"),
        ("orderField" = Option<Vec<String>>, Query, description = "`path,asc` or `path,desc`; only the first counts"),
        ("fullTextFilterTerm" = Option<String>, Query, description = "Text to find inside values"),
        ("fullTextFilterFields" = Option<Vec<String>>, Query, description = "Paths whose values are looked at"),
        ("limit" = Option<i64>, Query, description = "Entities on a page, 200 by default"),
        ("offset" = Option<i64>, Query, description = "Entities to skip before the first page"),
        ("cursor" = Option<String>, Query, description = "From `pageInfo`; all but `fields` and `limit` is in it"),
        ("totalItems" = Option<String>, Query, description = "`include` or `exclude`"),
        ("asOf" = Option<String>, Query, description = "The catalog as it was at this moment (RFC 3339)"),
    ),
    responses((status = 200, body = EntityPage), (status = 400)))]
pub async fn query_entities(
    Shared(state): Shared<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &PARAMETERS)?;
    let wanted = from_params(&state, &caller, &params)?;
    let view = state.view_when(&caller, wanted.when).await?;
    let tag = view.tag(&format!("by-query\0{}", query.unwrap_or_default()));
    if let Some(answer) = reply::not_modified(&headers, &tag) {
        return Ok(answer);
    }
    // The original sends none with whole entities: who wants one asks.
    let tagged = !wanted.fields.is_whole() || reply::is_conditional(&headers);
    let answer = answer(&state, &view, &caller, wanted).await?;
    Ok(if tagged { reply::tagged(&tag, answer) } else { answer })
}

/// A page of entities that match a predicate.
#[utoipa::path(post, path = "/api/catalog/entities/by-query", tag = "entities",
    request_body(content = Option<Object>, description =
        "`{query?, fields?, orderBy?: [{field, order}], fullTextFilter?: {term, fields?}, limit?, offset?, cursor?, totalItems?, asOf?}`"),
    responses((status = 200, body = EntityPage), (status = 400)))]
pub async fn query_entities_by_body(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let body = Object::read_optional(&headers, &body)?;
    let wanted = from_body(&state, &caller, &body)?;
    answer(&state, &state.view_when(&caller, wanted.when).await?, &caller, wanted).await
}

fn open_cursor(state: &State, caller: &Caller, cursor: &str) -> kernel::Result<(EntityList, When)> {
    if let Some(list) = state.cursors.open(caller.tenant, CURSORS, cursor) {
        return Ok((list, When::Now));
    }
    let past: Option<(i64, EntityList)> = state.cursors.open(caller.tenant, PAST_CURSORS, cursor);
    let (seq, list) = past.ok_or_else(|| Error::input("Malformed cursor: it was not made by this list"))?;
    Ok((list, When::After(seq)))
}

fn from_params(state: &State, caller: &Caller, params: &Params) -> kernel::Result<Wanted> {
    let fields = params.list("fields");
    let fields = Fields::new(fields.iter().map(String::as_str)).map_err(Error::input)?;
    let limit = params.count("limit")?.map_or(DEFAULT_LIMIT, as_size);
    let offset = params.count("offset")?.map_or(0, as_size);
    let count = params.choice("totalItems", &["include", "exclude"])? != Some("exclude");
    if let Some(cursor) = params.one("cursor") {
        let (list, when) = open_cursor(state, caller, cursor)?;
        return Ok(Wanted { list, fields, limit, offset: 0, is_first: false, when });
    }
    let filter = Filter::from_parameters(&params.all("filter")).map_err(Error::input)?;
    let orders = params.all("orderField").iter().map(|text| parse_order(text)).collect::<kernel::Result<Vec<_>>>()?;
    let order = orders.into_iter().next();
    let full_text = full_text(params.one("fullTextFilterTerm"), &params.list("fullTextFilterFields"), order.as_ref());
    let list = first_page(filter, order, full_text, count);
    let when = as_of::when(params.one(AS_OF))?;
    Ok(Wanted { list, fields, limit, offset, is_first: true, when })
}

fn from_body(state: &State, caller: &Caller, body: &Object) -> kernel::Result<Wanted> {
    let fields = body.optional_texts("fields")?.unwrap_or_default();
    let fields = Fields::new(fields.iter().map(String::as_str)).map_err(Error::input)?;
    let limit = body.optional_count("limit")?.map_or(DEFAULT_LIMIT, as_size);
    let offset = body.optional_count("offset")?.map_or(0, as_size);
    let count = body.optional_choice("totalItems", &["include", "exclude"])? != Some("exclude");
    if let Some(cursor) = body.optional_text("cursor")? {
        if cursor.is_empty() {
            return Err(Error::input("Cursor cannot be empty"));
        }
        let (list, when) = open_cursor(state, caller, cursor)?;
        return Ok(Wanted { list, fields, limit, offset: 0, is_first: false, when });
    }
    let filter = predicate_of(body)?;
    let order = body.optional_objects("orderBy")?.iter().map(order_of).collect::<kernel::Result<Vec<_>>>()?;
    let order = order.into_iter().next();
    let full_text = match body.optional_object("fullTextFilter")? {
        Some(object) => {
            let fields = object.optional_texts("fields")?.unwrap_or_default();
            full_text(Some(object.text("term")?), &fields, order.as_ref())
        }
        None => None,
    };
    let list = first_page(filter, order, full_text, count);
    let when = as_of::when(body.optional_text(AS_OF)?)?;
    Ok(Wanted { list, fields, limit, offset, is_first: true, when })
}

fn order_of(object: &Object) -> kernel::Result<Order> {
    object.required("order")?;
    let direction = match object.optional_choice("order", &["asc", "desc"])? {
        Some("desc") => Direction::Desc,
        _ => Direction::Asc,
    };
    Ok(Order { field: lower(object.text("field")?), direction })
}

/// Reads `path,asc`.
fn parse_order(text: &str) -> kernel::Result<Order> {
    let (field, direction) = text.split_once(',').unwrap_or((text, "asc"));
    let direction = match direction {
        "asc" => Direction::Asc,
        "desc" => Direction::Desc,
        _ => return Err(Error::input("Invalid order field order, must be asc or desc")),
    };
    Ok(Order { field: lower(field), direction })
}

/// Without fields, the one that the list is sorted by is looked at; without that, uids.
fn full_text(term: Option<&str>, fields: &[String], order: Option<&Order>) -> Option<FullText> {
    let term = lower(term?.trim());
    if term.is_empty() {
        return None;
    }
    let mut fields: Vec<String> =
        fields.iter().map(|field| lower(field.trim())).filter(|field| !field.is_empty()).collect();
    if fields.is_empty() {
        fields.push(order.map_or_else(|| "metadata.uid".to_owned(), |order| order.field.clone()));
    }
    Some(FullText { term, fields })
}

const fn first_page(filter: Filter, order: Option<Order>, full_text: Option<FullText>, count: bool) -> EntityList {
    EntityList { filter, full_text, order, from: None, first: None, backwards: false, count }
}

/// A count that was checked not to be negative.
fn as_size(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

async fn answer(state: &State, view: &View, caller: &Caller, wanted: Wanted) -> Result<Response> {
    let Wanted { mut list, fields, limit, offset, is_first, when: _ } = wanted;
    let (page, documents) = view.page(&list, limit, offset).await?;
    if is_first {
        list.first.clone_from(&page.first);
    }
    let page_info = cursors(state, caller, &list, &page, is_first, view.past_seq());
    let page_info = serde_json::to_string(&page_info).map_err(Error::internal)?;
    let total = if list.count { page.total } else { 0 };
    let after = format!(",\"totalItems\":{total},\"pageInfo\":{page_info}}}");
    Ok(reply::list("{\"items\":".to_owned(), documents, after, fields)?)
}

fn cursors(
    state: &State,
    caller: &Caller,
    list: &EntityList,
    page: &Page,
    is_first: bool,
    past_seq: Option<i64>,
) -> PageInfo {
    let seal = |position: &Position, backwards: bool| {
        let next = EntityList { from: Some(position.clone()), backwards, ..list.clone() };
        match past_seq {
            None => state.cursors.seal(caller.tenant, CURSORS, &next),
            Some(seq) => state.cursors.seal(caller.tenant, PAST_CURSORS, &(seq, next)),
        }
    };
    let back_at_start = page.first == list.first;
    PageInfo {
        next_cursor: page.last.as_ref().filter(|_| list.backwards || page.more).map(|last| seal(last, false)),
        prev_cursor: page.first.as_ref().filter(|_| !is_first && !back_at_start).map(|first| seal(first, true)),
    }
}
