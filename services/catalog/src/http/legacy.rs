//! The older list of entities: a bare array, pages by offset, and the next page in a `Link` header.

use super::as_of::{self, AS_OF};
use super::params::Params;
use super::reply;
use super::schema::Entity;
use crate::State;
use crate::domain::cursor::{Direction, EntityList, Order};
use crate::domain::fields::Fields;
use crate::domain::filter::Filter;
use crate::domain::text::lower;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header};
use http_shell::{Caller, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

/// Where a page begins. Says nothing about what is listed, so it needs no signature.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct After {
    #[serde(default)]
    limit: Option<i64>,
    #[serde(default)]
    offset: Option<i64>,
}

impl After {
    fn encode(self) -> String {
        STANDARD.encode(serde_json::to_vec(&self).unwrap_or_default())
    }

    fn decode(cursor: &str) -> kernel::Result<Self> {
        let bytes = STANDARD.decode(cursor).map_err(|_| Error::input("Malformed cursor, could not be parsed"))?;
        let after: Self =
            serde_json::from_slice(&bytes).map_err(|_| Error::input("Malformed cursor, could not be parsed"))?;
        match (after.limit.unwrap_or(1), after.offset.unwrap_or(0)) {
            (1.., 0..) => Ok(after),
            _ => Err(Error::input("Malformed cursor, limit and offset must be positive")),
        }
    }
}

/// Entities that match a filter, as an array.
#[utoipa::path(get, path = "/api/catalog/entities", tag = "entities",
    params(
        ("filter" = Option<Vec<String>>, Query, description = "`key=value,key2`: AND at commas, OR between repetitions"),
        ("fields" = Option<Vec<String>>, Query, description = "Paths to keep"),
        ("order" = Option<Vec<String>>, Query, description = "`asc:path` or `desc:path`"),
        ("limit" = Option<i64>, Query), ("offset" = Option<i64>, Query),
        ("after" = Option<String>, Query, description = "From the `Link` header"),
        ("asOf" = Option<String>, Query, description = "The catalog as it was at this moment (RFC 3339)"),
    ),
    responses((status = 200, body = Vec<Entity>), (status = 400)))]
pub async fn list_entities(
    Shared(state): Shared<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &["filter", "fields", "order", "limit", "offset", "after", AS_OF])?;
    let fields = params.list("fields");
    let fields = Fields::new(fields.iter().map(String::as_str)).map_err(Error::input)?;
    let filter = Filter::from_parameters(&params.all("filter")).map_err(Error::input)?;
    let orders = params.all("order").iter().map(|text| parse_order(text)).collect::<kernel::Result<Vec<_>>>()?;
    let page = page_of(&params)?;
    let view = state.view_when(&caller, as_of::when(params.one(AS_OF))?).await?;
    let tag = view.tag(&format!("entities\0{}", query.as_deref().unwrap_or_default()));
    if let Some(answer) = reply::not_modified(&headers, &tag) {
        return Ok(answer);
    }
    // The original sends none with whole entities: who wants one asks.
    let tagged = !fields.is_whole() || reply::is_conditional(&headers);
    let (documents, link) = match page {
        None => {
            let order = orders.into_iter().next();
            let list =
                EntityList { filter, full_text: None, order, from: None, first: None, backwards: false, count: false };
            (view.page(&list, usize::MAX, 0).await?.1, None)
        }
        Some(After { limit, offset }) => {
            let offset = offset.unwrap_or(0);
            let size = |count: i64| usize::try_from(count).unwrap_or(usize::MAX);
            let (more, documents) = view.page_by_offset(&filter, &orders, limit.map(size), size(offset)).await?;
            let next = limit.filter(|_| more);
            (documents, next.map(|limit| After { limit: Some(limit), offset: Some(offset.saturating_add(limit)) }))
        }
    };
    let mut response = reply::list(String::new(), documents, String::new(), fields)?;
    if let Some(after) = link {
        response.headers_mut().insert(header::LINK, next_link(query.as_deref(), after)?);
    }
    Ok(if tagged { reply::tagged(&tag, response) } else { response })
}

/// `None` when everything is wanted.
fn page_of(params: &Params) -> kernel::Result<Option<After>> {
    if let Some(cursor) = params.one("after") {
        return After::decode(cursor).map(Some);
    }
    let limit = params.count("limit")?;
    let offset = params.count("offset")?;
    if limit == Some(0) {
        return Err(Error::input("Invalid limit, must be greater than zero"));
    }
    Ok((limit.is_some() || offset.is_some()).then_some(After { limit, offset }))
}

/// Reads `asc:path`.
fn parse_order(text: &str) -> kernel::Result<Order> {
    let invalid =
        || Error::input(format!("Invalid order parameter \"{text}\", expected \"<asc or desc>:<field name>\""));
    let direction = match text.split_once(':') {
        Some(("asc", field)) if !field.is_empty() => (Direction::Asc, field),
        Some(("desc", field)) if !field.is_empty() => (Direction::Desc, field),
        _ => return Err(invalid()),
    };
    Ok(Order { field: lower(direction.1), direction: direction.0 })
}

/// The next page, with the path that Backstage's router has: below the plugin's mount point.
fn next_link(query: Option<&str>, after: After) -> kernel::Result<HeaderValue> {
    let mut next = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if name != "after" && name != "offset" {
            next.append_pair(&name, &value);
        }
    }
    next.append_pair("after", &after.encode());
    HeaderValue::from_str(&format!("</entities?{}>; rel=\"next\"", next.finish())).map_err(Error::internal)
}
