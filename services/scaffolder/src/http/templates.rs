//! Templates: finding them in the catalog, their forms, and the checks of what somebody fills in.

use super::{answer, body};
use crate::State;
use crate::actions::Services;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::spec::Initiator;
use crate::domain::template::Template;
use crate::runner::EngineHandle;
use axum::extract::State as Shared;
use axum::response::Response;
use http_shell::{Caller, Json, Path, Result};
use kernel::{EntityRef, Error, RefDefaults};
use serde_json::{Value, json};

/// The form of a template.
///
/// `steps` are the pages, each with its JSON schema.
#[utoipa::path(get, path = "/api/scaffolder/v2/templates/{namespace}/{kind}/{name}/parameter-schema",
    params(("namespace" = String, Path), ("kind" = String, Path), ("name" = String, Path)),
    responses((status = 200, description = "The form", body = Value), (status = 404, description = "No such template")))]
pub(super) async fn parameter_schema(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((namespace, kind, name)): Path<(String, String, String)>,
    uri: http::Uri,
) -> Result<Json<Value>> {
    body::query(uri.query(), &[])?;
    let services = Services::new(state.client.clone(), caller);
    let template = find(&services, &EntityRef::new(kind, namespace, name)).await?;
    Ok(Json(template.form()))
}

/// Reads a template's reference as a request gives it.
pub(super) fn reference(text: &str) -> kernel::Result<EntityRef> {
    EntityRef::parse(text, RefDefaults::kind("template"))
}

/// The template with this reference.
pub(super) async fn find(services: &Services, entity_ref: &EntityRef) -> kernel::Result<Template> {
    if !entity_ref.kind.eq_ignore_ascii_case("template") {
        return Err(Error::input("Invalid kind, only 'Template' kind is supported"));
    }
    let entity = services.entity(entity_ref).await?;
    let entity = entity.ok_or_else(|| Error::not_found(format!("Template {} not found", entity_ref.key())))?;
    Template::of_entity(entity).map_err(|failure| Error::input(failure.message))
}

/// Who starts a run, with their entity.
pub(super) async fn initiator(services: &Services, caller: &Caller) -> kernel::Result<Initiator> {
    let Some(user) = caller.principal.user() else { return Ok(Initiator::default()) };
    let entity = match EntityRef::parse(&user.entity_ref, RefDefaults::kind("user")) {
        Ok(entity_ref) => services.entity(&entity_ref).await?,
        Err(_) => None,
    };
    Ok(Initiator { entity_ref: Some(user.entity_ref.clone()), entity })
}

/// Checks what somebody filled in; the first page that does not fit is the answer.
pub(super) async fn check_values(
    state: &State,
    template: &Template,
    values: Option<&Value>,
    secrets: &Value,
) -> Outcome<Option<Response>> {
    let pages: Vec<Value> = match values {
        Some(_) => template.parameters().into_iter().cloned().collect(),
        None => Vec::new(),
    };
    let secrets_schema = template.secrets_schema().cloned();
    if pages.is_empty() && secrets_schema.is_none() {
        return Ok(None);
    }
    let engine = EngineHandle::load(state.config.engine).await?;
    let (values, secrets) = (values.cloned().unwrap_or_default(), secrets.clone());
    let findings = engine
        .with(move |engine| {
            for page in &pages {
                let found = engine.check(&values, page)?.errors;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            let found = match &secrets_schema {
                Some(schema) => engine.check(&secrets, schema)?.errors,
                None => Vec::new(),
            };
            Ok(found.into_iter().map(without_secret).collect())
        })
        .await?;
    Ok(if findings.is_empty() { None } else { Some(answer::invalid(&findings)) })
}

/// A finding about a secret must not show it.
fn without_secret(mut finding: Value) -> Value {
    let property = finding["property"].as_str().unwrap_or_default().replacen("instance", "secrets", 1);
    let message = if finding["name"] == "required" {
        format!("secrets.{} is required", finding["argument"].as_str().unwrap_or_default())
    } else {
        format!("{property} {}", finding["message"].as_str().unwrap_or_default())
    };
    finding["property"] = json!(property);
    finding["message"] = json!(message);
    finding["instance"] = json!({});
    finding
}

/// A failure of a check is about the template: its author reads it.
pub(super) fn unusable(failure: Failure) -> Error {
    Error::input(failure.message)
}
