//! The error body, and the one place where errors become responses.

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kernel::{Error, ErrorKind};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// What handlers return.
pub type Result<T, E = ApiError> = std::result::Result<T, E>;

/// A [`kernel::Error`] on its way out. [`render`] turns it into the body, once, with the request beside it.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

macro_rules! rejections {
    ($($rejection:ty),*) => {$(
        impl From<$rejection> for ApiError {
            fn from(rejection: $rejection) -> Self {
                let kind = ErrorKind::from_status(rejection.status().as_u16());
                let kind = if kind == ErrorKind::Unprocessable { ErrorKind::Input } else { kind };
                Self(Error::new(kind, rejection.body_text()))
            }
        }
    )*};
}
rejections!(JsonRejection, PathRejection, QueryRejection, BytesRejection);

/// Middleware: writes `{error, request, response}` for every error that comes out of the routes below it.
///
/// Internal errors are logged here with an id; the client sees only the id.
pub async fn render(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<Arc<Error>>() else {
        return response;
    };
    let (name, message) = match error.kind {
        ErrorKind::Internal => {
            let log_id = Uuid::now_v7().simple().to_string();
            tracing::error!(%method, path = uri.path(), route, log_id, error = %error, "request failed");
            ("Error", format!("An internal error occurred logId={log_id}"))
        }
        ErrorKind::Unavailable => {
            tracing::warn!(%method, path = uri.path(), route, error = %error, source = ?error.source, "unavailable");
            (error.kind.name(), error.message.clone())
        }
        kind => (kind.name(), error.message.clone()),
    };
    let mut described = Map::from_iter([("name".to_owned(), json!(name)), ("message".to_owned(), json!(message))]);
    if !error.fields.is_empty() {
        described.insert("fields".to_owned(), json!(error.fields));
    }
    let status = error.kind.status();
    let body = json!({
        "error": Value::Object(described),
        "request": { "method": method.as_str(), "url": relative_url(&uri) },
        "response": { "statusCode": status },
    });
    let (body, json) = match scim(&uri, &error, &message) {
        Some(body) => (body, "application/scim+json"),
        // As Express spells it; some clients compare the text.
        None => (body, "application/json; charset=utf-8"),
    };
    let headers = std::mem::take(response.headers_mut());
    let mut rendered = (response.status(), axum::Json(body)).into_response();
    let json = HeaderValue::from_static(json);
    rendered.headers_mut().insert(header::CONTENT_TYPE, json);
    for (name, value) in &headers {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    if let Some(seconds) = error.retry_after {
        rendered.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    rendered
}

/// The body that directories expect (RFC 7644 §3.12), for their routes.
fn scim(uri: &http::Uri, error: &Error, message: &str) -> Option<Value> {
    if !uri.path().to_ascii_lowercase().starts_with("/scim/") {
        return None;
    }
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": error.kind.status().to_string(), "detail": message,
    });
    let word = if error.kind == ErrorKind::Conflict { Some("uniqueness") } else { None };
    let word = error.fields.get("scimType").map(String::as_str).or(word);
    if let (Some(fields), Some(word)) = (body.as_object_mut(), word) {
        fields.insert("scimType".to_owned(), json!(word));
    }
    Some(body)
}

/// The URL relative to the plugin's mount point, as Backstage's routers see it.
fn relative_url(uri: &http::Uri) -> String {
    let full = uri.path_and_query().map_or("/", |path| path.as_str());
    match full.strip_prefix("/api/").and_then(|rest| rest.find('/').map(|slash| rest.split_at(slash).1)) {
        Some(relative) => relative.to_owned(),
        None => full.to_owned(),
    }
}
