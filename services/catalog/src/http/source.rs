//! Where an entity comes from: the text of its document as the file has it now, and what it was processed to.

use super::reply;
use super::schema::{EntitySource, Trouble};
use crate::State;
use crate::domain::content;
use crate::domain::outcome::Problem;
use crate::domain::raw;
use crate::jobs::reader::Reader;
use crate::store::{entities, refresh};
use axum::extract::State as Shared;
use axum::response::Response;
use http::StatusCode;
use http_shell::{Caller, Path, Result};
use kernel::{EntityRef, Error};
use store::queue::Urgency;
use time::format_description::well_known::Rfc3339;

/// The document of an entity as its file has it now, and the entity as it was processed last.
#[utoipa::path(get, path = "/api/catalog/v1/entities/{kind}/{namespace}/{name}/source", tag = "entities",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = EntitySource), (status = 404)))]
pub async fn get_entity_source(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let key = EntityRef::new(kind, namespace, name).key().replace('\0', " ");
    let mut tx = state.db.tenant(caller.tenant).await?;
    let unknown = || Error::not_found(format!("Entity {key} not found"));
    let scope = state.scope_in(&mut tx, &caller).await?;
    let document = entities::find_by_ref(&mut tx, &key, &scope.condition).await?;
    // Whether somebody may read what never became an entity cannot be told.
    let may_see = document.is_some() || scope.condition.is_everything();
    let origin = refresh::find_origin(&mut tx, &key).await?.filter(|_| may_see).ok_or_else(unknown)?;
    tx.rollback().await?;
    let mut source = EntitySource {
        location: origin.location_key.clone(),
        url: None,
        line: None,
        raw: None,
        processed: document.as_deref().and_then(content::of_document),
        read_at: origin.read_at.and_then(|at| at.format(&Rfc3339).ok()),
        problem: origin.problem.as_deref().map(trouble),
    };
    if let Some(url) = origin.location_key.strip_prefix("url:") {
        source.url = Some(url.to_owned());
        let reader = Reader::new(state.client.clone(), Caller::service(caller.tenant, "catalog"), Urgency::Person);
        match reader.read(url).await {
            Ok(file) => match raw::find(&file.bytes, &key) {
                Some(found) => (source.line, source.raw) = (Some(found.line), Some(found.text)),
                None => source.problem = source.problem.or_else(|| Some(trouble(&not_listed(&key, url)))),
            },
            Err(unreadable) => source.problem = source.problem.or_else(|| Some(trouble(&unreadable.problem(url)))),
        }
    }
    Ok(reply::value(StatusCode::OK, &source)?)
}

fn not_listed(key: &str, url: &str) -> Problem {
    Problem::new("NotFoundError", format!("The file does not list {key} any more")).at(url, None)
}

fn trouble(problem: &Problem) -> Trouble {
    Trouble { message: problem.sentence(), entity_ref: None, line: problem.line, url: problem.url.clone() }
}
