//! The kinds of entities that an organisation's catalog knows, and those that it defines itself.

use super::body::Object;
use super::reply;
use crate::State;
use crate::domain::cause::Cause;
use crate::store::kinds::{self, Row, Rule};
use crate::store::{refresh, rejudge, sequence};
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Path, Result};
use kernel::Error;
use model::validate::BUILT_IN_KINDS;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sqlx::types::Json;
use store::{AuditEvent, TenantTx};
use utoipa::ToSchema;
use uuid::Uuid;

/// Kinds that one organisation may define.
const MAX_KINDS: i64 = 100;
/// Longest title, in characters.
const MAX_TITLE: usize = 200;

/// A kind of entity.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Kind {
    /// For example `Component`.
    pub kind: String,
    /// Whether it comes with the platform; such a kind cannot be changed.
    pub built_in: bool,
    /// Whether the catalog accepts entities of this kind.
    pub allowed: bool,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// Accepted values of `apiVersion`; any when it is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub api_versions: Vec<String>,
    /// JSON schema of the entity; kinds of the organisation's own have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Object>)]
    pub schema: Option<Box<RawValue>>,
    /// Fields that name other entities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub relations: Vec<Rule>,
}

/// All kinds.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindList {
    /// Built-in ones, those of the organisation's own, and others that it accepts; each group by name.
    pub items: Vec<Kind>,
}

/// What a kind is to be.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: the body is checked with places in its complaints")]
pub struct KindInput {
    /// For people.
    pub title: Option<String>,
    /// Accepted values of `apiVersion`; any when it is missing or empty.
    pub api_versions: Option<Vec<String>>,
    /// JSON schema of the whole entity, without references to elsewhere (but for `Entity`, which is allowed and stands
    /// for what every entity must be).
    #[schema(value_type = Object)]
    pub schema: Value,
    /// Fields that name other entities, and the relations that come of them.
    pub relations: Option<Vec<Rule>>,
}

impl Kind {
    fn built_in(kind: &str, allowed: bool) -> Self {
        let relations = model::relations::fields_of(kind).map(|field| Rule {
            field: format!("spec.{}", field.name),
            forward: field.forward.to_owned(),
            reverse: field.reverse.to_owned(),
            default_kind: field.default_kind.map(str::to_owned),
            target_kind: None,
            default_namespace: kinds::DefaultNamespace::Inherit,
            multiple: field.is_list,
        });
        let (title, api_versions) = (None, Vec::new());
        let relations = relations.collect();
        Self { kind: kind.to_owned(), built_in: true, allowed, title, api_versions, schema: None, relations }
    }
}

impl Kind {
    /// One that is accepted though nobody has defined it: a plugin may, one day.
    fn accepted(kind: &str) -> Self {
        let (title, api_versions, schema, relations) = (None, Vec::new(), None, Vec::new());
        Self { kind: kind.to_owned(), built_in: false, allowed: true, title, api_versions, schema, relations }
    }
}

impl TryFrom<Row> for Kind {
    type Error = Error;

    fn try_from(row: Row) -> kernel::Result<Self> {
        let Row { kind, title, api_versions, schema, relations, .. } = row;
        let schema = Some(RawValue::from_string(schema).map_err(Error::internal)?);
        // Defined is allowed.
        Ok(Self { kind, built_in: false, allowed: true, title, api_versions, schema, relations: relations.0 })
    }
}

/// The kinds that the catalog knows: built-in ones, those of the organisation's own, and others that it accepts.
#[utoipa::path(get, path = "/api/catalog/v1/kinds", tag = "kinds", responses((status = 200, body = KindList)))]
pub async fn list_kinds(Shared(state): Shared<State>, caller: Caller) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let allowed = kinds::allowed(&mut tx, &state.config.allowed_kinds).await?;
    let mut items: Vec<Kind> = BUILT_IN_KINDS.iter().map(|kind| Kind::built_in(kind, allowed.allow(kind))).collect();
    items.sort_by(|one, other| one.kind.cmp(&other.kind));
    for row in kinds::list(&mut tx).await? {
        items.push(row.try_into()?);
    }
    let known: Vec<String> = items.iter().map(|kind| kind.kind.to_lowercase()).collect();
    let unknown = allowed.iter().filter(|kind| !known.contains(&kind.to_lowercase()));
    items.extend(unknown.map(Kind::accepted));
    Ok(reply::value(StatusCode::OK, &KindList { items })?)
}

/// Defines a kind, or changes one. Everything is read again, so that entities of this kind are judged anew.
#[utoipa::path(put, path = "/api/catalog/v1/kinds/{kind}", tag = "kinds", params(("kind" = String, Path)),
    request_body = KindInput,
    responses((status = 200, body = Kind), (status = 201, body = Kind), (status = 400), (status = 409)))]
pub async fn set_kind(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let row = row_of(kind, &Object::read(&headers, &body)?)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let counters = sequence::lock(&mut tx, &Cause::person(&caller.principal)).await?;
    let before = kinds::find(&mut tx, &row.kind).await?;
    if before.is_none() && kinds::count(&mut tx).await? >= MAX_KINDS {
        return Err(
            Error::conflict(format!("An organisation can define {MAX_KINDS} kinds, and these are defined")).into()
        );
    }
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    kinds::set(&mut tx, &row, state.clock.now()).await?;
    sequence::save(&mut tx, &counters).await?;
    if before.as_ref().is_none_or(|before| !before.says_the_same(&row)) {
        judge_anew(&state, &mut tx, &caller).await?;
    }
    let mut event = AuditEvent::by(&caller.principal, "kind.set", row.kind.clone()).after(for_audit(&row));
    if let Some(before) = &before {
        event = event.before(for_audit(before));
    }
    tx.record(event).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(reply::value(status, &Kind::try_from(row)?)?)
}

/// Removes a kind. Entities of it stay as they are until their files are read; files that still have them fail.
#[utoipa::path(delete, path = "/api/catalog/v1/kinds/{kind}", tag = "kinds", params(("kind" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn delete_kind(Shared(state): Shared<State>, caller: Caller, Path(kind): Path<String>) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let counters = sequence::lock(&mut tx, &Cause::person(&caller.principal)).await?;
    let deleted = kinds::delete(&mut tx, &kind.replace('\0', " ")).await?;
    let deleted = deleted.ok_or_else(|| Error::not_found(format!("There is no kind {kind} of your own")))?;
    sequence::save(&mut tx, &counters).await?;
    judge_anew(&state, &mut tx, &caller).await?;
    let event = AuditEvent::by(&caller.principal, "kind.delete", deleted.kind.clone()).before(for_audit(&deleted));
    tx.record(event).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Reads all files again, and judges what people wrote here.
async fn judge_anew(state: &State, tx: &mut TenantTx, caller: &Caller) -> kernel::Result<()> {
    refresh::force_all(tx).await?;
    let kinds = kinds::load(tx, &state.config.allowed_kinds).await?;
    rejudge::sets(tx, &kinds, &Cause::person(&caller.principal)).await
}

fn for_audit(row: &Row) -> Value {
    json!({"title": row.title, "apiVersions": row.api_versions, "schema": row.schema, "relations": row.relations.0})
}

/// Reads a definition out of a body and tries it.
fn row_of(kind: String, body: &Object) -> kernel::Result<Row> {
    body.only(&["title", "apiVersions", "schema", "relations"])?;
    let title = body.optional_text("title")?.map(str::trim).filter(|title| !title.is_empty()).map(str::to_owned);
    if title.as_ref().is_some_and(|title| title.chars().count() > MAX_TITLE) {
        let message = format!("must NOT have more than {MAX_TITLE} characters");
        return Err(wrong("title", &message));
    }
    let mut rules = Vec::new();
    for (index, rule) in body.optional_list("relations")?.into_iter().flatten().enumerate() {
        let parsed = serde_json::from_value::<Rule>(rule.clone());
        rules.push(parsed.map_err(|error| wrong(&format!("relations/{index}"), &error.to_string()))?);
    }
    let row = Row {
        kind,
        title,
        api_versions: body.optional_texts("apiVersions")?.unwrap_or_default(),
        schema: body.required("schema")?.to_string(),
        relations: Json(rules),
        revision: Uuid::now_v7(),
    };
    let relations = row.relations.0.iter().cloned().map(Into::into).collect();
    let schema = body.required("schema")?.clone();
    let (kind, api_versions) = (row.kind.clone(), row.api_versions.clone());
    model::CustomKind::new(model::custom::Definition { kind, api_versions, schema, relations })
        .map_err(|error| wrong(&error.place, &error.message))?;
    Ok(row)
}

fn wrong(place: &str, message: &str) -> Error {
    Error::input(format!("request/body/{place}: {message}")).with_field(place, message)
}
