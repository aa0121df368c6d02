//! Counts by value.

use super::body::Object;
use super::entities::predicate_of;
use super::params::Params;
use super::reply;
use super::schema::{FacetValue, Facets};
use crate::State;
use crate::domain::filter::Filter;
use crate::domain::text::lower;
use crate::store::facets;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
use kernel::Error;
use std::collections::BTreeMap;

/// How many of the matching entities have which value.
#[utoipa::path(get, path = "/api/catalog/entity-facets", tag = "entities",
    params(
        ("facet" = Vec<String>, Query, description = "Paths"),
        ("filter" = Option<Vec<String>>, Query, description = "`key=value,key2`: AND at commas, OR between repetitions"),
    ),
    responses((status = 200, body = Facets), (status = 400)))]
pub async fn get_entity_facets(
    Shared(state): Shared<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &["facet", "filter"])?;
    let names: Vec<String> = params.list("facet").iter().map(|name| name.trim().to_owned()).collect();
    if names.is_empty() {
        return Err(Error::input("request/query must have required property 'facet'").into());
    }
    let filter = Filter::from_parameters(&params.all("filter")).map_err(Error::input)?;
    answer(&state, &caller, names, &filter).await
}

/// How many of the entities that match a predicate have which value.
#[utoipa::path(post, path = "/api/catalog/entity-facets", tag = "entities",
    request_body(content = Object, description = "`{facets, query?}`"),
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
    answer(&state, &caller, names, &filter).await
}

async fn answer(state: &State, caller: &Caller, names: Vec<String>, filter: &Filter) -> Result<Response> {
    let keys: Vec<String> = names.iter().map(|name| lower(name)).collect();
    let mut tx = state.db.tenant(caller.tenant).await?;
    let buckets = facets::list(&mut tx, &keys, filter).await?;
    let mut facets: BTreeMap<String, Vec<FacetValue>> = BTreeMap::new();
    for (name, key) in names.into_iter().zip(&keys) {
        let values = buckets.iter().filter(|bucket| bucket.key == *key);
        let values = values.map(|bucket| FacetValue { value: bucket.value.clone(), count: bucket.count }).collect();
        facets.insert(name, values);
    }
    Ok(reply::value(StatusCode::OK, &Facets { facets })?)
}
