//! What the OpenAPI documents have in common, and how they are written to files.

use crate::{Audience, RouteEntry};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi};

/// The methods that a path item has operations for, in upper case.
pub(crate) fn methods(item: &PathItem) -> Vec<String> {
    let all = [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("PATCH", &item.patch),
        ("HEAD", &item.head),
        ("OPTIONS", &item.options),
    ];
    all.into_iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| method.to_owned()).collect()
}

/// Adds title and security, and leaves internal routes out.
pub(crate) fn finish(service: &str, mut document: OpenApi, table: &[RouteEntry]) -> OpenApi {
    document.info = InfoBuilder::new()
        .title(format!("Proscenium {service}"))
        .version("1")
        .license(Some(utoipa::openapi::License::new("Apache-2.0")))
        .build();
    document.servers = None;
    document.paths.paths.retain(|path, _| !path.starts_with("/internal/"));
    for entry in table {
        if let Some(operation) =
            document.paths.paths.get_mut(&entry.path).and_then(|item| operation_mut(item, &entry.method))
        {
            operation.security = Some(match entry.access.audience() {
                Audience::Public => Vec::new(),
                Audience::Operator => vec![SecurityRequirement::new("operatorSession", Vec::<String>::new())],
                _ => vec![SecurityRequirement::new("token", Vec::<String>::new())],
            });
            if let Some(permission) = entry.access.permission() {
                let note = format!("Permission: `{permission}`.");
                let text = operation.description.take().map_or(note.clone(), |text| format!("{text}\n\n{note}"));
                operation.description = Some(text);
            }
        }
    }
    document.paths.paths.values_mut().for_each(name_apart);
    // OpenAPI knows no wildcard: the rest of a path is documented as one parameter.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    if table.iter().any(|entry| entry.access.audience() == Audience::Operator) {
        let cookie = ApiKey::Cookie(ApiKeyValue::new("__Host-proscenium-operator"));
        components.add_security_scheme("operatorSession", SecurityScheme::ApiKey(cookie));
    }
    document
}

/// Gives the operations of a handler that serves several methods an id each, as OpenAPI demands.
fn name_apart(item: &mut PathItem) {
    let methods = methods(item);
    let ids: Vec<Option<String>> =
        methods.iter().map(|method| operation_mut(item, method)?.operation_id.clone()).collect();
    for (method, id) in methods.iter().zip(&ids) {
        let shared = ids.iter().filter(|other| *other == id).count() > 1;
        if let (true, Some(id), Some(operation)) = (shared, id, operation_mut(item, method)) {
            operation.operation_id = Some(format!("{id}_{}", method.to_lowercase()));
        }
    }
}

fn operation_mut<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "PUT" => item.put.as_mut(),
        "POST" => item.post.as_mut(),
        "DELETE" => item.delete.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "HEAD" => item.head.as_mut(),
        "OPTIONS" => item.options.as_mut(),
        _ => None,
    }
}

/// The document as the text that is committed: pretty JSON with a line break at its end.
///
/// # Errors
/// When the document cannot be written as JSON.
pub fn write_openapi(document: &OpenApi) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}
