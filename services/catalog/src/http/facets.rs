//! Counts by value.

use super::as_of::{self, AS_OF};
use super::body::Object;
use super::entities::predicate_of;
use super::params::Params;
use super::reply;
use super::schema::Facets;
use crate::State;
use crate::domain::filter::Filter;
use crate::domain::text::lower;
use crate::index::View;
use crate::index::facets::Bucket;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
use kernel::Error;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many of the matching entities have which value.
#[utoipa::path(get, path = "/api/catalog/entity-facets", tag = "entities",
    params(
        ("facet" = Vec<String>, Query, description = "Paths"),
        ("filter" = Option<Vec<String>>, Query, description = "`key=value,key2`: AND at commas, OR between repetitions"),
        ("asOf" = Option<String>, Query, description = "The catalog as it was at this moment (RFC 3339)"),
    ),
    responses((status = 200, body = Facets), (status = 400)))]
pub async fn get_entity_facets(
    Shared(state): Shared<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &["facet", "filter", AS_OF])?;
    let names: Vec<String> = params.list("facet").iter().map(|name| name.trim().to_owned()).collect();
    if names.is_empty() {
        return Err(Error::input("request/query must have required property 'facet'").into());
    }
    let filter = Filter::from_parameters(&params.all("filter")).map_err(Error::input)?;
    let view = state.view_when(&caller, as_of::when(params.one(AS_OF))?).await?;
    let tag = view.tag(&format!("facets\0{}", query.unwrap_or_default()));
    if let Some(answer) = reply::not_modified(&headers, &tag) {
        return Ok(answer);
    }
    Ok(reply::tagged(&tag, answer(&view, &names, &filter).await?))
}

/// How many of the entities that match a predicate have which value.
#[utoipa::path(post, path = "/api/catalog/entity-facets", tag = "entities",
    request_body(content = Object, description = "`{facets, query?, asOf?}`"),
    responses((status = 200, body = Facets), (status = 400)))]
pub async fn query_entity_facets(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let body = Object::read(&headers, &body)?;
    let names = body.texts("facets")?;
    if names.is_empty() {
        return Err(Error::input("Missing or empty facets parameter").into());
    }
    let filter = predicate_of(&body)?;
    let when = as_of::when(body.optional_text(AS_OF)?)?;
    answer(&state.view_when(&caller, when).await?, &names, &filter).await
}

/// As [`schema::FacetValue`](super::schema::FacetValue), borrowed.
#[derive(Serialize)]
struct Value<'v> {
    value: Cow<'v, str>,
    count: u64,
}

fn values(buckets: Vec<Bucket<'_>>) -> Vec<Value<'_>> {
    buckets.into_iter().map(|(value, count)| Value { value, count }).collect()
}

async fn answer(view: &View, names: &[String], filter: &Filter) -> Result<Response> {
    let keys: Vec<String> = names.iter().map(|name| lower(name)).collect();
    let render = |buckets: Vec<Vec<Bucket<'_>>>| {
        let facets: BTreeMap<&str, _> = names.iter().map(String::as_str).zip(buckets.into_iter().map(values)).collect();
        serde_json::to_vec(&BTreeMap::from([("facets", facets)])).map_err(Error::internal)
    };
    Ok(reply::text(StatusCode::OK, view.facets(&keys, filter, render).await??))
}
