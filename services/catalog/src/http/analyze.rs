//! What could be registered at an address.

use super::body::Object;
use super::reply;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
use kernel::Error;
use serde_json::json;
use url::Url;

/// Suggests an entity for an address whose files cannot be listed. Lists none until source hosts can be asked.
#[utoipa::path(post, path = "/api/catalog/analyze-location", tag = "locations",
    request_body(content = Object, description = "`{location: {type, target}, catalogFilename?}`"),
    responses((status = 200, body = Object), (status = 400)))]
pub async fn analyze_location(_: Caller, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let body = Object::read(&headers, &body)?;
    let location = body.object("location")?;
    location.required("target")?;
    location.required("type")?;
    location.only(&["type", "target"])?;
    location.text("type")?;
    let target = location.text("target")?;
    body.optional_text("catalogFilename")?;
    let url = Url::parse(target).map_err(|_| Error::input("The given location.target is not a URL"))?;
    let answer = json!({"existingEntityFiles": [], "generateEntities": [suggestion(&url)]});
    Ok(reply::value(StatusCode::OK, &answer)?)
}

fn suggestion(url: &Url) -> serde_json::Value {
    let name = url.path_segments().and_then(|mut path| path.rfind(|part| !part.is_empty())).or(url.host_str());
    json!({
        "entity": {
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Component",
            "metadata": {"name": name},
            "spec": {"type": "other", "lifecycle": "unknown"},
        },
        "fields": [],
    })
}
