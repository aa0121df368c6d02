//! `catalog:fetch`, `catalog:register` and `catalog:write`.

use super::{ActionContext, Outputs};
use crate::domain::failure::{Failure, Outcome};
use crate::domain::source::{Source, resolve};
use crate::runner::blocking;
use crate::workspace::write_file;
use kernel::{EntityRef, ErrorKind, Redaction, RefDefaults};
use serde_json::{Map, Value, json};
use url::Url;

/// Shorter secrets are parts of many addresses.
const SHORTEST: usize = 8;
/// Nothing has so long a name.
const NO_NAME: usize = 20;

/// Reads entities.
pub(super) async fn fetch(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let optional = context.switch("optional");
    let single = context.text("entityRef").filter(|text| !text.is_empty());
    let several = context.input["entityRefs"].as_array();
    let mut outputs = Outputs::new();
    if single.is_none() && several.is_none() {
        return if optional { Ok(outputs) } else { Err(Failure::error("Missing entity reference or references")) };
    }
    if let Some(text) = single {
        let entity = context.run.services.entity(&reference(context, text)?).await?;
        if entity.is_none() && !optional {
            return Err(Failure::error(format!("Entity {text} not found")));
        }
        outputs.insert("entity".to_owned(), entity.unwrap_or(Value::Null));
    }
    if let Some(texts) = several {
        let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
        let keys =
            texts.iter().map(|text| reference(context, text).map(|found| found.key())).collect::<Outcome<Vec<_>>>()?;
        let entities = if keys.is_empty() { Vec::new() } else { context.run.services.entities(&keys).await? };
        for (text, entity) in texts.iter().zip(&entities) {
            if entity.is_null() && !optional {
                return Err(Failure::error(format!("Entity {text} not found")));
            }
        }
        outputs.insert("entities".to_owned(), Value::Array(entities));
    }
    Ok(outputs)
}

fn reference(context: &ActionContext<'_>, text: &str) -> Outcome<EntityRef> {
    let defaults = RefDefaults { kind: context.text("defaultKind"), namespace: context.text("defaultNamespace") };
    EntityRef::parse(text, defaults).map_err(|error| Failure::error(error.message))
}

/// Registers a location, and says which entity came of it.
pub(super) async fn register(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let optional = context.switch("optional");
    let url = match context.text("catalogInfoUrl") {
        Some(url) => url.to_owned(),
        None => {
            let contents = context.needed("repoContentsUrl")?;
            let base = if contents.ends_with('/') { contents.to_owned() } else { format!("{contents}/") };
            match resolve(context.text("catalogInfoPath").unwrap_or("/catalog-info.yaml"), Some(&base)) {
                Ok(Source::Url(url)) => url,
                Ok(Source::File(_)) => return Err(Failure::input("catalogInfoPath must be a path in the repository")),
                Err(failure) if failure.message.starts_with("No integration") => {
                    return Err(Failure::input(format!("No integration found for host {contents}")));
                }
                Err(failure) => return Err(failure),
            }
        }
    };
    refuse_credentials(context, &url)?;
    context.log.info(format!("Registering {url} in the catalog")).await?;
    let services = &context.run.services;
    if let Err(error) = services.add_location(&url, false).await
        && !optional
    {
        // The process that tried it before may have come that far.
        if !(context.attempt.is_retry() && error.kind == ErrorKind::Conflict) {
            return Err(error.into());
        }
        context.log.info("It was registered by the attempt before").await?;
    }
    let mut outputs = Outputs::new();
    match services.add_location(&url, true).await {
        Ok(entities) => {
            if let Some(entity_ref) = main_entity(&entities) {
                outputs.insert("entityRef".to_owned(), json!(entity_ref));
            }
        }
        Err(_) if optional => {}
        Err(error) => return Err(error.into()),
    }
    outputs.insert("catalogInfoUrl".to_owned(), json!(url));
    Ok(outputs)
}

/// Refuses an address with a secret in it: the catalog keeps addresses and shows them to everyone. Outside of where
/// credentials stand, a short one may be the name of an organisation or a repository.
fn refuse_credentials(context: &ActionContext<'_>, url: &str) -> Outcome<()> {
    let Ok(parsed) = Url::parse(url) else { return Ok(()) };
    let credentials = [Some(parsed.username()), parsed.password(), parsed.query(), parsed.fragment()];
    let holds = |part: &str, shortest: usize| {
        let mut redaction = Redaction::default();
        let secrets = context.run.secrets.values().filter_map(Value::as_str);
        redaction.extend(secrets.filter(|value| value.len() >= shortest));
        redaction.apply(part) != part
    };
    if credentials.into_iter().flatten().any(|part| holds(part, SHORTEST)) || holds(parsed.as_str(), NO_NAME) {
        return Err(Failure::input(
            "The address has a secret in it. The catalog keeps addresses and shows them, so it is not registered.",
        ));
    }
    Ok(())
}

/// The entity that a file is about: its first Component, else its first entity that was not made up on reading.
fn main_entity(entities: &[Value]) -> Option<String> {
    let name = |entity: &Value| entity["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let written = |entity: &&Value| !name(entity).starts_with("generated-");
    let entity = entities
        .iter()
        .find(|entity| written(entity) && entity["kind"] == "Component")
        .or_else(|| entities.iter().find(written))
        .or_else(|| entities.first())?;
    let namespace = entity["metadata"]["namespace"].as_str().unwrap_or("default");
    Some(EntityRef::new(entity["kind"].as_str().unwrap_or_default(), namespace, name(entity)).key())
}

/// Writes an entity to a file of the workspace, with a note of the template that it came from.
pub(super) async fn write(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let path = context.text("filePath").unwrap_or("catalog-info.yaml");
    context.log.info(format!("Writing {path}")).await?;
    let target = context.run.workspace.child(path)?;
    let entity = context.input["entity"].as_object().cloned().unwrap_or_default();
    let document = annotated(entity, context.run.template_ref())?;
    let text = context.run.engine.with(move |engine| engine.write_yaml(&document)).await?;
    blocking(move || write_file(&target, text.as_bytes(), false)).await?;
    Ok(Outputs::new())
}

/// The entity with a note of its template, made as Backstage makes it: whatever stands where objects are expected is
/// spread out as JavaScript spreads it.
fn annotated(mut entity: Map<String, Value>, template: Option<&str>) -> Outcome<Value> {
    let mut metadata = spread(entity.get("metadata"));
    if let Some(template) = template {
        if let None | Some(Value::Null) = entity.get("metadata") {
            let what = if entity.contains_key("metadata") { "null" } else { "undefined" };
            let message = format!("Cannot read properties of {what} (reading 'annotations')");
            return Err(Failure::new("TypeError", message));
        }
        let mut annotations = spread(metadata.get("annotations"));
        annotations.insert("backstage.io/source-template".to_owned(), json!(template));
        metadata.insert("annotations".to_owned(), Value::Object(annotations));
    }
    entity.insert("metadata".to_owned(), Value::Object(metadata));
    Ok(Value::Object(entity))
}

fn spread(value: Option<&Value>) -> Map<String, Value> {
    let numbered = |(index, item): (usize, Value)| (index.to_string(), item);
    match value {
        Some(Value::Object(map)) => map.clone(),
        Some(Value::Array(items)) => items.iter().cloned().enumerate().map(numbered).collect(),
        Some(Value::String(text)) => text.chars().map(|c| json!(c)).enumerate().map(numbered).collect(),
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_about_its_first_component() {
        let entity = |kind: &str, name: &str| json!({"kind": kind, "metadata": {"name": name}});
        let entities = [entity("Location", "generated-1"), entity("API", "a"), entity("Component", "C")];
        assert_eq!(main_entity(&entities).as_deref(), Some("component:default/c"));
        assert_eq!(main_entity(&entities[..2]).as_deref(), Some("api:default/a"));
        assert_eq!(main_entity(&[]), None);
    }

    #[test]
    fn an_entity_is_annotated_in_place() {
        let made =
            |entity: Value| annotated(entity.as_object().cloned().unwrap_or_default(), Some("template:default/t"));
        let note = json!({"backstage.io/source-template": "template:default/t"});
        let entity = json!({"metadata": {"annotations": null, "name": "x"}, "spec": {}});
        let text = made(entity).map(|value| value.to_string());
        assert_eq!(text, Ok(json!({"metadata": {"annotations": note, "name": "x"}, "spec": {}}).to_string()));
        assert_eq!(made(json!({"metadata": "x"})), Ok(json!({"metadata": {"0": "x", "annotations": note}})));
        assert!(made(json!({})).is_err_and(|failure| failure.name == "TypeError"));
        assert_eq!(annotated(Map::new(), None), Ok(json!({"metadata": {}})));
    }
}
