//! How reading the registered locations goes, for people who wait for it.

use super::reply;
use super::schema::{
    FileState, LocationStatus, PausedHost, Progress, ProgressEntity, ProgressFile, ProgressList, ProgressLocation,
    ProgressState, ProgressSummary, Trouble,
};
use crate::State;
use crate::domain::files::host_of;
use crate::domain::scope::Scope;
use crate::store::back_off::{self, Paused};
use crate::store::files::{self, FileStatus};
use crate::store::locations::{self, Location};
use crate::store::policies;
use crate::store::progress::{Descendant, descendants};
use axum::extract::State as Shared;
use axum::response::Response;
use http::StatusCode;
use http_shell::{Caller, Path, Result};
use kernel::Error;
use store::TenantTx;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Every location, with the number of its entities and its problems.
#[utoipa::path(get, path = "/api/catalog/v1/locations", tag = "locations",
    responses((status = 200, body = ProgressList)))]
pub async fn list_progress(Shared(state): Shared<State>, caller: Caller) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let scope = state.scope_in(&mut tx, &caller).await?;
    let mut items = Vec::new();
    for location in locations::list(&mut tx).await? {
        let below = readable(&mut tx, &location, &scope).await?;
        let entity_count = entities_of(&location, &below).count();
        items.push(ProgressSummary { status: status_of(&location, &below), entity_count });
    }
    Ok(reply::value(StatusCode::OK, &ProgressList { items })?)
}

/// One location, with its files, its entities and its problems.
#[utoipa::path(get, path = "/api/catalog/v1/locations/{id}/progress", tag = "locations",
    params(("id" = String, Path)), responses((status = 200, body = Progress), (status = 404)))]
pub async fn get_progress(Shared(state): Shared<State>, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let unknown = || Error::not_found(format!("Found no location with ID {id}"));
    let location_id = Uuid::parse_str(&id).map_err(|_| unknown())?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let location = locations::find(&mut tx, location_id).await?.ok_or_else(unknown)?;
    let scope = state.scope_in(&mut tx, &caller).await?;
    let below = readable(&mut tx, &location, &scope).await?;
    let units: Vec<&str> = below.iter().filter(|one| one.reads).map(|one| one.entity_ref.as_str()).collect();
    let files = files::list_status(&mut tx, &units).await?;
    let hosts = files.iter().map(|file| file.url.as_str()).chain([location.target.as_str()]).filter_map(host_of);
    let paused = back_off::list_paused(&mut tx, &hosts.collect()).await?;
    let progress = Progress {
        status: status_of(&location, &below),
        files: files.iter().map(|file| file_of(file, &below)).collect(),
        paused_hosts: paused.into_iter().map(paused_of).collect(),
        entities: entities_of(&location, &below).collect(),
    };
    Ok(reply::value(StatusCode::OK, &progress)?)
}

/// What a location emitted, without what would tell of entities that the caller may not read. What never became an
/// entity is only a part of the location's files, which they may know of.
async fn readable(tx: &mut TenantTx, location: &Location, scope: &Scope) -> kernel::Result<Vec<Descendant>> {
    let mut below = descendants(tx, location).await?;
    let refs: Vec<&str> = below.iter().map(|one| one.entity_ref.as_str()).collect();
    let hidden = policies::hidden(tx, &refs, &scope.condition).await?;
    for one in below.iter_mut().filter(|one| one.entity_ref != location.entity_ref) {
        if hidden.contains(&one.entity_ref) {
            (one.kind, one.title, one.problem) = (None, None, None);
        }
    }
    Ok(below)
}

fn rfc3339(at: OffsetDateTime) -> Option<String> {
    at.format(&Rfc3339).ok()
}

fn file_of(file: &FileStatus, below: &[Descendant]) -> ProgressFile {
    let unit = below.iter().find(|one| one.entity_ref == file.source);
    let own = file.problem.as_ref().map(|problem| Trouble {
        message: problem.sentence(),
        entity_ref: None,
        line: problem.line,
        url: problem.url.clone(),
    });
    let of_entities = below.iter().filter(|one| !one.reads).filter_map(|one| {
        let problem = one.problem.as_ref().filter(|problem| problem.url.as_ref() == Some(&file.url))?;
        let (message, url) = (problem.sentence(), problem.url.clone());
        Some(Trouble { message, entity_ref: Some(one.entity_ref.clone()), line: problem.line, url })
    });
    let state = match (&file.problem, file.taken_over, file.exists || file.glob.as_ref() == Some(&file.url)) {
        (Some(_), _, _) => FileState::Failed,
        (None, false, _) => FileState::Pending,
        (None, true, true) => FileState::Done,
        (None, true, false) => FileState::Missing,
    };
    // Every file is looked at in every run of its unit.
    let looked_at = unit.and_then(|unit| unit.last_read_at).unwrap_or(file.read_at).max(file.read_at);
    ProgressFile {
        url: file.url.clone(),
        pattern: file.glob.clone(),
        state,
        last_read_at: rfc3339(looked_at),
        last_changed_at: rfc3339(file.read_at).filter(|_| file.taken_over && file.problem.is_none()),
        entities: file.entities,
        problems: own.into_iter().chain(of_entities).collect(),
    }
}

fn paused_of(paused: Paused) -> PausedHost {
    PausedHost { until: rfc3339(paused.until).unwrap_or_default(), host: paused.host, message: paused.message }
}

fn entities_of(location: &Location, below: &[Descendant]) -> impl Iterator<Item = ProgressEntity> {
    below.iter().filter(|one| one.entity_ref != location.entity_ref).filter_map(|one| {
        let kind = one.kind.clone()?;
        Some(ProgressEntity { entity_ref: one.entity_ref.clone(), kind, title: one.title.clone() })
    })
}

fn status_of(location: &Location, below: &[Descendant]) -> LocationStatus {
    let readers: Vec<&Descendant> = below.iter().filter(|one| one.reads).collect();
    LocationStatus {
        location: ProgressLocation {
            id: location.location_id,
            kind: location.kind.clone(),
            target: location.target.clone(),
        },
        state: state_of(&readers),
        last_read_at: readers.iter().filter_map(|one| one.last_read_at).max().and_then(rfc3339),
        next_read_at: readers.iter().filter_map(|one| one.next_read_at).min().and_then(rfc3339),
        problems: below.iter().filter_map(|one| trouble_of(location, one)).collect(),
    }
}

/// Of the files' readers: nobody has begun, somebody is at it, the first of them failed, or all is well.
fn state_of(readers: &[&Descendant]) -> ProgressState {
    let Some(root) = readers.first() else { return ProgressState::Pending };
    match (root.last_read_at, readers.iter().any(|one| one.due), &root.problem) {
        (None, _, _) => ProgressState::Pending,
        (Some(_), true, _) => ProgressState::Reading,
        (Some(_), false, Some(_)) => ProgressState::Failed,
        (Some(_), false, None) => ProgressState::Done,
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
