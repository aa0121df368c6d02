//! Sets of entities that people write here, without a file.

use super::body;
use super::reply;
use super::source_schema::{EntitySet, EntitySetInput, SetEntityInput, SetList, SetSummary, WrittenEntity};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::kinds::Kinds;
use crate::domain::outcome::{Emitted, Problem};
use crate::domain::provided::{self, Refused};
use crate::domain::source::Source;
use crate::store::claim::{Conflict, Mode, Mutated};
use crate::store::managed::Managed;
use crate::store::policies::Which;
use crate::store::{apply, entities, kinds, managed, quota};
use authz::{Decision, Permission};
use axum::body::Body;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Path, Result};
use kernel::{EntityRef, Error};
use model::validate::check_envelope;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use store::{AuditEvent, TenantTx};

/// The largest body, in bytes.
const MAX_BYTES: usize = 8 << 20;
/// The most entities in one set.
const MAX_ENTITIES: usize = 5000;

/// The sets, by name.
#[utoipa::path(get, path = "/api/catalog/v1/sets", tag = "sources", responses((status = 200, body = SetList)))]
pub async fn list_sets(Shared(state): Shared<State>, caller: Caller) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let scope = state.scope_in(&mut tx, &caller).await?;
    let sets = managed::list_sets(&mut tx, &scope.condition).await?;
    let items = sets.into_iter().map(|(set, entity_count)| SetSummary { set, entity_count }).collect();
    Ok(reply::value(StatusCode::OK, &SetList { items })?)
}

/// The entities of a set, as they were put.
#[utoipa::path(get, path = "/api/catalog/v1/sets/{set}", tag = "sources", params(("set" = String, Path)),
    responses((status = 200, body = EntitySet), (status = 404)))]
pub async fn get_set(Shared(state): Shared<State>, caller: Caller, Path(set): Path<String>) -> Result<Response> {
    check_name(&set)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let mut entities = managed::list(&mut tx, &set).await?;
    let scope = state.scope_in(&mut tx, &caller).await?;
    if !scope.condition.is_everything() {
        let visible = entities::list_by_refs(&mut tx, &refs_of(&entities), &scope.condition).await?;
        entities.retain(|one| visible.contains_key(&one.entity_ref));
    }
    if entities.is_empty() {
        return Err(unknown(&set).into());
    }
    Ok(reply::text(StatusCode::OK, json_of(&set, &entities)))
}

/// Makes these the entities of a set: new ones are created, changed ones updated, all others of the set deleted.
#[utoipa::path(put, path = "/api/catalog/v1/sets/{set}", tag = "sources",
    params(("set" = String, Path, description = "`[a-z0-9-]{1,63}`")), request_body = EntitySetInput,
    responses((status = 200, body = EntitySet), (status = 400), (status = 403), (status = 409)))]
pub async fn put_set(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(set): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    check_name(&set)?;
    let mut body = object(read(&headers, body).await?, "entities")?;
    let Some(Value::Array(entities)) = body.remove("entities") else {
        return Err(Error::input("request/body/entities must be array").with_field("entities", "Give a list.").into());
    };
    if entities.len() > MAX_ENTITIES {
        let message = format!("A set holds at most {MAX_ENTITIES} entities, and these are {}", entities.len());
        return Err(Error::input(message.clone()).with_field("entities", message).into());
    }
    let places = (0..).map(|i| format!("entities.{i}"));
    let mut tx = state.db.tenant(caller.tenant).await?;
    let kinds = kinds::load(&mut tx, &state.config.allowed_kinds).await?;
    let put = Put::check(&state, &caller, &kinds, &set, entities.into_iter().zip(places))?;
    let kept: BTreeSet<&str> = put.entities.iter().map(|one| one.entity_ref.as_str()).collect();
    let before = refs_of(&managed::list(&mut tx, &set).await?);
    let (stay, gone): (Vec<String>, Vec<String>) = before.into_iter().partition(|one| kept.contains(one.as_str()));
    may_change(&state, &caller, &mut tx, Permission::CATALOG_ENTITY_CREATE, &stay).await?;
    may_change(&state, &caller, &mut tx, Permission::CATALOG_ENTITY_DELETE, &gone).await?;
    let done = apply(&mut tx, &state, &caller, &put, Mode::Explicit(&gone)).await?;
    managed::delete(&mut tx, &set, &gone).await?;
    let entities = managed::list(&mut tx, &set).await?;
    if entities.len() != put.entities.len() {
        return Err(Error::unavailable("Somebody else changed the set at the same time; try again").into());
    }
    let after = json!({"entities": put.entities.len(), "changed": done.changed, "removed": done.removed.len()});
    tx.record(AuditEvent::by(&caller.principal, "entity-set.replace", &set).after(after)).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(reply::text(StatusCode::OK, json_of(&set, &entities)))
}

/// Deletes a set and its entities.
#[utoipa::path(delete, path = "/api/catalog/v1/sets/{set}", tag = "sources", params(("set" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn delete_set(Shared(state): Shared<State>, caller: Caller, Path(set): Path<String>) -> Result<Response> {
    check_name(&set)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let entities = managed::list(&mut tx, &set).await?;
    if entities.is_empty() {
        return Err(unknown(&set).into());
    }
    let refs = refs_of(&entities);
    may_change(&state, &caller, &mut tx, Permission::CATALOG_ENTITY_DELETE, &refs).await?;
    let done = let_go(&mut tx, &caller, &set, &refs).await?;
    managed::delete(&mut tx, &set, &refs).await?;
    let before = json!({"entities": refs.len()});
    let after = json!({"removed": done.removed.len()});
    tx.record(AuditEvent::by(&caller.principal, "entity-set.delete", &set).before(before).after(after)).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Creates or changes one entity of a set.
#[utoipa::path(put, path = "/api/catalog/v1/sets/{set}/entities", tag = "sources",
    params(("set" = String, Path, description = "`[a-z0-9-]{1,63}`")), request_body = SetEntityInput,
    responses((status = 200, body = WrittenEntity), (status = 400), (status = 409)))]
pub async fn put_set_entity(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(set): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    check_name(&set)?;
    let mut body = object(read(&headers, body).await?, "entity")?;
    let entity = body.remove("entity").unwrap_or_default();
    let mut tx = state.db.tenant(caller.tenant).await?;
    let kinds = kinds::load(&mut tx, &state.config.allowed_kinds).await?;
    let put = Put::check(&state, &caller, &kinds, &set, [(entity, "entity".to_owned())])?;
    let entity_ref = put.entities.first().map(|one| one.entity_ref.clone()).unwrap_or_default();
    let before = managed::find(&mut tx, &entity_ref).await?;
    let known: Vec<String> = before.iter().map(|one| one.entity_ref.clone()).collect();
    may_change(&state, &caller, &mut tx, Permission::CATALOG_ENTITY_CREATE, &known).await?;
    apply(&mut tx, &state, &caller, &put, Mode::Explicit(&[])).await?;
    let document = |one: &Managed| serde_json::from_str::<Value>(&one.document).unwrap_or_default();
    let mut event = AuditEvent::by(&caller.principal, "entity.write", &entity_ref);
    event.before = before.as_ref().map(document);
    event.after = put.entities.first().map(document);
    tx.record(event).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(reply::value(StatusCode::OK, &WrittenEntity { entity_ref })?)
}

/// Deletes one entity of a set.
#[utoipa::path(delete, path = "/api/catalog/v1/sets/{set}/entities/{kind}/{namespace}/{name}", tag = "sources",
    params(("set" = String, Path), ("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn delete_set_entity(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((set, kind, namespace, name)): Path<(String, String, String, String)>,
) -> Result<Response> {
    check_name(&set)?;
    let entity_ref = EntityRef::new(kind, namespace, name).key().replace('\0', " ");
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = managed::find(&mut tx, &entity_ref).await?.filter(|one| one.set_name == set);
    let missing = || Error::not_found(format!("There is no entity {entity_ref} in the set {set}"));
    let before = found.ok_or_else(missing)?;
    if !state.permits(&mut tx, &caller, Permission::CATALOG_ENTITY_DELETE, Which::Ref(&entity_ref)).await? {
        return Err(missing().into());
    }
    let refs = [entity_ref.clone()];
    let_go(&mut tx, &caller, &set, &refs).await?;
    managed::delete(&mut tx, &set, &refs).await?;
    let before = serde_json::from_str(&before.document).map_err(Error::internal)?;
    tx.record(AuditEvent::by(&caller.principal, "entity.delete", &entity_ref).before(before)).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn check_name(set: &str) -> kernel::Result<()> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=63).contains(&set.len()) && set.chars().all(allowed) {
        return Ok(());
    }
    let hint = "Use up to 63 lower-case letters, digits and hyphens.";
    Err(Error::input(format!("A set cannot be called '{set}'")).with_field("set", hint))
}

fn unknown(set: &str) -> Error {
    Error::not_found(format!("There are no entities in a set {set}"))
}

async fn read(headers: &HeaderMap, body: Body) -> kernel::Result<Value> {
    body::parse_large(&body::large(headers, body, MAX_BYTES).await?, MAX_ENTITIES)
}

fn object(body: Value, member: &str) -> kernel::Result<Map<String, Value>> {
    let Value::Object(map) = body else { return Err(Error::input("request/body must be object")) };
    if !map.contains_key(member) {
        let message = format!("request/body must have required property '{member}'");
        return Err(Error::input(message).with_field(member, "This is missing."));
    }
    match map.keys().find(|key| *key != member) {
        None => Ok(map),
        Some(other) => Err(Error::input("request/body must NOT have additional properties")
            .with_field(other.clone(), "This is not known here.")),
    }
}

fn json_of(set: &str, entities: &[Managed]) -> String {
    let documents: Vec<&str> = entities.iter().map(|one| one.document.as_str()).collect();
    format!("{{\"set\":{},\"entities\":[{}]}}", json!(set), documents.join(","))
}

/// Entities to write into a set.
struct Put<'p> {
    set: &'p str,
    kinds: &'p Kinds,
    entities: Vec<Managed>,
    emitted: Vec<Emitted>,
}

impl<'p> Put<'p> {
    /// Judges all of them; one that is wrong refuses all, with each field that is.
    fn check(
        state: &State,
        caller: &Caller,
        kinds: &'p Kinds,
        set: &'p str,
        entities: impl IntoIterator<Item = (Value, String)>,
    ) -> kernel::Result<Self> {
        let mut put = Self { set, kinds, entities: Vec::new(), emitted: Vec::new() };
        let mut wrong: Vec<(String, String)> = Vec::new();
        let mut seen = BTreeSet::new();
        for (entity, place) in entities {
            match put.add(state, caller, entity) {
                Ok(entity_ref) if seen.insert(entity_ref.clone()) => {}
                Ok(entity_ref) => wrong.push((place, format!("{entity_ref} is there twice"))),
                Err(refused) => {
                    let (field, reason) = provided::field(&refused);
                    wrong.push((if field.is_empty() { place } else { format!("{place}.{field}") }, reason));
                }
            }
        }
        match wrong.first() {
            None => Ok(put),
            Some((place, reason)) => {
                let error = Error::input(format!("{place}: {reason}"));
                Err(wrong.into_iter().fold(error, |error, (place, reason)| error.with_field(place, reason)))
            }
        }
    }

    fn add(&mut self, state: &State, caller: &Caller, entity: Value) -> std::result::Result<String, Refused> {
        check_envelope(&entity).map_err(|refusal| {
            let pointer = refusal.pointer().map(str::to_owned);
            (refusal.into(), pointer)
        })?;
        let document = entity.to_string();
        let Some((emitted, refused)) = provided::from_set(self.set, entity, self.kinds) else {
            return Err((Problem::new("InputError", "The entity has no kind or no name"), None));
        };
        if let Some(refused) = refused {
            return Err(refused);
        }
        let entity_ref = emitted.entity_ref.clone();
        self.emitted.push(emitted);
        self.entities.push(Managed {
            set_name: self.set.to_owned(),
            entity_ref: entity_ref.clone(),
            document,
            changed_at: state.clock.now(),
            changed_by: caller.principal.label(),
        });
        Ok(entity_ref)
    }
}

async fn apply(
    tx: &mut TenantTx,
    state: &State,
    caller: &Caller,
    put: &Put<'_>,
    mode: Mode<'_>,
) -> kernel::Result<Mutated> {
    quota::check(tx, &state.config.plans, &put.emitted).await?;
    let source = managed::set_source(put.set);
    let done = apply::provider(tx, &source, &put.emitted, mode, &Cause::person(&caller.principal)).await?;
    kinds::stay_current(tx, &state.config.allowed_kinds, put.kinds).await?;
    if let Some(conflict) = done.conflicts.first() {
        return Err(taken(tx, conflict).await?);
    }
    managed::put(tx, &put.entities).await?;
    Ok(done)
}

async fn let_go(tx: &mut TenantTx, caller: &Caller, set: &str, refs: &[String]) -> kernel::Result<Mutated> {
    let source = managed::set_source(set);
    apply::provider(tx, &source, &[], Mode::Explicit(refs), &Cause::person(&caller.principal)).await
}

fn refs_of(entities: &[Managed]) -> Vec<String> {
    entities.iter().map(|one| one.entity_ref.clone()).collect()
}

/// Whether the caller's permission extends to these entities, which are there.
async fn may_change(
    state: &State,
    caller: &Caller,
    tx: &mut TenantTx,
    permission: Permission,
    refs: &[String],
) -> kernel::Result<()> {
    let held = refs.is_empty() || authz::decide(&caller.principal, permission) == Decision::Allow;
    if held && state.permits_all(tx, caller, permission, refs).await? {
        return Ok(());
    }
    let verb = if permission == Permission::CATALOG_ENTITY_DELETE { "delete" } else { "change" };
    Err(Error::not_allowed(format!("This would {verb} entities of the set that you may not {verb}")))
}

/// Why somebody else has an entity, for whoever wanted to write it.
async fn taken(tx: &mut TenantTx, conflict: &Conflict) -> kernel::Result<Error> {
    let sources = managed::list_sources(tx, &conflict.entity_ref).await?;
    let entity_ref = &conflict.entity_ref;
    let whose = match sources.first().map(|source| Source::parse(source)) {
        Some(Source::Set(set)) => format!("belongs to the set {set}: change it there"),
        Some(Source::Provider(name)) => format!("comes from the provider {name}: change it there"),
        _ => format!("comes from {}: change it there, or remove it there first", conflict.claimed_by),
    };
    Ok(Error::conflict(format!("The entity {entity_ref} {whose}")))
}
