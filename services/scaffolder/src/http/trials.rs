//! Tests of templates that are sent along with their files.

use super::body::{self, Kind};
use super::dry_run::sent_files;
use crate::State;
use crate::domain::suite::FILE_NAME;
use crate::trial::{Report, run_sent};
use axum::extract::{Request, State as Shared};
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde_json::Value;

/// Run the tests of a template.
///
/// `directoryContents` are the template's files as for a dry run, the test file among them; `testPath` names it, and is
/// `template.test.yaml` if it is not given. Nothing outside is asked or changed.
#[utoipa::path(post, path = "/api/scaffolder/v1/template-tests/run", request_body = Value,
    responses((status = 200, description = "{file, passed, mistakes, cases: [{name, line, passed, failures, log, durationMs}]}",
        body = Value), (status = 400, description = "Malformed request")))]
pub(super) async fn run_template_tests(
    Shared(state): Shared<State>,
    caller: Caller,
    request: Request,
) -> Result<Json<Report>> {
    let properties =
        [("directoryContents", Kind::Objects(&["path", "base64Content"]), true), ("testPath", Kind::Text, false)];
    let body = body::read(request, &properties).await?;
    let file = body.get("testPath").and_then(Value::as_str).unwrap_or(FILE_NAME).to_owned();
    let files = sent_files(&body).map_err(super::templates::unusable)?;
    let bench = state.bench(state.services(caller).added().await?.actions);
    let reports = run_sent(&bench, files, &[file]).await.map_err(super::templates::unusable)?;
    let report = reports.into_iter().next();
    Ok(Json(report.ok_or_else(|| Error::unavailable("The tests were not run"))?))
}
