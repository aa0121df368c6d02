//! How reading the registered locations goes, for people who wait for it.

use super::reply;
use super::schema::{Progress, ProgressEntity, ProgressList, ProgressLocation, Trouble};
use crate::State;
use crate::store::locations::{self, Location};
use crate::store::progress::{Descendant, descendants};
use axum::extract::State as Shared;
use axum::response::Response;
use http::StatusCode;
use http_shell::{Caller, Path, Result};
use kernel::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Every location, with the number of its entities and its problems.
#[utoipa::path(get, path = "/api/catalog/v1/locations", tag = "locations",
    responses((status = 200, body = ProgressList)))]
pub async fn list_progress(Shared(state): Shared<State>, caller: Caller) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let mut items = Vec::new();
    for location in locations::list(&mut tx).await? {
        let below = descendants(&mut tx, &location).await?;
        let mut progress = progress_of(&location, &below);
        progress.entity_count = progress.entities.take().map(|entities| entities.len());
        items.push(progress);
    }
    Ok(reply::value(StatusCode::OK, &ProgressList { items })?)
}

/// One location, with its entities and its problems.
#[utoipa::path(get, path = "/api/catalog/v1/locations/{id}/progress", tag = "locations",
    params(("id" = String, Path)), responses((status = 200, body = Progress), (status = 404)))]
pub async fn get_progress(Shared(state): Shared<State>, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let unknown = || Error::not_found(format!("Found no location with ID {id}"));
    let location_id = Uuid::parse_str(&id).map_err(|_| unknown())?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let location = locations::find(&mut tx, location_id).await?.ok_or_else(unknown)?;
    let below = descendants(&mut tx, &location).await?;
    Ok(reply::value(StatusCode::OK, &progress_of(&location, &below))?)
}

fn progress_of(location: &Location, below: &[Descendant]) -> Progress {
    let rfc3339 = |at: OffsetDateTime| at.format(&Rfc3339).ok();
    let readers: Vec<&Descendant> = below.iter().filter(|one| one.reads).collect();
    let entities = below.iter().filter(|one| one.entity_ref != location.entity_ref).filter_map(|one| {
        let kind = one.kind.clone()?;
        Some(ProgressEntity { entity_ref: one.entity_ref.clone(), kind, title: one.title.clone() })
    });
    Progress {
        location: ProgressLocation {
            id: location.location_id,
            kind: location.kind.clone(),
            target: location.target.clone(),
        },
        state: state_of(&readers),
        last_read_at: readers.iter().filter_map(|one| one.last_read_at).max().and_then(rfc3339),
        next_read_at: readers.iter().filter_map(|one| one.next_read_at).min().and_then(rfc3339),
        entities: Some(entities.collect()),
        entity_count: None,
        problems: below.iter().filter_map(|one| trouble_of(location, one)).collect(),
    }
}

/// Of the files' readers: nobody has begun, somebody is at it, the first of them failed, or all is well.
fn state_of(readers: &[&Descendant]) -> &'static str {
    let Some(root) = readers.first() else { return "pending" };
    match (root.last_read_at, readers.iter().any(|one| one.due), &root.problem) {
        (None, _, _) => "pending",
        (Some(_), true, _) => "reading",
        (Some(_), false, Some(_)) => "failed",
        (Some(_), false, None) => "done",
    }
}

fn trouble_of(location: &Location, one: &Descendant) -> Option<Trouble> {
    let problem = one.problem.as_ref()?;
    Some(Trouble {
        message: problem.sentence(),
        entity_ref: (one.entity_ref != location.entity_ref).then(|| one.entity_ref.clone()),
        line: problem.line,
        url: problem.url.clone(),
    })
}
