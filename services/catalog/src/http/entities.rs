//! Single entities, by name, uid and reference.

use super::as_of::{self, AS_OF};
use super::body::Object;
use super::params::Params;
use super::reply::{self, Portion};
use super::schema::{EntitiesByRefs, Entity};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::fields::Fields;
use crate::domain::filter::Filter;
use crate::domain::predicate;
use crate::index::View;
use crate::store::policies::Which;
use crate::store::remove;
use authz::Permission;
use axum::extract::{RawQuery, State as Shared};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{Stream, stream};
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Path, Result};
use kernel::{EntityRef, Error};
use std::collections::HashMap;
use store::AuditEvent;
use uuid::Uuid;

/// One entity, by kind, namespace and name in any letter case.
#[utoipa::path(get, path = "/api/catalog/entities/by-name/{kind}/{namespace}/{name}", tag = "entities",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path),
        ("asOf" = Option<String>, Query, description = "The entity as it was at this moment (RFC 3339)")),
    responses((status = 200, body = Entity), (status = 404)))]
pub async fn get_entity_by_name(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &[AS_OF])?;
    let key = EntityRef::new(&kind, &namespace, &name).key().replace('\0', " ");
    let found = match as_of::parse(params.one(AS_OF))? {
        Some(moment) => as_of::by_ref(&state, &caller, moment, &key).await?.map(Bytes::from),
        None => state.view(&caller).await?.find_by_ref(&key).await?,
    };
    match found {
        Some(document) => Ok(reply::entity(&headers, document)?),
        None => {
            let what = format!("No entity named '{name}' found, with kind '{kind}' in namespace '{namespace}'");
            Err(Error::not_found(what).into())
        }
    }
}

/// One entity, by uid.
#[utoipa::path(get, path = "/api/catalog/entities/by-uid/{uid}", tag = "entities",
    params(("uid" = String, Path),
        ("asOf" = Option<String>, Query, description = "The entity as it was at this moment (RFC 3339)")),
    responses((status = 200, body = Entity), (status = 404)))]
pub async fn get_entity_by_uid(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(uid): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &[AS_OF])?;
    let moment = as_of::parse(params.one(AS_OF))?;
    let found = match (Uuid::parse_str(&uid), moment) {
        (Ok(id), Some(moment)) => as_of::by_uid(&state, &caller, moment, id).await?.map(Bytes::from),
        (Ok(id), None) => state.view(&caller).await?.find_by_uid(id).await?,
        (Err(_), _) => None,
    };
    let document = found.ok_or_else(|| Error::not_found(format!("No entity with uid {uid}")))?;
    Ok(reply::entity(&headers, document)?)
}

/// Removes one entity. It comes back, with another uid, when the file that lists it is read again.
#[utoipa::path(delete, path = "/api/catalog/entities/by-uid/{uid}", tag = "entities",
    params(("uid" = String, Path)), responses((status = 204)))]
pub async fn delete_entity_by_uid(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(uid): Path<String>,
) -> Result<Response> {
    // An unknown uid, and one that the caller may not see, is no failure: the entity is not there, which is what was asked for.
    if let Ok(id) = Uuid::parse_str(&uid) {
        let mut tx = state.db.tenant(caller.tenant).await?;
        let permitted = state.permits(&mut tx, &caller, Permission::CATALOG_ENTITY_DELETE, Which::Uid(id)).await?;
        if permitted && let Some(entity_ref) = remove::by_uid(&mut tx, id, &Cause::person(&caller.principal)).await? {
            tx.record(AuditEvent::by(&caller.principal, "entity.delete", entity_ref)).await?;
            tx.commit().await?;
            state.wake.notify_one();
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Many entities by reference, in the order asked for; null where there is none.
///
/// References are compared as they are stored, in lower case and in full: `component:default/orders`.
#[utoipa::path(post, path = "/api/catalog/entities/by-refs", tag = "entities",
    params(("filter" = Option<Vec<String>>, Query, description = "Only entities that match; null for all others"),
        ("asOf" = Option<String>, Query, description = "The entities as they were at this moment (RFC 3339)")),
    request_body(content = Object, description = "`{entityRefs, fields?, query?, asOf?}`"),
    responses((status = 200, body = EntitiesByRefs)))]
pub async fn get_entities_by_refs(
    Shared(state): Shared<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &["filter", AS_OF])?;
    let body = Object::read(&headers, &body)?;
    let refs = body.texts("entityRefs")?;
    let fields = body.optional_texts("fields")?.unwrap_or_default();
    let fields = Fields::new(fields.iter().map(String::as_str)).map_err(Error::input)?;
    let filter = Filter::from_parameters(&params.all("filter")).map_err(Error::input)?.and(predicate_of(&body)?);
    let (before, after) = ("{\"items\":", "}");
    let found = match as_of::parse(params.one(AS_OF).or(body.optional_text(AS_OF)?))? {
        Some(moment) => {
            let mut found = as_of::documents(&state, &caller, moment, &refs, &filter).await?;
            let found: HashMap<String, Bytes> = found.drain().map(|(key, text)| (key, Bytes::from(text))).collect();
            refs.iter().map(|entity_ref| found.get(entity_ref).cloned()).collect()
        }
        None => {
            let view = state.view(&caller).await?;
            if refs.len() > PORTION {
                return Ok(reply::streamed(before.into(), portions(view, refs, filter), after.into(), fields));
            }
            view.list_by_refs(&refs, &filter).await?
        }
    };
    Ok(reply::text(StatusCode::OK, reply::array(before, &found, after, &fields)?))
}

/// Entities asked for by reference that are read at a time; with more, the answer is sent while it is read.
const PORTION: usize = 500;

fn portions(view: View, refs: Vec<String>, filter: Filter) -> impl Stream<Item = Portion> + Send + 'static {
    stream::try_unfold((view, refs, filter, 0), async |(view, refs, filter, done)| {
        let end = refs.len().min(done + PORTION);
        if done == end {
            return Ok(None);
        }
        let found = view.list_by_refs(&refs[done..end], &filter).await?;
        Ok(Some((found, (view, refs, filter, end))))
    })
}

/// The `query` of a body; everything when there is none.
pub fn predicate_of(body: &Object) -> kernel::Result<Filter> {
    if body.optional_object("query")?.is_none() {
        return Ok(Filter::everything());
    }
    let query = body.required("query")?;
    predicate::parse(query).map_err(|complaint| Error::input(format!("Invalid query: {complaint}")))
}
