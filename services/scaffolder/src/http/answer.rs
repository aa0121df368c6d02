//! Answers that are not plain JSON of a type: failures of runs, findings of schemas, times.

use crate::domain::failure::Failure;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri};
use http_shell::ApiError;
use kernel::{Error, ErrorKind};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// The answer to a request that failed as a run fails.
///
/// Failures that Backstage answers with status 500 keep their name and message, since they are about the template and
/// not about the server.
pub(super) fn failed(failure: Failure, method: &Method, uri: &Uri) -> Response {
    let status = failure.status();
    if status != 500 {
        return ApiError(Error::new(ErrorKind::from_status(status), failure.message)).into_response();
    }
    let url = uri.path_and_query().map_or("/", |path| path.as_str());
    let body = json!({
        "error": failure,
        "request": {"method": method.as_str(), "url": url.strip_prefix("/api/scaffolder").unwrap_or(url)},
        "response": {"statusCode": status},
    });
    (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response()
}

/// The answer to values that break a schema: the findings as the npm package `jsonschema` writes them.
pub(super) fn invalid(findings: &[Value]) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(json!({ "errors": findings }))).into_response()
}

/// Milliseconds are enough for people, and what JavaScript has.
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A time as JavaScript writes it.
pub(super) fn time(at: OffsetDateTime) -> Value {
    at.to_offset(time::UtcOffset::UTC).format(TIME).map_or(Value::Null, Value::String)
}
