//! Entity providers: whoever has entities elsewhere tells the catalog here.

use super::body;
use super::reply;
use super::source_schema::{ClaimedEntity, FailedEntity, HeldNote, MutationInput, MutationResult};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::kinds::Kinds;
use crate::domain::mutation::{Given, MAX_ENTITIES, Mutation, is_provider_name};
use crate::domain::outcome::{Content, Emitted, Problem, last_wins};
use crate::domain::provided::from_provider;
use crate::domain::source::{NO_KEY, Source};
use crate::jobs::processors::Processors;
use crate::store::claim::{Mode, Mutated};
use crate::store::{apply, kinds, quota, statistics};
use authz::Permission;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Path, Result};
use kernel::Error;
use serde_json::json;
use std::collections::BTreeSet;
use store::AuditEvent;
use tokio::sync::Semaphore;

/// The largest mutation, in bytes.
const MAX_BYTES: usize = 32 << 20;
/// How many of each list an answer shows.
const SHOWN: usize = 100;
/// From how many changed entities on a mutation makes the planner's statistics worth refreshing.
const MANY: usize = 1000;
/// Entities that are judged before other requests get their turn.
const TURN: usize = 64;

/// Large mutations that are worked on at the same time; one in memory is many times its size.
static LARGE_AT_ONCE: Semaphore = Semaphore::const_new(2);
/// From how many bytes on a mutation is large.
const LARGE: usize = 1 << 20;

/// Replaces what a provider provides (`full`), or adds to it and removes from it (`delta`).
///
/// An entity that is not valid fails alone, and what it was before stays. An entity that others claim is left to them. A
/// removal of more than the guard allows waits for approval, the rest of the mutation does not.
#[utoipa::path(post, path = "/api/catalog/v1/providers/{name}/mutations", tag = "sources",
    params(("name" = String, Path, description = "letters, digits and `._:@/-`")), request_body = MutationInput,
    responses((status = 200, body = MutationResult), (status = 400), (status = 413)))]
pub async fn mutate(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    if !is_provider_name(&name) {
        let hint = "Use up to 100 letters, digits and the characters . _ : @ / -";
        return Err(Error::input(format!("A provider cannot be called '{name}'")).with_field("name", hint).into());
    }
    let body = body::large(&headers, body, MAX_BYTES).await?;
    // Not before all of it is here: a slow sender keeps nobody waiting.
    let _turn = if body.len() > LARGE { Some(LARGE_AT_ONCE.acquire().await.map_err(Error::internal)?) } else { None };
    let mutation = Mutation::parse(body::parse_large(&body, MAX_ENTITIES)?).map_err(|complaint| {
        let message = format!("request/body/{} {}", complaint.path.replace('.', "/"), complaint.text);
        Error::input(message).with_field(complaint.path, complaint.text)
    })?;
    let (kind, given, removed) = match mutation {
        Mutation::Full(given) => ("full", given, None),
        Mutation::Delta(added, removed) => ("delta", added, Some(removed)),
    };
    let mut tx = state.db.tenant(caller.tenant).await?;
    // A mutation says what there is: it changes and removes whatever the provider gave, by whomever it is sent.
    let touched = [Permission::CATALOG_ENTITY_READ, Permission::CATALOG_ENTITY_DELETE];
    if !state.permits_everything(&mut tx, &caller, &touched).await? {
        return Err(Error::not_allowed("Your permissions do not extend to all that a provider may change").into());
    }
    let kinds = kinds::load(&mut tx, &state.config.allowed_kinds).await?;
    // Judging takes a while, and nothing else should wait for it.
    tx.rollback().await?;
    let processors = Processors::of(&state, caller.tenant).await?;
    let (emitted, failed) = judge(&kinds, &processors, &name, given).await;
    let mode = removed.as_deref().map_or(Mode::Full, Mode::Delta);
    let source = Source::Provider(&name).to_string();
    let mut tx = state.db.tenant(caller.tenant).await?;
    quota::check(&mut tx, &state.config.plans, &emitted).await?;
    let done = apply::provider(&mut tx, &source, &emitted, mode, &Cause::provider(&*name)).await?;
    kinds::stay_current(&mut tx, &state.config.allowed_kinds, &kinds).await?;
    let result = result_of(&done, &failed);
    let after = json!({
        "type": kind, "changed": result.changed, "removed": result.removed, "conflicts": result.conflict_count,
        "failed": result.failed_count, "held": result.held.as_ref().map(|held| held.removing),
    });
    tx.record(AuditEvent::by(&caller.principal, "provider.mutate", name).after(after)).await?;
    tx.commit().await?;
    state.wake.notify_one();
    if done.changed >= MANY {
        let mut tx = state.db.tenant(caller.tenant).await?;
        if let Err(error) = statistics::refresh(&mut tx).await {
            tracing::warn!(%error, "the planner's statistics stay old until autovacuum comes by");
        }
        tx.commit().await?;
    }
    Ok(reply::value(StatusCode::OK, &result)?)
}

async fn judge(
    kinds: &Kinds,
    processors: &Processors,
    name: &str,
    given: Vec<Given>,
) -> (Vec<Emitted>, Vec<(String, Problem)>) {
    let (keys, mut seen): (Vec<_>, Vec<_>) =
        given.into_iter().map(|one| ((one.location_key, key_of(&one.entity)), Ok(one.entity))).unzip();
    processors.before(seen.iter_mut()).await;
    let mut emitted = Vec::with_capacity(seen.len());
    let mut failed = Vec::new();
    for (i, ((location_key, entity_ref), entity)) in keys.into_iter().zip(seen).enumerate() {
        let (one, problem) = match entity {
            Ok(entity) => from_provider(name, entity, location_key, kinds),
            Err(problem) => (refused(entity_ref, location_key, problem.clone()), Some(problem)),
        };
        failed.extend(problem.map(|problem| (one.entity_ref.clone(), problem)));
        emitted.push(one);
        if i % TURN == TURN - 1 {
            tokio::task::yield_now().await;
        }
    }
    let emitted = processors.after(emitted, kinds).await;
    let told: BTreeSet<String> = failed.iter().map(|(entity_ref, _)| entity_ref.clone()).collect();
    for one in &emitted {
        if let Content::Done(Err(problem)) = &one.content
            && !told.contains(&one.entity_ref)
        {
            failed.push((one.entity_ref.clone(), problem.clone()));
        }
    }
    (last_wins(emitted), failed)
}

fn key_of(entity: &serde_json::Value) -> String {
    model::Envelope::of(entity).map(|envelope| envelope.key().replace('\0', "")).unwrap_or_default()
}

/// An entity that a processor refused: it fails alone, and what it was before stays.
fn refused(entity_ref: String, location_key: Option<String>, problem: Problem) -> Emitted {
    let location_key = location_key.unwrap_or_else(|| NO_KEY.to_owned());
    Emitted { entity_ref, location_key, content: Content::Done(Err(problem)) }
}

fn result_of(done: &Mutated, failed: &[(String, Problem)]) -> MutationResult {
    MutationResult {
        changed: done.changed,
        removed: done.removed.len(),
        conflict_count: done.conflicts.len(),
        conflicts: done
            .conflicts
            .iter()
            .take(SHOWN)
            .map(|one| ClaimedEntity { entity_ref: one.entity_ref.clone(), claimed_by: one.claimed_by.clone() })
            .collect(),
        failed_count: failed.len(),
        failed: failed
            .iter()
            .take(SHOWN)
            .map(|(entity_ref, problem)| FailedEntity {
                entity_ref: entity_ref.clone(),
                name: problem.name.clone(),
                message: problem.message.clone(),
            })
            .collect(),
        held: done.held.as_ref().map(|hold| HeldNote {
            id: hold.hold_id,
            total: hold.size().total,
            removing: hold.size().removing,
            percent: hold.size().percent(),
        }),
    }
}
